package termtest

import (
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Styles is a letter for the look of each cell, line by line, and below what the
// letters mean. A cell that looks like any other text has none.
func (term *Terminal) Styles() string {
	width, height := term.Size()
	letters := map[string]byte{"": ' '}
	var text, legend strings.Builder
	for y := range height {
		var line strings.Builder
		for x := range width {
			cell := term.Cell(x, y)
			look := look(cell)
			if _, known := letters[look]; !known {
				letters[look] = byte('a' + len(letters) - 1)
				fmt.Fprintf(&legend, "%c = %s\n", letters[look], look)
			}
			line.WriteByte(letters[look])
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return "\n" + strings.TrimRight(text.String(), "\n") + "\n\n" + legend.String()
}

// look is how a cell looks, in words.
func look(c uv.Cell) string {
	var words []string
	if c.Content == " " && c.Style.Bg == nil && c.Style.Attrs&uv.AttrReverse == 0 {
		return "" // nobody sees it
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

// colorName is one of the terminal's own colours by its number, or as in HTML.
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
