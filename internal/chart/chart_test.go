package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/mxinvite/mxinvite/internal/chart"
)

const hostileName = "<script>alert(1)</script>&\"'\x1b[2J\u202e\x00]]>"

func hostilePicture() chart.Picture {
	series := []string{"accepted", "pending"}
	c := chart.Chart{Title: "Rooms " + hostileName, Series: series, Bars: []chart.Bar{
		{hostileName, []int{3, 1}},
		{strings.Repeat("a long name ", 1000), []int{0, 1000}},
		{"", []int{0, 0}},
	}}
	turned := c
	turned.Horizontal = true
	return chart.Picture{Lines: []string{hostileName, strings.Repeat("x", 10_000)}, Charts: []chart.Chart{c, turned}}
}

func draw(t *testing.T, p chart.Picture, format string) []byte {
	t.Helper()
	data, err := p.Draw(format)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// texts returns the elements and the texts of an SVG. It fails if it is not XML.
func texts(t *testing.T, svg []byte) (elements map[string]bool, all []string) {
	t.Helper()
	elements = map[string]bool{}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local] = true
		case xml.CharData:
			if s := strings.TrimSpace(string(token)); s != "" {
				all = append(all, s)
			}
		}
		if errors.Is(err, io.EOF) {
			return elements, all
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
}

func TestHostileTextIsOnlyText(t *testing.T) {
	svg := draw(t, hostilePicture(), chart.SVG)
	elements, all := texts(t, svg)
	for name := range elements {
		if name != "svg" && name != "path" && name != "text" {
			t.Errorf("there is an element %s", name)
		}
	}
	found := 0
	for _, s := range all {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' }) || len([]rune(s)) > 110 {
			t.Errorf("the text %q", s)
		}
		if strings.HasPrefix(s, "<script>alert(1)</script>&\"'") {
			found++
		}
	}
	if found < 3 {
		t.Errorf("the name is %d times in %q", found, all)
	}
	if bytes.Contains(svg, []byte("<script")) {
		t.Errorf("%s", svg)
	}
}

func TestPictureHasItsSize(t *testing.T) {
	m, err := png.Decode(bytes.NewReader(draw(t, hostilePicture(), chart.PNG)))
	if err != nil {
		t.Fatal(err)
	}
	if size := m.Bounds().Size(); size.X != 960 || size.Y < 500 || size.Y > 1000 {
		t.Error(size)
	}
	seen := map[any]bool{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			seen[m.At(x, y)] = true
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d colours", len(seen))
	}
}

func TestSameChartsGiveTheSameBytes(t *testing.T) {
	for _, format := range []string{chart.PNG, chart.SVG} {
		first := draw(t, hostilePicture(), format)
		for range 3 {
			if !bytes.Equal(first, draw(t, hostilePicture(), format)) {
				t.Errorf("%s differs", format)
			}
		}
	}
}

func TestChartsOfNothing(t *testing.T) {
	for _, p := range []chart.Picture{
		{},
		{Charts: []chart.Chart{{}}},
		{Charts: []chart.Chart{{Horizontal: true, Series: []string{"a"}}}},
		{Charts: []chart.Chart{{Series: []string{"a", "b"}, Bars: []chart.Bar{{"x", []int{0, 0}}}}}},
	} {
		for _, format := range []string{chart.PNG, chart.SVG} {
			if len(draw(t, p, format)) == 0 {
				t.Errorf("%+v is empty", p)
			}
		}
	}
}

func TestFormatIsThatOfTheExtension(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": chart.PNG, "a.SVG": chart.SVG, "dir.png/a": "", "a": "", "": "", "a.jpg": "", ".png": chart.PNG, "a.svg.gz": "",
	} {
		if got := chart.FormatOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
