// Package shot draws a terminal screen as a picture, with the same result on
// every machine.
package shot

import (
	"errors"
	"image"
	"image/color"
	"image/draw"

	uv "github.com/charmbracelet/ultraviolet"
	"golang.org/x/text/unicode/norm"
)

// A Screen is a screen that can be drawn. Cells are counted from 0.
type Screen interface {
	Size() (width, height int)
	Cell(x, y int) uv.Cell
	Cursor() (x, y int, visible bool)
	Title() string
}

// Sizes in pixels. Pictures have twice the size at which pages show them, to be
// sharp on high-resolution displays.
const (
	fontSize   = 23
	cellWidth  = 14 // the width of a glyph, rounded
	cellHeight = 28 // twice the width, so that a QR code is square
	baseline   = 21
	padding    = 22
	titleBar   = 58
	rounding   = 18
	border     = 2
)

// A pen draws one picture.
type pen struct {
	theme  Theme
	faces  faces
	canvas *image.RGBA
}

// Draw draws a screen in a window. It returns an error if there are more than
// 256 colors.
func Draw(s Screen, theme Theme) (*image.Paletted, error) {
	fs, err := newFaces()
	if err != nil {
		return nil, err
	}
	width, height := s.Size()
	size := image.Rect(0, 0, width*cellWidth+2*padding, height*cellHeight+padding+titleBar)
	p := &pen{theme, fs, image.NewRGBA(size)}
	p.window(s.Title())
	p.screen(s)
	return paletted(p.canvas)
}

// window draws the window around the screen.
func (p *pen) window(title string) {
	outer := p.canvas.Bounds()
	p.rounded(outer, rounding, p.theme.Border)
	p.rounded(outer.Inset(border), rounding-border, p.theme.Background)
	for i, c := range []color.RGBA{rgb(0xFF5F57), rgb(0xFEBC2E), rgb(0x28C840)} {
		p.disc(image.Pt(padding+12+40*i, titleBar/2), 12, c)
	}
	runes := []rune(title)
	at := image.Pt((outer.Dx()-len(runes)*cellWidth)/2, (titleBar-cellHeight)/2)
	for i, r := range runes {
		p.character(cellAt(i, 0, 1).Add(at), r, 0, colors{text: p.theme.Title, behind: p.theme.Background})
	}
}

func cellAt(x, y, width int) image.Rectangle {
	return image.Rect(x*cellWidth, y*cellHeight, (x+width)*cellWidth, (y+1)*cellHeight)
}

// screen draws the cells: all backgrounds first, since a glyph may reach into
// the next cell.
func (p *pen) screen(s Screen) {
	width, height := s.Size()
	cx, cy, visible := s.Cursor()
	for _, part := range []func(image.Rectangle, uv.Cell, colors){p.behind, p.content} {
		for y := range height {
			for x := range width {
				c := s.Cell(x, y)
				if c.Width == 0 {
					continue // the second half of a wide cell
				}
				cell := cellAt(x, y, c.Width).Add(image.Pt(padding, titleBar))
				part(cell, c, p.colors(c.Style, visible && x == cx && y == cy))
			}
		}
	}
}

// colors returns the colors of a cell.
type colors struct{ text, behind, underline color.RGBA }

func (p *pen) colors(s uv.Style, cursor bool) colors {
	text, behind := p.theme.color(s.Fg, p.theme.Text), p.theme.color(s.Bg, p.theme.Background)
	if s.Attrs&uv.AttrFaint != 0 {
		text = mix(text, behind, 55)
	}
	if s.Attrs&uv.AttrReverse != 0 {
		text, behind = behind, text
	}
	if cursor {
		text, behind = p.theme.Background, p.theme.Cursor
	}
	return colors{text, behind, p.theme.color(s.UnderlineColor, text)}
}

func (p *pen) behind(cell image.Rectangle, _ uv.Cell, c colors) {
	if c.behind != p.theme.Background {
		p.fill(cell, c.behind)
	}
}

func (p *pen) content(cell image.Rectangle, c uv.Cell, co colors) {
	if c.Style.Attrs&uv.AttrConceal == 0 {
		for _, r := range norm.NFC.String(c.Content) { // combining marks are drawn over their base
			p.character(cell, r, c.Style.Attrs, co)
		}
	}
	if c.Style.Underline != uv.UnderlineNone {
		p.fill(image.Rect(cell.Min.X, cell.Min.Y+baseline+3, cell.Max.X, cell.Min.Y+baseline+5), co.underline)
	}
	if c.Style.Attrs&uv.AttrStrikethrough != 0 {
		p.fill(image.Rect(cell.Min.X, cell.Min.Y+baseline-8, cell.Max.X, cell.Min.Y+baseline-6), co.text)
	}
}

// character draws r, or an empty frame if no font has it.
func (p *pen) character(cell image.Rectangle, r rune, attrs uint8, c colors) {
	if p.line(cell, r, c.text) || p.block(cell, r, c) || p.braille(cell, r, c.text) {
		return
	}
	if g := p.faces.glyph(r, attrs); g != nil {
		p.paint(g, cell.Min.Add(image.Pt(0, baseline)), c.text)
		return
	}
	p.rounded(cell.Inset(3), 4, mix(c.text, c.behind, 50))
	p.rounded(cell.Inset(5), 2, c.behind)
}

func (p *pen) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(p.canvas, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func (p *pen) disc(middle image.Point, radius int, c color.RGBA) {
	var round path
	round.circle(middle, radius)
	p.paint(round.mask(), image.Point{}, c)
}

// rounded fills a rectangle with rounded corners.
func (p *pen) rounded(r image.Rectangle, radius int, c color.RGBA) {
	for _, corner := range []image.Point{
		{r.Min.X + radius, r.Min.Y + radius},
		{r.Max.X - radius, r.Min.Y + radius},
		{r.Min.X + radius, r.Max.Y - radius},
		{r.Max.X - radius, r.Max.Y - radius},
	} {
		p.disc(corner, radius, c)
	}
	p.fill(image.Rect(r.Min.X+radius, r.Min.Y, r.Max.X-radius, r.Max.Y), c)
	p.fill(image.Rect(r.Min.X, r.Min.Y+radius, r.Max.X, r.Max.Y-radius), c)
}

// paint draws a color through a mask, with the mask's origin at a point.
func (p *pen) paint(mask *image.Alpha, at image.Point, c color.RGBA) {
	draw.DrawMask(p.canvas, mask.Rect.Add(at), image.NewUniform(c), image.Point{}, mask, mask.Rect.Min, draw.Over)
}

// paletted converts the picture to one with a palette.
func paletted(m *image.RGBA) (*image.Paletted, error) {
	out := image.NewPaletted(m.Rect, nil)
	index := map[color.RGBA]uint8{}
	var last color.RGBA
	for i := range out.Pix {
		b := m.Pix[4*i : 4*i+4 : 4*i+4]
		c := color.RGBA{b[0], b[1], b[2], b[3]}
		if i > 0 && c == last { // as most are
			out.Pix[i] = out.Pix[i-1]
			continue
		}
		last = c
		n, ok := index[c]
		if !ok {
			if len(index) == 256 {
				return nil, errors.New("draw the screen: more than 256 colours")
			}
			n = uint8(len(index))
			index[c] = n
			out.Palette = append(out.Palette, color.NRGBAModel.Convert(c))
		}
		out.Pix[i] = n
	}
	return out, nil
}
