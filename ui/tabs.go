package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A tab selects the invites of one status, the invites that need a look, or all
// invites.
type tab struct {
	status invite.Status
	look   bool
}

func (t tab) shows(r *row) bool {
	return (t.status == "" || t.status == r.invite.Status) && (!t.look || r.needsLook())
}

// tabCounts are the numbers of invites in each tab.
type tabCounts struct {
	all, look int
	of        map[invite.Status]int
}

func newTabCounts() tabCounts { return tabCounts{of: map[invite.Status]int{}} }

func (c *tabCounts) add(r *row) {
	c.all++
	c.of[r.invite.Status]++
	if r.needsLook() {
		c.look++
	}
}

// ofTab counts the rows of each tab and returns the rows of the selected tab.
func (t *inviteTable) ofTab(rows []*row) []*row {
	t.found = newTabCounts()
	return slices.DeleteFunc(rows, func(r *row) bool {
		t.found.add(r)
		return !t.tab.shows(r)
	})
}

// tabs returns the tabs that have invites when no filter is set, and the selected tab.
// The tab for invites that need a look is second, because a narrow line never hides it.
func (t *inviteTable) tabs() []tab {
	tabs := []tab{{}}
	if t.has.look > 0 || t.tab.look {
		tabs = append(tabs, tab{look: true})
	}
	for _, st := range invite.Statuses() {
		if t.has.of[st] > 0 || t.tab.status == st {
			tabs = append(tabs, tab{status: st})
		}
	}
	return tabs
}

// step shows the next tab.
func (t *inviteTable) step(by int) {
	tabs := t.tabs()
	t.goTo(tabs[(slices.Index(tabs, t.tab)+by+len(tabs))%len(tabs)])
}

func (t *inviteTable) goTo(tab tab) {
	t.tab = tab
	t.Arrange()
}

// countLine returns the line of tabs, each with its number of invites that match the
// filter, and highlights the selected tab. On a narrow screen the line uses fewer words;
// if that is not enough, one tab replaces the last tabs.
func (t *inviteTable) countLine(width int, right widget.Summary) string {
	fits := func(line, right string) bool {
		return cells.Width(line)+cells.Width(right)+min(2, cells.Width(right)) <= width
	}
	for _, look := range []struct {
		gap, look string
		right     string
	}{{"   ", needs(t.found.look), right.Long}, {"  ", needs(t.found.look), right.Long}, {"  ", "", right.Long}, {"  ", "", right.Short}} {
		if line := strings.Join(t.labels(t.tabs(), look.look), look.gap); fits(line, look.right) {
			return cells.Ends(line, look.right, width)
		}
	}
	tabs, left := t.tabs(), []tab(nil)
	for n := len(tabs) - 1; n > 0; n-- {
		if tabs[n] == t.tab || tabs[n].look {
			continue
		}
		left, tabs = append(left, tabs[n]), slices.Delete(tabs, n, n+1)
		labels := append(t.labels(tabs, ""), t.more(left))
		if line := strings.Join(labels, "  "); fits(line, right.Short) {
			return cells.Ends(line, right.Short, width)
		}
	}
	return cells.Ends(strings.Join(t.labels(tabs, ""), "  "), right.Short, width)
}

// more returns one tab in place of the hidden tabs. A click opens the first hidden tab.
func (t *inviteTable) more(left []tab) string {
	n := 0
	for _, tab := range left {
		n += t.found.of[tab.status]
	}
	return t.tabSpot(left[len(left)-1], t.sh.Styles.Faint.Render(fmt.Sprintf("more %d", n)))
}

// labels returns the names of the tabs. needs is the text after the number of invites
// that need a look.
func (t *inviteTable) labels(tabs []tab, needs string) []string {
	st := t.sh.Styles
	var labels []string
	for _, tab := range tabs {
		text := fmt.Sprintf("%s %d", tab.status, t.found.of[tab.status])
		look := st.Faint
		switch {
		case tab.look:
			text = fmt.Sprintf("! %d%s", t.found.look, needs)
			if t.found.look > 0 {
				look = st.Warn
			}
		case tab.status == "":
			text = fmt.Sprintf("all %d", t.found.all)
		}
		if tab == t.tab {
			look = st.Current
		}
		labels = append(labels, t.tabSpot(tab, look.Render(text)))
	}
	return labels
}

func (t *inviteTable) tabSpot(tab tab, text string) string {
	return t.sh.Spot(text, func() tea.Cmd {
		t.goTo(tab)
		return nil
	})
}

func needs(n int) string {
	if n == 1 {
		return " needs a look"
	}
	return " need a look"
}
