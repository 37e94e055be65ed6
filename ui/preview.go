package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A kind is what will happen to a person.
type kind int

const (
	mailed   kind = iota
	byUserID      // named by a Matrix ID
	onMatrix
	pendingAlready
	inRoom
	banned
	onTheWay
	closedRoom // the account may not invite to it
	notUnderstood
	repeated
	kinds
)

// kindOf is what a plan would do.
func kindOf(p client.Plan) kind {
	switch {
	case !p.Room.MayInvite():
		return closedRoom
	case p.Queued:
		return onTheWay
	case p.SameAs != recipients.Invitee{}:
		return repeated
	case p.Membership == "join" || p.Membership == "invite":
		return inRoom
	case p.Membership == "ban":
		return banned
	case p.Address.Address == "":
		return byUserID
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
	people  int // in the list
	rooms   int
	groups  [kinds][]candidate
	open    [kinds]bool
	all     bool // those that look pending are mailed, too
	list    widget.List[place]
	ready   bool // it was on the screen long enough to be confirmed
	presses int
}

// A candidate is one line of a group: a plan or, if that is nil, a part of the
// list. For a room that is closed it is the plan of the first person.
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
	p := &preview{single: single, plans: plans, people: len(l.Recipients)}
	for n := range plans {
		plan := &plans[n]
		plan.Name = l.Recipients[n%p.people].Name
		if n%p.people == 0 {
			p.rooms++
		} else if !plan.Room.MayInvite() {
			continue // a line for the room is enough
		}
		k := kindOf(*plan)
		p.groups[k] = append(p.groups[k], candidate{plan: plan})
	}
	for _, problem := range l.Problems {
		p.groups[notUnderstood] = append(p.groups[notUnderstood], candidate{problem: problem})
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
	p.list.Set(places)
}

func (p *preview) count(k kind) int { return len(p.groups[k]) }

// goes reports whether confirming sends what is of a kind.
func (p *preview) goes(k kind) bool {
	return k == mailed || k == byUserID || k == onMatrix || (k == pendingAlready && (p.all || p.single))
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
	at, some := p.list.Current()
	switch {
	case p.single || !some:
	case key.Matches(msg, keys.All) && p.count(pendingAlready) > 0:
		p.all = !p.all
	case key.Matches(msg, keys.LookInto):
		p.open[at.kind] = !p.open[at.kind]
		p.list.MoveTo(place{at.kind, -1})
		p.arrange()
	default:
		p.list.Press(msg, keys.Keys, page)
	}
	p.list.Scroll(page)
}

// heading says what becomes of a group.
func (p *preview) heading(st style.Styles, keys keyMap, k kind) (lipgloss.Style, string, string) {
	switch k {
	case mailed:
		return st.Good, "✓", "new: will be e-mailed"
	case byUserID:
		return st.Good, "✓", "invited on Matrix"
	case onMatrix:
		return st.Good, "✓", "on Matrix already: invited there, no mail"
	case pendingAlready:
		if p.all {
			return st.Warn, "!", "pending already: mailed all the same"
		}
		return st.Warn, "!", "pending already: left out, unless you press " + keys.All.Help().Key
	case inRoom:
		return st.Faint, "·", "in the room or invited already"
	case banned:
		return st.Bad, "✗", "banned from the room"
	case onTheWay:
		return st.Faint, "·", "in the outbox already"
	case notUnderstood:
		return st.Bad, "✗", "not understood"
	case closedRoom:
		return st.Warn, "!", "rooms you may not invite to: left out"
	default:
		return st.Faint, "·", "named more than once"
	}
}

// candidateWords are a person and what there is to say about them.
func (c *compose) candidateWords(k kind, of candidate) (who, note string) {
	plan := of.plan
	switch {
	case k == notUnderstood:
		return of.problem.Text, fmt.Sprintf("line %d: %v", of.problem.Line, of.problem.Err)
	case plan == nil:
		return of.repeat.String(), fmt.Sprintf("line %d, first in line %d", of.repeat.Line, of.repeat.First)
	case k == closedRoom:
		return plan.Room.Name, plan.Err().Error()
	}
	switch k {
	case onMatrix:
		note = "as " + string(plan.UserID)
	case repeated:
		note = fmt.Sprintf("is %s, listed as %s", plan.UserID, plan.SameAs)
	case pendingAlready:
		i := plan.Similar[0]
		note = fmt.Sprintf("%s, by %s, %s", nameOf(i), shortUser(string(i.Sender)), ago(c.sh.now(), i.SentAt))
	case inRoom:
		note = "has joined"
		if plan.Membership == "invite" {
			note = "is invited"
		}
		if plan.Address.Address != "" {
			note = string(plan.UserID) + " " + note
		}
	case banned:
		if plan.Address.Address != "" {
			note = string(plan.UserID)
		}
	default:
		note = plan.Name
	}
	if c.preview.rooms > 1 {
		note = strings.TrimPrefix(note+", "+cells.Cut(plan.Room.Name, nameWidth), ", ")
	}
	return plan.Invitee().String(), note
}

// previewLines is how many lines the groups may take.
func (c *compose) previewLines() int { return max(1, c.sh.height-7) }

// viewMany is the groups, and below them what confirming costs.
func (c *compose) viewMany(width int) string {
	st, p := c.sh.styles, c.preview
	var lines []string
	from, to := p.list.Window(c.previewLines())
	for n := from; n < to; n++ {
		at, opens := p.list.Keys[n], key.Binding{}
		if at.n < 0 {
			opens = c.sh.keys.LookInto
		}
		lines = append(lines, rowSpot(c.sh, &p.list, n, opens, c.previewLine(at, n == p.list.At, width)))
	}
	if more := len(p.list.Keys) - to; more > 0 {
		lines = append(lines, st.Faint.Render(fmt.Sprintf("    and %d more below", more)))
	}
	return strings.Join(lines, "\n") + "\n\n" + c.cost(width) + c.wholeNote(width)
}

// noteAt is where in a candidate's line the note begins.
func noteAt(width int) int { return min(40, width/2) + 4 }

// wholeNote is the note of the candidate under the cursor, if its line cuts it.
func (c *compose) wholeNote(width int) string {
	at, some := c.preview.list.Current()
	if !some || at.n < 0 {
		return ""
	}
	who, note := c.candidateWords(at.kind, c.preview.groups[at.kind][at.n])
	if cells.Width(note) <= width-noteAt(width) {
		return ""
	}
	return "\n\n" + c.sh.styles.Faint.Render(cells.Wrap(cells.Cut(who, nameWidth)+": "+note, width))
}

func (c *compose) previewLine(at place, chosen bool, width int) string {
	st, p := c.sh.styles.Lit(chosen), c.preview
	if at.n < 0 {
		style, mark, words := p.heading(st, c.sh.keys, at.kind)
		arrow := "▸"
		if p.open[at.kind] {
			arrow = "▾"
		}
		line := style.Render(fmt.Sprintf("%s %4d  %s", mark, len(p.groups[at.kind]), words)) + " " + st.Faint.Render(arrow)
		return st.Row(chosen, " ", line, width)
	}
	who, note := c.candidateWords(at.kind, p.groups[at.kind][at.n])
	left := noteAt(width)
	return st.Row(chosen, " ", "        "+cells.Fit(who, left-12)+"  "+st.Faint.Render(cells.Cut(note, width-left)), width)
}

// cost says what confirming does, and until when.
func (c *compose) cost(width int) string {
	st, now := c.sh.styles, c.sh.now()
	chosen := c.preview.chosen()
	n := len(chosen)
	if n == 0 {
		return st.Warn.Render("There is no one to invite.") + " Press " + st.Accent.Render(c.sh.keys.Edit.Help().Key) + " to change the list."
	}
	text := fmt.Sprintf("%s out to %s, in the background. ", goes(n), cells.Cut(c.preview.plans[0].Room.Name, nameWidth))
	if c.preview.rooms > 1 {
		text = fmt.Sprintf("%s, %d rooms: %s out, in the background. ", persons(c.preview.people), c.preview.rooms, goes(n))
	}
	_, last := c.sh.sending.outbox.Outlook(now, chosen)
	switch {
	case last.After(now):
		text += "The last one goes " + dayAndTime(now, last) + "."
	case last.IsZero() && n > 5:
		text += "Many homeservers take 5 mails at once and then one in some minutes. The server has not announced its limit yet."
	}
	return cells.Wrap(text, width)
}

func goes(n int) string {
	if n == 1 {
		return "1 invite goes"
	}
	return fmt.Sprintf("%d invites go", n)
}
