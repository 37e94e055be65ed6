package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// sideBySide is the width from which the details stand beside the list.
const sideBySide = 110

// wide is as much as an eye follows from one end of a row to the other.
const wide = 140

// listWidth is how much of a page a list takes, with details beside it or not.
func listWidth(width int) int {
	if width < sideBySide {
		return width
	}
	return min(width*5/8, wide)
}

func (h *home) view(width, height int) (string, *tea.Cursor) {
	st := h.sh.styles
	var body string
	switch {
	case h.loading() && h.problem != nil:
		body = "\n" + h.sh.problem(h.problem, width-4) + "\n\n" +
			st.faint.Render("Trying again at "+h.sh.link.retryAt.Format("15:04:05")+".")
	case h.loading():
		body = "\n" + h.spinner.View() + " Reading your rooms on " + cut(h.sh.account.UserID().Homeserver(), width/2) + "…"
	case h.rooms == 0:
		body = "\n" + h.sh.noRooms(width-4)
	case len(h.rows) == 0:
		body = "\n" + wrap("Nobody has been invited by e-mail to any of your "+count(h.rooms, "room")+" yet.", width-4) + "\n\nPress " +
			st.accent.Render(h.sh.keys.Invite.Help().Key) + " to invite somebody."
	default:
		return h.table(width, height)
	}
	line, cursor := h.searchLine(width)
	if line != "" {
		line = "\n" + line + "\n"
	}
	return line + indent(body, 2), cursor
}

// table is the counts and the list, with the details beside it where they fit.
func (h *home) table(width, height int) (string, *tea.Cursor) {
	var chosen *row
	if r, some := h.selected(); some {
		chosen = &r
	}
	out := h.sh.withDetails(h.listing(listWidth(width)), chosen, width, height-2)
	second, cursor := h.searchLine(width)
	return " " + h.countLine(width-2) + "\n" + second + "\n" + out, cursor
}

// withDetails is a list of invites and, where they fit, the details of the chosen
// one beside it.
func (sh *shell) withDetails(list string, chosen *row, width, height int) string {
	left := listWidth(width)
	list = block(list, left, height)
	if left == width {
		return list
	}
	pane := ""
	if chosen != nil {
		lines := strings.Split(details(sh, *chosen, width-left-3), "\n")
		pane = sh.keySpot(indent(upTo(sh.styles, lines, height), 1), sh.keys.Open)
	}
	return beside(list, block(pane, width-left-1, height), sh.styles.rule.Render("│"))
}

// countLine says how many invites each tab has, the chosen one standing out,
// and how they are sorted. Where there is little room it says so in fewer words.
func (h *home) countLine(width int) string {
	right, urgent := h.countWords()
	labels, gap := h.tabLooks(width, right)
	line := strings.Join(labels, gap)
	switch {
	case lineWidth(line)+lineWidth(right)+2 <= width:
		return ends(line, right, width)
	case urgent:
		return ends(cutStyled(line, width-lineWidth(right)-2), right, width)
	}
	return cutStyled(line, width)
}

// countWords stand at the end of the line, and must not be missing if they are
// about what is going on.
func (h *home) countWords() (words string, urgent bool) {
	st := h.sh.styles
	if p := h.sh.work; !p.none() && len(h.sh.revokes) > 0 {
		return st.warn.Render("revoking") + " " + p.bar(st, min(20, (h.sh.width-2)/6)), true
	}
	if n := len(h.marked); n > 0 {
		return st.accent.Render(fmt.Sprintf("%d marked", n)), true
	}
	if h.search.value(0) != "" {
		return st.accent.Render(fmt.Sprintf("%d of %d shown", len(h.list.keys), len(h.rows))), false
	}
	return st.faint.Render("sort: " + orders()[h.order].name), false
}

// tabLooks are the tabs' names, in as many words as fit beside others, and what
// stands between them.
func (h *home) tabLooks(width int, right string) (labels []string, gap string) {
	for _, look := range []struct{ gap, words string }{{"   ", needs(h.look)}, {"  ", needs(h.look)}, {"  ", ""}, {" ", ""}} {
		labels, gap = h.tabLabels(look.words), look.gap
		if lineWidth(strings.Join(labels, gap))+lineWidth(right)+2 <= width {
			return labels, gap
		}
	}
	// The chosen one is seen in any case: those before it make room.
	for at := slices.Index(h.tabs(), h.tab); at > 0 && lineWidth(strings.Join(labels[:at+1], gap)) > width-len(gap)-1; at-- {
		labels = labels[1:]
	}
	return labels, gap
}

// tabLabels are the tabs' names. needs is what stands behind the number of
// invites that need a look.
func (h *home) tabLabels(needs string) []string {
	st := h.sh.styles
	var labels []string
	for _, t := range h.tabs() {
		text := fmt.Sprintf("%s %d", t.status, h.counts[t.status])
		style := st.faint
		switch {
		case t.look:
			text, style = fmt.Sprintf("! %d%s", h.look, needs), st.warn
		case t.status == "":
			text = fmt.Sprintf("all %d", len(h.rows))
		}
		if t == h.tab {
			style = bold(st.accent).Underline(true)
		}
		labels = append(labels, h.sh.spot(style.Render(text), func() tea.Cmd {
			h.tab = t
			h.arrange()
			return nil
		}))
	}
	return labels
}

func needs(n int) string {
	if n == 1 {
		return " needs a look"
	}
	return " need a look"
}

// searchLine is the filter, if there is one.
func (h *home) searchLine(width int) (string, *tea.Cursor) {
	if !h.typing && h.search.value(0) == "" {
		return "", nil
	}
	line, cursor := h.search.view(width-3, h.typing)
	if !h.typing {
		line = h.sh.keySpot(line, h.sh.keys.Filter)
	}
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+1
	}
	return " " + line, cursor
}

// wayOut says how to see invites again when none is shown.
func (h *home) wayOut() string {
	st, k := h.sh.styles, h.sh.keys
	if h.search.value(0) != "" {
		return "Press " + st.accent.Render(k.Clear.Help().Key) + " to clear the filter."
	}
	return "Press " + st.accent.Render(k.NextStatus.Help().Key) + " for those of another status."
}

// listing is the columns' names and the rows that fit.
func (h *home) listing(width int) string {
	cols := inviteColumns(width)
	lines := []string{cols.head(h.sh.styles, h.sortSpot)}
	from, to := h.list.window(h.lines())
	for n := from; n < to; n++ {
		k := h.list.keys[n]
		row := cols.row(h.sh, h.rows[k], n == h.list.at, h.marked[k])
		lines = append(lines, markedRowSpot(h.sh, &h.list, n, h.sh.keys.Open, row))
	}
	if len(h.list.keys) == 0 {
		lines = append(lines, "", "   "+h.sh.styles.plain.Render("There is none like that."), "", indent(h.wayOut(), 3))
	}
	return strings.Join(lines, "\n")
}

// sortSpot has a column's name sort by it. That of the time turns round.
func (h *home) sortSpot(name, column string) string {
	return h.sh.spot(column, func() tea.Cmd {
		if name == "newest" && orders()[h.order].name == name {
			name = "oldest"
		}
		h.order = slices.IndexFunc(orders(), func(o order) bool { return o.name == name })
		h.arrange()
		return nil
	})
}
