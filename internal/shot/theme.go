package shot

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// A Theme is the terminal's own look: what is seen where the program says
// nothing, and what it gets when it asks for one of the sixteen colours.
type Theme struct {
	Text, Background color.RGBA
	Cursor           color.RGBA
	Border, Title    color.RGBA // of the window
	Colors           [16]color.RGBA
}

// Dark is a dark terminal.
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

// Light is a light terminal.
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

// color is what the terminal shows for c, which may be one of its sixteen
// colours, or nothing in particular.
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

// mix is so many hundredths of a, and the rest of b.
func mix(a, b color.RGBA, hundredths int) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8((int(a)*hundredths + int(b)*(100-hundredths)) / 100) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xFF}
}
