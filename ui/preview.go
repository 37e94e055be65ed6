package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A kind is what will become of an address.
type kind int

const (
	mailed kind = iota
	onMatrix
	pendingAlready
	inRoom
	banned
	onTheWay
	noAddress
	repeated
	kinds
)

// kindOf is what a plan would do.
func kindOf(p client.Plan) kind {
	switch {
	case p.Queued:
		return onTheWay
	case p.Membership == "join" || p.Membership == "invite":
		return inRoom
	case p.Membership == "ban":
		return banned
	case p.UserID != "":
		return onMatrix
	case len(p.Similar) > 0:
		return pendingAlready
	}
	return mailed
}

// A preview is what confirming would do.
type preview struct {
	single  bool
	plans   []client.Plan
	groups  [kinds][]candidate
	open    [kinds]bool
	all     bool // those that look pending are mailed, too
	list    list[place]
	ready   bool // it was on the screen long enough to be confirmed
	presses int
}

// A candidate is one address of a group; plan is nil for what is none.
type candidate struct {
	plan    *client.Plan
	problem recipients.Problem
	repeat  recipients.Repeat
}

// A place is a line of the preview: a candidate of a group or, -1, its heading.
type place struct {
	kind kind
	n    int
}

func newPreview(l recipients.List, plans []client.Plan, single bool) *preview {
	p := &preview{single: single, plans: plans}
	for n := range plans {
		plans[n].Name = l.Recipients[n].Name
		k := kindOf(plans[n])
		p.groups[k] = append(p.groups[k], candidate{plan: &plans[n]})
	}
	for _, problem := range l.Problems {
		p.groups[noAddress] = append(p.groups[noAddress], candidate{problem: problem})
	}
	for _, repeat := range l.Repeats {
		p.groups[repeated] = append(p.groups[repeated], candidate{repeat: repeat})
	}
	p.arrange()
	return p
}

// settle makes the preview ready if nothing was pressed meanwhile.
func (p *preview) settle(msg readyMsg) {
	if msg.preview == p && msg.presses == p.presses {
		p.ready = true
	}
}

// arrange lays the lines out.
func (p *preview) arrange() {
	var places []place
	for k := range kinds {
		if len(p.groups[k]) == 0 {
			continue
		}
		places = append(places, place{k, -1})
		for n := range p.groups[k] {
			if p.open[k] {
				places = append(places, place{k, n})
			}
		}
	}
	p.list.set(places)
}

func (p *preview) count(k kind) int { return len(p.groups[k]) }

// goes reports whether confirming sends what is of a kind.
func (p *preview) goes(k kind) bool {
	return k == mailed || k == onMatrix || (k == pendingAlready && (p.all || p.single))
}

// chosen are the plans that confirming carries out, in the order of the list.
func (p *preview) chosen() []client.Plan {
	var chosen []client.Plan
	for _, plan := range p.plans {
		if p.goes(kindOf(plan)) {
			chosen = append(chosen, plan)
		}
	}
	return chosen
}

func (p *preview) press(msg tea.KeyPressMsg, keys keyMap, page int) {
	at, some := p.list.current()
	switch {
	case p.single || !some:
	case key.Matches(msg, keys.All) && p.count(pendingAlready) > 0:
		p.all = !p.all
	case key.Matches(msg, keys.LookInto):
		p.open[at.kind] = !p.open[at.kind]
		p.list.moveTo(place{at.kind, -1})
		p.arrange()
	default:
		p.list.press(msg, keys, page)
	}
	p.list.scroll(page)
}

// heading says what becomes of a group.
func (p *preview) heading(st styles, keys keyMap, k kind) (lipgloss.Style, string, string) {
	switch k {
	case mailed:
		return st.good, "✓", "new: a mail each"
	case onMatrix:
		return st.good, "✓", "on Matrix already: invited there, no mail"
	case pendingAlready:
		if p.all {
			return st.warn, "!", "pending already: mailed all the same"
		}
		return st.warn, "!", "pending already: left out, unless you press " + keys.All.Help().Key
	case inRoom:
		return st.faint, "·", "in the room or invited already"
	case banned:
		return st.bad, "✗", "banned from the room"
	case onTheWay:
		return st.faint, "·", "in the outbox already"
	case noAddress:
		return st.bad, "✗", "not an address"
	default:
		return st.faint, "·", "named more than once"
	}
}

