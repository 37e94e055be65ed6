package shot

import (
	"image"
	"image/color"

	"golang.org/x/image/math/fixed"
)

// Lines and blocks are drawn as rectangles: a font leaves gaps between them,
// and a QR code with gaps cannot be scanned.

// arms are the thickness of the lines from the middle of a character to the
// left, right, top and bottom.
type arms [4]int

// lines are the characters that consist of such lines.
func lines(r rune) (a arms, ok bool) {
	if r < '─' || '╿' < r {
		return a, false
	}
	code, ok := map[rune]string{
		'─': "1100", '━': "2200", '│': "0011", '┃': "0022", '╴': "1000", '╶': "0100", '╵': "0010", '╷': "0001",
		'┌': "0101", '┐': "1001", '└': "0110", '┘': "1010", '├': "0111", '┤': "1011", '┬': "1101", '┴': "1110", '┼': "1111",
		'┏': "0202", '┓': "2002", '┗': "0220", '┛': "2020", '┣': "0222", '┫': "2022", '┳': "2202", '┻': "2220", '╋': "2222",
		'╭': "0101", '╮': "1001", '╰': "0110", '╯': "1010",
	}[r]
	for i := range code {
		a[i] = int(code[i] - '0')
	}
	return a, ok
}

// line draws a box-drawing character and reports whether r is one.
func (p *pen) line(cell image.Rectangle, r rune, c color.RGBA) bool {
	a, ok := lines(r)
	if !ok {
		return false
	}
	mid := cell.Min.Add(image.Pt(cell.Dx()/2, cell.Dy()/2))
	if '╭' <= r && r <= '╰' {
		p.corner(cell, mid, a, c)
		return true
	}
	thick := max(a[0], a[1], a[2], a[3])
	if a[0] > 0 {
		p.fill(image.Rect(cell.Min.X, mid.Y-a[0], mid.X+thick, mid.Y+a[0]), c)
	}
	if a[1] > 0 {
		p.fill(image.Rect(mid.X-thick, mid.Y-a[1], cell.Max.X, mid.Y+a[1]), c)
	}
	if a[2] > 0 {
		p.fill(image.Rect(mid.X-a[2], cell.Min.Y, mid.X+a[2], mid.Y+thick), c)
	}
	if a[3] > 0 {
		p.fill(image.Rect(mid.X-a[3], mid.Y-thick, mid.X+a[3], cell.Max.Y), c)
	}
	return true
}

// corner draws a rounded corner: a quarter of a ring, and the vertical line
// next to it.
func (p *pen) corner(cell image.Rectangle, mid image.Point, a arms, c color.RGBA) {
	aside, upright, far := image.Pt(-1, 0), image.Pt(0, -1), cell.Max.Y // of ╭, seen from the ring's centre
	if a[0] > 0 {
		aside.X = 1
	}
	if a[2] > 0 {
		upright.Y, far = 1, cell.Min.Y
	}
	radius := cell.Dx() / 2
	centre := mid.Sub(aside.Add(upright).Mul(radius))
	var ring path
	ring.moveTo(fixed.P(centre.X+aside.X*(radius+1), centre.Y))
	ring.quarter(centre, radius+1, aside, upright)
	ring.quarter(centre, radius-1, upright, aside)
	p.paint(ring.mask(), image.Point{}, c)
	p.fill(image.Rect(mid.X-1, centre.Y, mid.X+1, far), c)
}

// block draws a block element and reports whether r is one.
func (p *pen) block(cell image.Rectangle, r rune, c colors) bool {
	eighths := func(left, top, right, bottom int) {
		p.fill(image.Rect(
			cell.Min.X+cell.Dx()*left/8, cell.Min.Y+cell.Dy()*top/8, cell.Min.X+cell.Dx()*right/8, cell.Min.Y+cell.Dy()*bottom/8,
		), c.text)
	}
	switch {
	case r == '▀':
		eighths(0, 0, 8, 4)
	case '▁' <= r && r <= '█':
		eighths(0, int('█'-r), 8, 8)
	case '▉' <= r && r <= '▏':
		eighths(0, 0, int('▐'-r), 8)
	case r == '▐':
		eighths(4, 0, 8, 8)
	case '░' <= r && r <= '▓':
		p.fill(cell, mix(c.text, c.behind, 25*int(r-'░'+1)))
	case r == '▔':
		eighths(0, 0, 8, 1)
	case r == '▕':
		eighths(7, 0, 8, 8)
	case '▖' <= r && r <= '▟':
		// Bits of the upper left, upper right, lower left and lower right
		// quarter.
		quarters := [...]int{4, 8, 1, 13, 9, 7, 11, 2, 6, 14}[r-'▖']
		for i := range 4 {
			if quarters&(1<<i) != 0 {
				x, y := i%2*4, i/2*4
				eighths(x, y, x+4, y+4)
			}
		}
	default:
		return false
	}
	return true
}

// braille draws a braille pattern and reports whether r is one.
func (p *pen) braille(cell image.Rectangle, r rune, c color.RGBA) bool {
	if r < 0x2800 || r > 0x28FF {
		return false
	}
	for bit, at := range []image.Point{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
		if (r-0x2800)&(1<<bit) != 0 {
			middle := cell.Min.Add(image.Pt(cell.Dx()*(1+2*at.X)/4, cell.Dy()*(1+2*at.Y)/8))
			p.disc(middle, cell.Dx()/7, c)
		}
	}
	return true
}
