package shot

import (
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// paper is a screen with text on it.
type paper struct {
	*vt.Emulator
	cursor image.Point // outside of the screen if not visible
}

func (p paper) Size() (width, height int) { return p.Width(), p.Height() }
func (p paper) Cell(x, y int) uv.Cell     { return *p.CellAt(x, y) }
func (p paper) Title() string             { return "paper" }
func (p paper) Cursor() (x, y int, visible bool) {
	return p.cursor.X, p.cursor.Y, p.cursor.In(image.Rect(0, 0, p.Width(), p.Height()))
}

// write returns a screen of 8 by 3 cells with text on it.
func write(t *testing.T, text string) paper {
	t.Helper()
	p := paper{vt.NewEmulator(8, 3), image.Pt(-1, -1)}
	if _, err := p.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return p
}

func picture(t *testing.T, s Screen) *image.Paletted {
	t.Helper()
	m, err := Draw(s, Dark())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cell returns the part of a picture with a cell.
func cell(m *image.Paletted, x, y int) image.Image {
	return m.SubImage(cellAt(x, y, 1).Add(image.Pt(padding, titleBar)))
}

// count counts the pixels of each color.
func count(m image.Image) map[color.NRGBA]int {
	n := map[color.NRGBA]int{}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			n[color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)]++
		}
	}
	return n
}

func nrgba(c color.RGBA) color.NRGBA { return color.NRGBA(c) } // colors are compared without alpha

