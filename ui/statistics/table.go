package statistics

import (
	"cmp"
	"math"
	"strings"

	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// The columns by which the table is sorted.
const (
	byName     = "name"
	byPending  = "pending"
	byCount    = "sent"
	byAccepted = "accepted"
	byShare    = "share"
	byMedian   = "median"
	byRevoked  = "revoked"
)

// orders returns the orders of the statistics. The original order is by the number
// of invites.
func orders() []widget.Order[row] {
	return []widget.Order[row]{
		{Name: byCount, Descends: true},
		widget.ByText(byName, (*row).name),
		widget.ByNumber(byAccepted, func(r *row) int { return r.Accepted }),
		widget.ByNumber(byPending, func(r *row) int { return r.Pending }),
		widget.ByNumber(byRevoked, func(r *row) int { return r.Revoked }),
		widget.ByNumber(byShare, func(r *row) int {
			if r.month().Of == 0 {
				return -1
			}
			least, _ := r.month().Range()
			return int(1000 * least)
		}),
		{Name: byMedian, Of: func(r *row) (int, string) { // the fastest first
			if r.Timed == 0 {
				return math.MaxInt, ""
			}
			return int(r.Median), ""
		}},
	}
}

func grammar() widget.Grammar[row] {
	kinds := []string{byPending, byAccepted, byRevoked}
	return widget.Grammar[row]{
		Mentions: func(r *row, lower string) bool {
			return widget.ContainsFold(r.name(), lower) || widget.ContainsFold(string(r.Alias), lower) || widget.ContainsFold(string(r.source.room), lower)
		},
		Operators: []widget.Operator[row]{{
			Name: "has", Example: "has:pending", Does: "has such invites: accepted, revoked", Values: widget.Always(kinds),
			Compile: widget.OneOf("kind", kinds, func(r *row) (words []string) {
				for n, count := range []int{r.Pending, r.Accepted, r.Revoked} {
					if count > 0 {
						words = append(words, kinds[n])
					}
				}
				return words
			}),
		}},
	}
}

// name returns the name of the room, or the Matrix ID of the inviter.
func (r *row) name() string {
	if r.source.room != "" {
		return cmp.Or(r.Name, string(r.source.room))
	}
	return cmp.Or(string(r.source.user), "sender not known")
}

// month returns the share that was accepted within 30 days.
func (r *row) month() stats.Share { return r.Shares[len(r.Shares)-1] }

const (
	gap  = 2   // between columns
	wide = 140 // the largest width at which a row is easy to read

	spacious = 76 // the smallest width with bars and all important columns
)

// columns are the widths of the columns in the table. A column of width zero is
// not shown.
type columns struct{ width, name, revoked, share, median, weeks int }

func newColumns(width int) columns {
	c := columns{width: min(width, wide), weeks: 8}
	if width >= spacious {
		c.share, c.median = 8, 8
	}
	if width >= 100 {
		c.revoked, c.weeks = 8, 12
	}
	if width >= 120 {
		c.weeks = stats.WeekCount
	}
	c.name = c.width - 4
	for _, w := range []int{5, 9, 8, c.revoked, c.share, c.median, c.weeks} { // the first are sent, accepted and pending
		if w > 0 {
			c.name -= w + gap
		}
	}
	return c
}

// hides reports whether the line is too narrow to show a column.
func (c columns) hides(column string) bool {
	return column == byRevoked && c.revoked == 0 || (column == byShare || column == byMedian) && c.share == 0
}

func (c columns) line(name, sent, accepted, pending, revoked, share, median, weeks string) string {
	parts := []string{cells.Pad(name, c.name), cells.PadLeft(sent, 5), cells.PadLeft(accepted, 9), cells.PadLeft(pending, 8)}
	for _, cell := range []struct {
		width int
		text  string
	}{{c.revoked, revoked}, {c.share, share}, {c.median, median}} {
		if cell.width > 0 {
			parts = append(parts, cells.PadLeft(cell.text, cell.width))
		}
	}
	return strings.Join(append(parts, cells.Pad(weeks, c.weeks)), strings.Repeat(" ", gap))
}
