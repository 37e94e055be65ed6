package shot

import (
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"time"
)

// WritePNG writes a picture with the best compression.
func WritePNG(w io.Writer, m *image.Paletted) error {
	e := png.Encoder{CompressionLevel: png.BestCompression}
	return e.Encode(w, m)
}

// A Film is an animated picture that is repeated without end.
type Film struct {
	gif  gif.GIF
	last *image.Paletted
}

// Add appends m with its duration, which is rounded to hundredths of a second.
// All pictures of a film have the same size.
func (f *Film) Add(m *image.Paletted, d time.Duration) {
	delay := int(d / (10 * time.Millisecond))
	m = withoutAlpha(m)
	part := m
	if f.last == nil {
		f.gif.Config = image.Config{ColorModel: m.Palette, Width: m.Rect.Dx(), Height: m.Rect.Dy()}
	} else {
		changed := Changes(f.last, m)
		if changed.Empty() {
			f.gif.Delay[len(f.gif.Delay)-1] += delay
			return
		}
		part = m.SubImage(changed).(*image.Paletted)
	}
	f.last = m
	f.gif.Image = append(f.gif.Image, part)
	f.gif.Delay = append(f.gif.Delay, delay)
	f.gif.Disposal = append(f.gif.Disposal, gif.DisposalNone)
}

// GIF returns the film as an animated GIF.
func (f *Film) GIF() *gif.GIF { return &f.gif }

// withoutAlpha makes each pixel of m opaque or transparent: a GIF has one
// transparent color only.
func withoutAlpha(m *image.Paletted) *image.Paletted {
	out := image.NewPaletted(m.Rect, color.Palette{color.NRGBA{}})
	index := make([]uint8, len(m.Palette))
	for i, c := range m.Palette {
		if n := color.NRGBAModel.Convert(c).(color.NRGBA); n.A >= 0x80 {
			n.A = 0xFF
			index[i] = uint8(len(out.Palette))
			out.Palette = append(out.Palette, n)
		}
	}
	for i, n := range m.Pix {
		out.Pix[i] = index[n]
	}
	return out
}

// Changes returns the smallest rectangle that contains all differences between
// two pictures of the same size.
func Changes(a, b *image.Paletted) image.Rectangle {
	var differ [256][256]bool
	for i, c := range a.Palette {
		for j, d := range b.Palette {
			differ[i][j] = color.NRGBAModel.Convert(c) != color.NRGBAModel.Convert(d)
		}
	}
	var r image.Rectangle
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		from, to := a.PixOffset(a.Rect.Min.X, y), b.PixOffset(b.Rect.Min.X, y)
		for x := range a.Rect.Dx() {
			if differ[a.Pix[from+x]][b.Pix[to+x]] {
				r = r.Union(image.Rect(0, 0, 1, 1).Add(image.Pt(a.Rect.Min.X+x, y)))
			}
		}
	}
	return r
}
