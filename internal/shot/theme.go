package shot

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// A Theme has the colors of a terminal: the default ones and the 16 colors of
// the palette.
type Theme struct {
	Text, Background color.RGBA
	Cursor           color.RGBA
	Border, Title    color.RGBA // of the window
	Colors           [16]color.RGBA
}

// Dark is the theme of a dark terminal.
func Dark() Theme {
	return Theme{
		Text: rgb(0xE4E4EF), Background: rgb(0x17171F), Cursor: rgb(0xE4E4EF),
		Border: rgb(0x3A3A48), Title: rgb(0x8A8A99),
		Colors: [16]color.RGBA{
			rgb(0x2A2A36), rgb(0xF2777A), rgb(0x7FD99A), rgb(0xE8C274), rgb(0x7AA2F7), rgb(0xB69CFF), rgb(0x6FCBD6), rgb(0xC6C6D2),
			rgb(0x6E6E80), rgb(0xFF9A96), rgb(0xA3EBB8), rgb(0xF7DA9C), rgb(0xA5C0FF), rgb(0xD2C1FF), rgb(0x9DE3EA), rgb(0xFFFFFF),
		},
	}
}

// Light is the theme of a light terminal.
func Light() Theme {
	return Theme{
		Text: rgb(0x24242E), Background: rgb(0xFDFDFE), Cursor: rgb(0x24242E),
		Border: rgb(0xC9C9D4), Title: rgb(0x6B6B76),
		Colors: [16]color.RGBA{
			rgb(0x24242E), rgb(0xC4323B), rgb(0x1A7F37), rgb(0x8F6200), rgb(0x2257C5), rgb(0x6B46C1), rgb(0x0F7683), rgb(0x8B8B97),
			rgb(0x5C5C68), rgb(0xE5484D), rgb(0x2B9A4A), rgb(0xAD7A00), rgb(0x3B74E8), rgb(0x8461DB), rgb(0x1B94A3), rgb(0xFDFDFE),
		},
	}
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xFF}
}

// color returns the color of the terminal for c, which may be a palette color
// or nil for the default.
func (th Theme) color(c color.Color, otherwise color.RGBA) color.RGBA {
	switch c := c.(type) {
	case nil:
		return otherwise
	case ansi.BasicColor:
		return th.Colors[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return th.Colors[c]
		}
	}
	return color.RGBAModel.Convert(c).(color.RGBA)
}

// mix returns a mixture with the given percentage of a, the rest of b.
func mix(a, b color.RGBA, hundredths int) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8((int(a)*hundredths + int(b)*(100-hundredths)) / 100) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xFF}
}
