// Package chart draws charts of stacked bars as PNG and SVG. Texts may be hostile: they
// are made safe and short, and escaped in SVG. The same charts give the same bytes.
package chart

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-analyze/charts"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Picture has lines of text, and charts below each other.
type Picture struct {
	Lines  []string
	Charts []Chart
}

// A Chart has a bar for each label. Series are the names of the parts of all bars, the
// first at the bottom or the left.
type Chart struct {
	Title      string
	Series     []string
	Bars       []Bar
	Horizontal bool
}

// A Bar has a value for each series.
type Bar struct {
	Label  string
	Values []int
}

// The formats of pictures, which are also the extensions of their files.
const (
	PNG = "png"
	SVG = "svg"
)

// FormatOf returns the format for the extension of a file name; empty if there is none.
func FormatOf(name string) string {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if format != PNG && format != SVG {
		return ""
	}
	return format
}

// The size of a picture in pixels.
const (
	width     = 960
	margin    = 20
	line      = 22  // the height of a line of text
	heading   = 90  // of a chart: its title, its legend and its axis
	columns   = 300 // the height of vertical bars
	barHeight = 34  // of a horizontal bar with its margin
)

// Draw draws the picture.
func (p Picture) Draw(format string) ([]byte, error) {
	height := 2*margin + len(p.Lines)*line
	for _, c := range p.Charts {
		height += c.height()
	}
	theme := charts.GetTheme(charts.ThemeLight).WithSeriesColors([]charts.Color{
		charts.ColorFromHex("#1A7F5A"), charts.ColorFromHex("#E0A526"), charts.ColorFromHex("#9AA0A6"),
	})
	pen := charts.NewPainter(charts.PainterOptions{OutputFormat: format, Width: width, Height: height, Theme: theme})
	pen.FilledRect(0, 0, width, height, theme.GetBackgroundColor(), charts.ColorTransparent, 0)
	top := margin
	for _, text := range p.Lines {
		top += line
		pen.Text(clean(text, lineLength), 2*margin, top-line/3, 0, charts.FontStyle{FontSize: 13, FontColor: theme.GetTitleTextColor()})
	}
	for _, c := range p.Charts {
		box := charts.NewBox(margin, top, width-margin, top+c.height())
		if err := c.draw(pen.Child(charts.PainterBoxOption(box)), theme); err != nil {
			return nil, fmt.Errorf("draw a chart: %w", err)
		}
		top += c.height()
	}
	return pen.Bytes()
}

func (c Chart) height() int {
	if c.Horizontal {
		return heading + barHeight*len(c.Bars)
	}
	return heading + columns
}

func (c Chart) draw(p *charts.Painter, theme charts.ColorPalette) error {
	bars := c.Bars
	if c.Horizontal { // the library draws the first bar at the bottom
		bars = slices.Clone(bars)
		slices.Reverse(bars)
	}
	values := make([][]float64, len(c.Series))
	var labels []string
	largest := 0
	for _, b := range bars {
		labels = append(labels, clean(b.Label, labelLength))
		sum := 0
		for n, v := range b.Values {
			values[n] = append(values[n], float64(v))
			sum += v
		}
		largest = max(largest, sum)
	}
	opt := charts.NewBarChartOptionWithData(values)
	opt.Theme, opt.Horizontal, opt.StackSeries = theme, c.Horizontal, charts.Ptr(true)
	opt.Title = charts.TitleOption{Text: clean(c.Title, lineLength), FontStyle: charts.FontStyle{FontSize: 15}}
	opt.Legend = charts.LegendOption{SeriesNames: c.Series, Offset: charts.OffsetStr{Left: charts.PositionRight}}
	opt.CategoryAxis.Labels = labels
	opt.CategoryAxis.LabelFontStyle = charts.FontStyle{FontSize: 11}
	if !c.Horizontal {
		thin(labels)
		opt.CategoryAxis.LabelCount = len(labels)
	}
	opt.ValueFormatter = func(v float64) string { return strconv.Itoa(int(v)) }
	for n := range opt.ValueAxis { // whole numbers only
		opt.ValueAxis[n].Unit = max(1, float64(largest/5))
		opt.ValueAxis[n].Min = charts.Ptr(0.0)
	}
	return p.BarChart(opt)
}

// The largest numbers of characters of a text, and of labels below vertical bars.
const (
	lineLength  = 110
	labelLength = 40
	mostLabels  = 9
)

// thin removes labels, so that those that remain do not overlap. The last one remains.
func thin(labels []string) {
	step := (len(labels) + mostLabels - 1) / mostLabels
	for n := range labels {
		if (len(labels)-1-n)%step != 0 {
			labels[n] = ""
		}
	}
}

// clean makes text safe and short.
func clean(s string, most int) string {
	s = safetext.Line(s)
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most-1]) + "…"
	}
	return s
}