func TestPaletteColoursAreThoseOfTheTheme(t *testing.T) {
	th := Dark()
	for text, want := range map[string]color.RGBA{
		"█":                             th.Text,
		"\x1b[32m█":                     th.Colors[2],
		"\x1b[95m█":                     th.Colors[13],
		"\x1b[38;5;3m█":                 th.Colors[3],
		"\x1b[38;5;196m█":               rgb(0xFF0000),
		"\x1b[38;2;1;2;3m█":             rgb(0x010203),
		"\x1b[48;2;1;2;3m ":             rgb(0x010203),
		"\x1b[7m ":                      th.Text,
		"\x1b[7;38;2;1;2;3m ":           rgb(0x010203),
		"\x1b[2m█":                      mix(th.Text, th.Background, 55),
		"\x1b[8mX":                      th.Background,
		" ":                             th.Background,
		"\x1b[38;2;0;0;0;48;5;231m█":    rgb(0x000000),
		"\x1b[38;2;0;0;0;48;5;231m\x20": rgb(0xFFFFFF),
	} {
		got := count(cell(picture(t, write(t, text)), 0, 0))
		if got[nrgba(want)] != cellWidth*cellHeight {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestAttributesAreDrawn(t *testing.T) {
	plain := count(cell(picture(t, write(t, "a")), 0, 0))
	text := nrgba(Dark().Text)
	for _, attribute := range []string{"1", "3", "4", "9"} {
		got := count(cell(picture(t, write(t, "\x1b["+attribute+"ma")), 0, 0))
		if got[text] == plain[text] {
			t.Errorf("SGR %s looks like nothing", attribute)
		}
	}
	if got := count(cell(picture(t, write(t, "\x1b[4;58;2;1;2;3m ")), 0, 0)); got[nrgba(rgb(0x010203))] != 2*cellWidth {
		t.Errorf("the underline is not in its colour: %v", got)
	}
}

func TestCursorIsDrawnOnItsCell(t *testing.T) {
	s := write(t, "abc")
	s.cursor = image.Pt(3, 0)
	if got := count(cell(picture(t, s), 3, 0)); got[nrgba(Dark().Cursor)] != cellWidth*cellHeight {
		t.Error(got)
	}
}

func TestWideCellWithoutAGlyphIsOneFrame(t *testing.T) {
	m := picture(t, write(t, "界界"))
	th := Dark()
	if l, r := count(cell(m, 0, 0)), count(cell(m, 1, 0)); l[nrgba(th.Background)] != r[nrgba(th.Background)] || len(l) < 2 {
		t.Errorf("the halves differ: %v and %v", l, r)
	}
}

func TestCombiningMarksAreDrawnOverTheirBase(t *testing.T) {
	text := nrgba(Dark().Text)
	drawn := func(grapheme string) int {
		s := write(t, "")
		s.SetCell(0, 0, &uv.Cell{Content: grapheme, Width: 1})
		return count(cell(picture(t, s), 0, 0))[text]
	}
	if composed, apart, plain := drawn("é"), drawn("e\u0301"), drawn("e"); composed != apart || composed <= plain {
		t.Errorf("%d and %d pixels, without a mark %d", composed, apart, plain)
	}
	if with, plain := drawn("x\u0301"), drawn("x"); with <= plain {
		t.Errorf("%d pixels, without a mark %d", with, plain)
	}
}

// Lines of the same kind join at the border between two cells.
func TestLinesJoin(t *testing.T) {
	m := picture(t, write(t, "╭─┬┐\r\n│ ├┤\r\n╰━┻╯"))
	text := nrgba(Dark().Text)
	at := func(x, y int) bool {
		return color.NRGBAModel.Convert(m.At(padding+x, titleBar+y)).(color.NRGBA) == text
	}
	for x := 1; x < 4; x++ {
		for _, side := range []int{x*cellWidth - 1, x * cellWidth} {
			if !at(side, cellHeight/2-1) || !at(side, cellHeight/2) {
				t.Errorf("a gap at %d in the first line", side)
			}
		}
	}
	for y := cellHeight / 2; y < 2*cellHeight+cellHeight/2-cellWidth/2; y++ {
		if x := cellWidth / 2; y >= cellHeight/2+cellWidth/2 && (!at(x-1, y) || !at(x, y)) {
			t.Errorf("a gap at %d in the first column", y)
		}
	}
}

// A cell contains two modules of a QR code; both must be squares without gaps.
func TestHalfBlocksAreWholeSquares(t *testing.T) {
	m := picture(t, write(t, "█▀\r\n▄█"))
	text := nrgba(Dark().Text)
	for _, tc := range []struct{ x, y, want int }{{0, 0, 2}, {1, 0, 1}, {0, 1, 1}, {1, 1, 2}} {
		if got := count(cell(m, tc.x, tc.y))[text]; got != tc.want*cellWidth*cellWidth {
			t.Errorf("cell %d, %d: %d pixels", tc.x, tc.y, got)
		}
	}
}

func TestCornersOfTheWindowAreTransparent(t *testing.T) {
	m := picture(t, write(t, ""))
	r := m.Bounds()
	for _, at := range []image.Point{r.Min, {r.Max.X - 1, 0}, {0, r.Max.Y - 1}, r.Max.Sub(image.Pt(1, 1))} {
		if _, _, _, a := m.At(at.X, at.Y).RGBA(); a != 0 {
			t.Errorf("%v is not", at)
		}
	}
}

func TestTooManyColoursAreAnError(t *testing.T) {
	s := paper{vt.NewEmulator(300, 1), image.Pt(-1, -1)}
	for i := range 300 {
		s.SetCell(i, 0, &uv.Cell{Content: " ", Width: 1, Style: uv.Style{Bg: color.RGBA{uint8(i), uint8(i >> 8), 0, 255}}})
	}
	if _, err := Draw(s, Dark()); err == nil {
		t.Error("drawn nevertheless")
	}
}

// Every character that the program shows can be drawn.
func TestFontsHaveEveryGlyphOfTheScreens(t *testing.T) {
	faces, err := newFaces()
	if err != nil {
		t.Fatal(err)
	}
	p := &pen{Dark(), faces, image.NewRGBA(image.Rect(0, 0, cellWidth, cellHeight))}
	drawn := func(r rune) bool {
		return p.line(p.canvas.Rect, r, p.theme.Text) || p.block(p.canvas.Rect, r, colors{}) || p.braille(p.canvas.Rect, r, p.theme.Text) ||
			faces.glyph(r, 0) != nil
	}
	seen := map[rune]bool{'\n': true, '\t': true}
	err = filepath.WalkDir("../../ui/testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".golden" {
			return err
		}
		screen, err := os.ReadFile(path)
		for _, r := range string(screen) {
			if ansi.StringWidth(string(r)) == 2 {
				continue // for wide characters the frame is drawn
			}
			if !seen[r] && !drawn(r) {
				t.Errorf("%s: nothing to draw %q (%U) with", path, r, r)
			}
			seen[r] = true
		}
		return err
	})
	if err != nil || len(seen) < 60 {
		t.Errorf("%d glyphs seen, %v", len(seen), err)
	}
}

func TestFilmContainsOnlyChanges(t *testing.T) {
	var f Film
	f.Add(picture(t, write(t, "a")), 100_000_000)
	f.Add(picture(t, write(t, "a")), 200_000_000)
	f.Add(picture(t, write(t, "ab")), 300_000_000)
	g := f.GIF()
	if len(g.Image) != 2 || g.Delay[0] != 30 || g.Delay[1] != 30 {
		t.Fatalf("%d pictures, %v", len(g.Image), g.Delay)
	}
	if r := cellAt(1, 0, 1).Add(image.Pt(padding, titleBar)); !g.Image[1].Rect.In(r) {
		t.Errorf("%v changes, not %v", g.Image[1].Rect, r)
	}
}
