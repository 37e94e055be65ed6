package shot

import (
	"fmt"
	"image"

	"codeberg.org/go-fonts/dejavu/dejavusansmono"
	"codeberg.org/go-fonts/dejavu/dejavusansmonobold"
	"codeberg.org/go-fonts/dejavu/dejavusansmonoboldoblique"
	"codeberg.org/go-fonts/dejavu/dejavusansmonooblique"
	uv "github.com/charmbracelet/ultraviolet"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A face is a font with a cache of its glyphs.
type face struct {
	font   *sfnt.Font
	glyphs map[rune]*image.Alpha // nil if the font does not have it
}

// faces are the fonts, by bold and italic.
type faces map[uint8]*face

func newFaces() (faces, error) {
	fs := faces{}
	for attrs, ttf := range map[uint8][]byte{
		0:                           dejavusansmono.TTF,
		uv.AttrBold:                 dejavusansmonobold.TTF,
		uv.AttrItalic:               dejavusansmonooblique.TTF,
		uv.AttrBold | uv.AttrItalic: dejavusansmonoboldoblique.TTF,
	} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("read the font: %w", err)
		}
		fs[attrs] = &face{f, map[rune]*image.Alpha{}}
	}
	return fs, nil
}

// glyph returns r with the given attributes, from the upright font if the
// oblique one does not have it. It is nil if no font has it.
func (fs faces) glyph(r rune, attrs uint8) *image.Alpha {
	attrs &= uv.AttrBold | uv.AttrItalic
	for _, attrs := range []uint8{attrs, attrs & uv.AttrBold, 0} {
		if g := fs[attrs].glyph(r); g != nil {
			return g
		}
	}
	return nil
}

// glyph returns r with its origin at (0, 0).
func (f *face) glyph(r rune) *image.Alpha {
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	g := f.draw(r)
	f.glyphs[r] = g
	return g
}

func (f *face) draw(r rune) *image.Alpha {
	var b sfnt.Buffer
	index, err := f.font.GlyphIndex(&b, r)
	if err != nil || index == 0 {
		return nil
	}
	segments, err := f.font.LoadGlyph(&b, index, fixed.I(fontSize), nil)
	if err != nil {
		return nil
	}
	var p path
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.moveTo(s.Args[0])
		case sfnt.SegmentOpLineTo:
			p.lineTo(s.Args[0])
		case sfnt.SegmentOpQuadTo:
			p.quadTo(s.Args[0], s.Args[1])
		default: // these fonts have no other segments
			return nil
		}
	}
	return p.mask()
}