// candidateWords are an address and what there is to say about it.
func (sh *shell) candidateWords(k kind, c candidate) (who, note string) {
	if c.plan != nil {
		who = c.plan.Address.Address
	}
	switch k {
	case noAddress:
		return c.problem.Text, fmt.Sprintf("line %d: %v", c.problem.Line, c.problem.Err)
	case repeated:
		return c.repeat.Address.Address, fmt.Sprintf("line %d, first in line %d", c.repeat.Line, c.repeat.First)
	case onMatrix:
		note = "as " + string(c.plan.UserID)
	case pendingAlready:
		i := c.plan.Similar[0]
		note = fmt.Sprintf("%s, by %s, %s", nameOf(i), shortUser(string(i.Sender)), ago(sh.now(), i.SentAt))
	case inRoom:
		note = string(c.plan.UserID) + " has joined"
		if c.plan.Membership == "invite" {
			note = string(c.plan.UserID) + " is invited"
		}
	case banned:
		note = string(c.plan.UserID)
	default:
		note = c.plan.Name
	}
	return who, note
}

// previewLines is how many lines the groups may take.
func (c *compose) previewLines() int { return max(1, c.sh.height-7) }

// viewMany is the groups, and below them what confirming costs.
func (c *compose) viewMany(width int) string {
	st, p := c.sh.styles, c.preview
	var lines []string
	from, to := p.list.window(c.previewLines())
	for n := from; n < to; n++ {
		at, opens := p.list.keys[n], key.Binding{}
		if at.n < 0 {
			opens = c.sh.keys.LookInto
		}
		lines = append(lines, rowSpot(c.sh, &p.list, n, opens, c.previewLine(at, n == p.list.at, width)))
	}
	if more := len(p.list.keys) - to; more > 0 {
		lines = append(lines, st.faint.Render(fmt.Sprintf("    and %d more below", more)))
	}
	return strings.Join(lines, "\n") + "\n\n" + c.cost(width)
}

func (c *compose) previewLine(at place, chosen bool, width int) string {
	st, p := c.sh.styles.lit(chosen), c.preview
	if at.n < 0 {
		style, mark, words := p.heading(st, c.sh.keys, at.kind)
		arrow := "▸"
		if p.open[at.kind] {
			arrow = "▾"
		}
		line := style.Render(fmt.Sprintf("%s %4d  %s", mark, len(p.groups[at.kind]), words)) + " " + st.faint.Render(arrow)
		return st.row(chosen, " ", line, width)
	}
	who, note := c.sh.candidateWords(at.kind, p.groups[at.kind][at.n])
	left := min(40, width/2)
	return st.row(chosen, " ", "        "+fit(who, left-8)+"  "+st.faint.Render(cut(note, width-left-4)), width)
}

// cost says what confirming does, and until when.
func (c *compose) cost(width int) string {
	st, now := c.sh.styles, c.sh.now()
	chosen := c.preview.chosen()
	n := len(chosen)
	if n == 0 {
		return st.warn.Render("Nobody is left to invite.") + " Press " + st.accent.Render(c.sh.keys.Edit.Help().Key) + " to change the list."
	}
	text := fmt.Sprintf("%s out to %s, in the background. ", goes(n), cut(c.sh.roomName(c.chosen), nameWidth))
	_, last := c.sh.sending.outbox.Outlook(now, chosen)
	switch {
	case last.After(now):
		text += "The last one goes " + dayAndTime(now, last) + "."
	case last.IsZero() && n > 5:
		text += "Many homeservers take 5 at once and then one in some minutes; how long it takes shows with the first that has to wait."
	}
	return wrap(text, width)
}

func goes(n int) string {
	if n == 1 {
		return "1 invite goes"
	}
	return fmt.Sprintf("%d invites go", n)
}
