package statistics

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
)

// rowLines returns the number of rows that fit below the figures of all rooms, the
// filter and the column names.
func (p *StatsPage) rowLines() int {
	return max(1, p.sh.Height-cells.Height(p.overall(p.sh.Width-2))-2-p.Filter.Lines())
}

func (p *StatsPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	switch {
	case !p.sh.Account.Synced():
		return cells.Indent("\n"+cells.Wrap("The invites are counted when all rooms are read.", width-4), 2), nil
	case p.counted == nil:
		return cells.Indent("\nCounting the invites…", 2), nil
	case len(p.Rows) == 0:
		return cells.Indent("\n"+cells.Wrap("There are no third-party invites in your "+phrase.Count(len(p.counted.rooms), "room")+
			" yet. When there are some, this page shows how many were accepted, and how fast.", width-4), 2), nil
	}
	cols := newColumns(width)
	hidden := ""
	if by := p.Orders[p.By].Name; cols.hides(by) {
		hidden = st.Faint.Render("by " + by + " " + p.Arrow(by))
	}
	overall := cells.Indent(p.overall(width-2), 1)
	filter, cursor := p.Filter.View(width-3, hidden, p.Pick)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+cells.Height(overall)
	}
	return overall + "\n" + cells.Indent(filter, 1) + "\n" + p.listing(cols), cursor
}

// overall draws the figures of all rooms. A low screen has only the most important lines.
func (p *StatsPage) overall(width int) string {
	if p.counted == nil {
		return ""
	}
	st := p.sh.Styles
	lines := slices.DeleteFunc(wording.StatsLines(p.counted.All), func(l wording.StatsLine) bool { return l.Minor && p.sh.Height < 18 })
	label := 0
	for _, l := range lines {
		label = max(label, cells.Width(l.Label)+gap)
	}
	var drawn []string
	for n, l := range lines {
		title, bar := cells.Pad(l.Label, label), ""
		if n == 0 && width < spacious {
			title = l.Label + " " // the first line is the longest
		}
		if l.Share != nil && l.Share.Of > 0 && width >= spacious {
			bar = shareBar(st, *l.Share) + "  "
		}
		text := cells.Cut(l.Text, width-cells.Width(title)-cells.Width(bar))
		drawn = append(drawn, st.Label.Render(title)+bar+text)
	}
	if note := wording.StatsNote(p.counted.All, p.counted.Untraced); note != "" {
		drawn = append(drawn, st.Warn.Render(cells.Wrap("? "+note, width)))
	}
	return strings.Join(drawn, "\n")
}

const shareWidth = 20

// shareBar draws a share: what was accepted, what may have been, and what was not. The
// parts differ in their characters, not only in their colours.
func shareBar(st style.Styles, s stats.Share) string {
	least, most := s.Range()
	full, possible := int(math.Round(least*shareWidth/100)), int(math.Round(most*shareWidth/100))
	return st.Good.Render(strings.Repeat("━", full)) + st.Warn.Render(strings.Repeat("╌", possible-full)) + st.Rule.Render(strings.Repeat("─", shareWidth-possible))
}

func (p *StatsPage) listing(cols columns) string {
	title := "ROOM"
	if p.byInviters {
		title = "INVITER"
	}
	lines := []string{p.sh.Styles.Column.Render("   " + cols.line(
		p.Head(byName, title, false), p.Head(byCount, "SENT", true), p.Head(byAccepted, "ACCEPTED", true), p.Head(byPending, "PENDING", true),
		p.Head(byRevoked, "REVOKED", true), p.Head(byShare, "30 DAYS", true), p.Head(byMedian, "MEDIAN", true), fmt.Sprint(cols.weeks, " WEEKS")))}
	most := slices.Max(p.most[stats.WeekCount-cols.weeks:])
	from, to := p.List.Window(p.Lines())
	for n := from; n < to; n++ {
		lines = append(lines, shell.RowSpot(p.sh, &p.List, n, p.sh.Keys.Open, p.row(cols, n, most)))
	}
	if len(p.List.Keys) == 0 {
		lines = append(lines, "", "   Nothing matches the filter.", "", "   Press "+p.sh.Styles.Accent.Render(p.sh.Keys.Clear.Help().Key)+" to clear the filter.")
	}
	return strings.Join(lines, "\n")
}

// row draws a row. most is the number of invites for the highest block.
func (p *StatsPage) row(cols columns, n, most int) string {
	r, chosen := p.Rows[p.List.Keys[n]], n == p.List.At
	st := p.sh.Styles.ForRow(chosen)
	number := func(n int) string {
		if n == 0 {
			return st.Faint.Render("0")
		}
		return strconv.Itoa(n)
	}
	pending := number(r.Pending)
	if r.Uncertain > 0 {
		pending += st.Warn.Render("?")
	}
	name := r.name()
	if user := r.source.user; user.Homeserver() == p.sh.Account.UserID().Homeserver() {
		name = "@" + user.Localpart()
	}
	return " " + st.Row(chosen, " ", cols.line(
		st.Name.Render(cells.Cut(name, cols.name)), number(r.Sent), number(r.Accepted), pending, number(r.Revoked),
		wording.Share(r.month()), wording.Median(r.Summary), st.Accent.Render(wording.Sparkline(r.SentByWeek(cols.weeks), most)),
	), cols.width-2)
}
