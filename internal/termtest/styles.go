package termtest

import (
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Looks describes the style of each cell in words, line by line. Cells in the
// default style are left out.
func (term *Terminal) Looks() [][]string {
	width, height := term.Size()
	lines := make([][]string, height)
	for y := range lines {
		lines[y] = make([]string, width)
		for x := range width {
			lines[y][x] = look(term.Cell(x, y))
		}
	}
	return lines
}

// look describes the style of a cell in words.
func look(c uv.Cell) string {
	var words []string
	if c.Content == " " && c.Style.Bg == nil && c.Style.Attrs&uv.AttrReverse == 0 {
		return "" // it is not visible
	}
	if c.Style.Fg != nil {
		words = append(words, colorName(c.Style.Fg))
	}
	if c.Style.Bg != nil {
		words = append(words, "on "+colorName(c.Style.Bg))
	}
	for _, a := range []struct {
		bit  uint8
		name string
	}{{uv.AttrBold, "bold"}, {uv.AttrFaint, "faint"}, {uv.AttrItalic, "italic"}, {uv.AttrReverse, "reverse"}} {
		if c.Style.Attrs&a.bit != 0 {
			words = append(words, a.name)
		}
	}
	if c.Style.Underline != 0 {
		words = append(words, "underlined")
	}
	return strings.Join(words, " ")
}

// colorName returns the number of a palette color, or the color in HTML
// notation.
func colorName(c color.Color) string {
	switch c := c.(type) {
	case ansi.BasicColor:
		return fmt.Sprintf("color %d", c)
	case ansi.IndexedColor:
		return fmt.Sprintf("color %d", c)
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
}
