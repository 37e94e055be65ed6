package shot

import (
	"image"
	"slices"

	"golang.org/x/image/math/fixed"
)

// A path is a closed outline in 64ths of a pixel. It is filled with integer
// arithmetic only: floating point can give different results on different
// machines, because some combine multiplication and addition with one rounding.
type path struct {
	edges     []edge
	start, at fixed.Point26_6
}

// An edge is a straight segment of an outline that is not horizontal.
type edge struct{ from, to fixed.Point26_6 }

const (
	// rays is the number of scan lines in a pixel.
	rays = 8
	// shades is the number of steps from transparent to opaque. A small number
	// makes small files, and more would not be visible.
	shades = 4
)

func (p *path) moveTo(to fixed.Point26_6) {
	p.lineTo(p.start)
	p.start, p.at = to, to
}

func (p *path) lineTo(to fixed.Point26_6) {
	if p.at.Y != to.Y {
		p.edges = append(p.edges, edge{p.at, to})
	}
	p.at = to
}

func (p *path) quadTo(via, to fixed.Point26_6) {
	const steps = 8
	from := p.at
	for i := fixed.Int26_6(1); i <= steps; i++ {
		a, b, c := (steps-i)*(steps-i), 2*i*(steps-i), i*i
		p.lineTo(fixed.Point26_6{
			X: (a*from.X + b*via.X + c*to.X) / (steps * steps),
			Y: (a*from.Y + b*via.Y + c*to.Y) / (steps * steps),
		})
	}
}

// bounds returns the smallest rectangle of whole pixels around the path.
func (p *path) bounds() image.Rectangle {
	var r fixed.Rectangle26_6
	for _, e := range p.edges {
		r = r.Union(fixed.Rectangle26_6{
			Min: fixed.Point26_6{X: min(e.from.X, e.to.X), Y: min(e.from.Y, e.to.Y)},
			Max: fixed.Point26_6{X: max(e.from.X, e.to.X) + 1, Y: max(e.from.Y, e.to.Y)},
		})
	}
	return image.Rect(r.Min.X.Floor(), r.Min.Y.Floor(), r.Max.X.Ceil(), r.Max.Y.Ceil())
}

// mask returns the coverage of each pixel.
func (p *path) mask() *image.Alpha {
	p.lineTo(p.start)
	r := p.bounds()
	m := image.NewAlpha(r)
	changes := make([]int, r.Dx()+2) // of the coverage, from one pixel to the next
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(changes)
		for ray := range rays {
			p.along(fixed.I(y)+fixed.Int26_6(64*ray+32)/rays, fixed.I(r.Min.X), changes)
		}
		covered := 0
		for x := range r.Dx() {
			covered += changes[x]
			shade := (covered*shades + 64*rays/2) / (64 * rays)
			m.Pix[(y-r.Min.Y)*m.Stride+x] = uint8(shade * 255 / shades)
		}
	}
	return m
}

// A crossing is the point where a scan line crosses an edge, and its direction.
type crossing struct {
	x    fixed.Int26_6
	down int
}

// along adds the coverage of the scan line y.
func (p *path) along(y, left fixed.Int26_6, changes []int) {
	var met []crossing
	for _, e := range p.edges {
		down := 1
		if e.from.Y > e.to.Y {
			e.from, e.to, down = e.to, e.from, -1
		}
		if e.from.Y <= y && y < e.to.Y {
			x := int64(e.to.X-e.from.X) * int64(y-e.from.Y) / int64(e.to.Y-e.from.Y)
			met = append(met, crossing{e.from.X + fixed.Int26_6(x) - left, down})
		}
	}
	slices.SortFunc(met, func(a, b crossing) int { return int(a.x - b.x) })
	winding := 0
	for _, c := range met {
		before := winding
		winding += c.down
		pixel, part := int(c.x>>6), int(c.x&63)
		switch {
		case before == 0: // enter
			changes[pixel] += 64 - part
			changes[pixel+1] += part
		case winding == 0: // leave
			changes[pixel] -= 64 - part
			changes[pixel+1] -= part
		}
	}
}

// circle adds a circle.
func (p *path) circle(centre image.Point, radius int) {
	left, right, up, down := image.Pt(-1, 0), image.Pt(1, 0), image.Pt(0, -1), image.Pt(0, 1)
	p.moveTo(fixed.P(centre.X-radius, centre.Y))
	p.quarter(centre, radius, left, up)
	p.quarter(centre, radius, up, right)
	p.quarter(centre, radius, right, down)
	p.quarter(centre, radius, down, left)
}

// quarter adds a quarter of a circle between two directions from its centre, as
// two curves.
func (p *path) quarter(centre image.Point, radius int, from, to image.Point) {
	at := func(a, b int) fixed.Point26_6 { // ten thousandths of the radius
		d := from.Mul(a * radius * 64).Add(to.Mul(b * radius * 64)).Div(10000)
		return fixed.P(centre.X, centre.Y).Add(fixed.Point26_6{X: fixed.Int26_6(d.X), Y: fixed.Int26_6(d.Y)})
	}
	p.lineTo(at(10000, 0))
	p.quadTo(at(10000, 4142), at(7071, 7071))
	p.quadTo(at(4142, 10000), at(0, 10000))
}
