package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// A preview shows what confirming will do.
type preview struct {
	single  bool
	source  recipients.List
	plans   []client.Plan
	people  int // number of people in the list
	rooms   int
	groups  []client.PlanGroup
	open    map[client.PlanOutcome]bool
	again   bool // also invite people who may have a pending invite
	list    widget.List[place]
	ready   bool // it was on the screen long enough to be confirmed
	presses int
}

// A place is a line of the preview: entry n of a group or, if n is -1, the heading of
// the group.
type place struct {
	outcome client.PlanOutcome
	n       int
}

func newPreview(l recipients.List, plans []client.Plan, single bool) *preview {
	p := &preview{single: single, source: l, plans: plans, people: len(l.Recipients), open: map[client.PlanOutcome]bool{}}
	for n := range plans {
		plans[n].Name = l.Recipients[n%p.people].Name
		if n%p.people == 0 {
			p.rooms++
		}
	}
	p.again = client.AsksAgain(plans)
	p.regroup()
	return p
}

// regroup sorts the plans into groups again.
func (p *preview) regroup() {
	p.groups = client.GroupPlans(p.source, p.plans)
	p.arrange()
}

// replaced reports whether one of the rooms was replaced by another one.
func (p *preview) replaced() bool {
	return slices.ContainsFunc(p.plans, func(plan client.Plan) bool { return plan.Room.Replaced })
}

// toReplaced returns the plans that invite to a room that was replaced, which the user
// has confirmed.
func (p *preview) toReplaced() []client.Plan {
	return slices.DeleteFunc(p.chosen(), func(plan client.Plan) bool { return !plan.Room.Replaced })
}

// confirmReplaced confirms that invites are sent to the rooms that were replaced, or
// withdraws the confirmation.
func (p *preview) confirmReplaced() {
	for n := range p.plans {
		p.plans[n].ToReplaced = p.plans[n].Room.Replaced && !p.plans[n].ToReplaced
	}
	if p.single {
		p.again = client.AsksAgain(p.plans)
	}
	p.regroup()
}

// oldRoomKey returns the key for invites to replaced rooms, with its current effect.
func (p *preview) oldRoomKey(keys keymap.Map) key.Binding {
	if slices.ContainsFunc(p.plans, func(plan client.Plan) bool { return plan.ToReplaced }) {
		return keymap.As(keys.OldRoom, "leave out the old room")
	}
	return keys.OldRoom
}

// settle makes the preview ready if the user has pressed no key meanwhile.
func (p *preview) settle(msg readyMsg) {
	if msg.preview == p && msg.presses == p.presses {
		p.ready = true
	}
}

// arrange makes the lines of the list.
func (p *preview) arrange() {
	var places []place
	for _, g := range p.groups {
		places = append(places, place{g.Outcome, -1})
		for n := range g.Entries {
			if p.open[g.Outcome] {
				places = append(places, place{g.Outcome, n})
			}
		}
	}
	p.list.Set(places)
}

// group returns the group with an outcome; it has no entries if the outcome does not
// occur.
func (p *preview) group(o client.PlanOutcome) client.PlanGroup {
	for _, g := range p.groups {
		if g.Outcome == o {
			return g
		}
	}
	return client.PlanGroup{Outcome: o}
}

// pending reports whether some of the people may have a pending invite.
func (p *preview) pending() bool { return len(p.group(client.PlanPending).Entries) > 0 }

// chosen returns the plans that confirming carries out, in the order of the list.
func (p *preview) chosen() []client.Plan { return client.ToSend(p.plans, p.again) }

func (p *preview) press(msg tea.KeyPressMsg, keys keymap.Map, page int) {
	at, some := p.list.Current()
	switch {
	case key.Matches(msg, keys.OldRoom) && p.replaced():
		p.confirmReplaced()
	case p.single || !some:
	case key.Matches(msg, keys.All) && p.pending():
		p.again = !p.again
	case key.Matches(msg, keys.Expand):
		p.open[at.outcome] = !p.open[at.outcome]
		p.list.MoveTo(place{at.outcome, -1})
		p.arrange()
	default:
		p.list.Press(msg, keys.Keys, page)
	}
	p.list.Scroll(page)
}

// expandKey returns the key with a description of its effect on the group under the
// cursor.
func (p *preview) expandKey(keys keymap.Map) key.Binding {
	if at, some := p.list.Current(); some && p.open[at.outcome] {
		return keymap.As(keys.Expand, "collapse")
	}
	return keys.Expand
}

// heading returns the term for a group, and the key that changes it.
func (p *preview) heading(keys keymap.Map, g client.PlanGroup) wording.Term {
	t := wording.PlanGroup(string(g.Outcome), p.again, string(g.Way), g.Server)
	if g.Outcome == client.PlanPending && !p.single {
		how := "; press " + keys.All.Help().Key + " to send"
		if p.again {
			how = "; press " + keys.All.Help().Key + " to leave out"
		}
		t.Text += how
	}
	if g.Outcome == client.PlanReplaced {
		t.Text += "; press " + keys.OldRoom.Help().Key + " to send"
	}
	return t
}

// entryWords returns a person and a note about them.
func (c *composePage) entryWords(at place) (who, note string) {
	e := c.preview.group(at.outcome).Entries[at.n]
	note = wording.PlanLine(e).Note(func(i invite.Invite) string { return duration.Ago(c.sh.Now(), i.SentAt) })
	if c.preview.rooms > 1 && e.Room != "" {
		note = strings.TrimPrefix(note+", "+cells.Cut(e.Room, phrase.NameWidth), ", ")
	}
	return e.Who, note
}

// previewLines returns the number of lines for the groups.
func (c *composePage) previewLines() int {
	lines := c.sh.Height - 7
	switch { // the lines of columns
	case c.invitees.hasColumns():
		lines -= 3
	case c.invitees.table() != nil:
		lines -= 2
	}
	return max(1, lines)
}

// viewMany draws the groups, and below them a summary of what confirming does.
func (c *composePage) viewMany(width int) string {
	st, p := c.sh.Styles, c.preview
	var lines []string
	from, to := p.list.Window(c.previewLines())
	for n := from; n < to; n++ {
		at, opens := p.list.Keys[n], key.Binding{}
		if at.n < 0 {
			opens = c.sh.Keys.Expand
		}
		lines = append(lines, shell.RowSpot(c.sh, &p.list, n, opens, c.previewLine(at, n == p.list.At, width)))
	}
	if more := len(p.list.Keys) - to; more > 0 {
		lines = append(lines, st.Faint.Render(fmt.Sprintf("    and %d more below", more)))
	}
	text := strings.Join(lines, "\n") + "\n\n" + c.summary(width) + c.wholeNote(width)
	if columns := c.columns(width); columns != "" {
		return columns + "\n\n" + text
	}
	return text
}

// noteAt returns the column at which the note of an entry begins.
func noteAt(width int) int { return min(40, width/2) + 4 }

// wholeNote returns the note of the entry under the cursor if its line is too short
// for it.
func (c *composePage) wholeNote(width int) string {
	at, some := c.preview.list.Current()
	if !some || at.n < 0 {
		return ""
	}
	who, note := c.entryWords(at)
	if cells.Width(note) <= width-noteAt(width) {
		return ""
	}
	return "\n\n" + c.sh.Styles.Faint.Render(cells.Wrap(cells.Cut(who, phrase.NameWidth)+": "+note, width))
}

func (c *composePage) previewLine(at place, chosen bool, width int) string {
	st, p := c.sh.Styles.ForRow(chosen), c.preview
	if at.n < 0 {
		g := p.group(at.outcome)
		t := p.heading(c.sh.Keys, g)
		arrow := "▸"
		if p.open[at.outcome] {
			arrow = "▾"
		}
		line := st.Role(t.Role).Render(fmt.Sprintf("%s %4d  %s", t.Glyph, len(g.Entries), t.Text)) + " " + st.Faint.Render(arrow)
		return st.Row(chosen, " ", line, width)
	}
	who, note := c.entryWords(at)
	left := noteAt(width)
	return st.Row(chosen, " ", "        "+cells.Fit(who, left-12)+"  "+st.Faint.Render(cells.Cut(note, width-left)), width)
}

// summary describes what confirming does, and when the last invite is sent.
func (c *composePage) summary(width int) string {
	st, now := c.sh.Styles, c.sh.Now()
	chosen := c.preview.chosen()
	n := len(chosen)
	if n == 0 && len(c.preview.group(client.PlanReplaced).Entries) > 0 {
		return c.replacedNote(width)
	}
	if n == 0 {
		return st.Warn.Render("There is no one to invite.") + " Press " + st.Accent.Render(c.sh.Keys.Edit.Help().Key) + " to change the list."
	}
	text := fmt.Sprintf("%s sent to %s in the background. ", goes(n), cells.Cut(c.preview.plans[0].Room.Name, phrase.NameWidth))
	if c.preview.rooms > 1 {
		text = fmt.Sprintf("%s, %d rooms: %s sent in the background. ", persons(c.preview.people), c.preview.rooms, goes(n))
	}
	_, last := c.sh.Sending.Outbox.Forecast(now, chosen)
	switch {
	case last.After(now):
		text += "The last one is sent " + wording.At(now, last, c.sh.Options.Location) + "."
	case last.IsZero() && n > 5:
		text += "Many homeservers accept 5 invites at once and then one every few minutes. The limit of yours is not known yet."
	}
	text = cells.Wrap(text, width)
	if note := c.noServerNote(width); note != "" {
		text += "\n\n" + note
	}
	return text + c.sideEffects(width)
}

// sideEffects are further effects of confirming: invites to a room that was replaced,
// links that some users cannot accept, and old invites that are revoked.
func (c *composePage) sideEffects(width int) string {
	var b strings.Builder
	add := func(sign, text string) { b.WriteString("\n\n" + cells.Bullet(sign, text, width)) }
	warn := c.sh.Styles.Warn.Render("!")
	if n := len(c.preview.toReplaced()); n > 0 {
		room := c.preview.toReplaced()[0].Room
		add(warn, goes(n)+" sent to a room that is no longer used. "+replacedText(c.sh, room))
	}
	restrictions := slices.Concat(c.preview.group(client.PlanLink).Restrictions, c.preview.group(client.PlanMailLink).Restrictions)
	for n, r := range restrictions {
		sign := warn
		if r.Kind == client.LinkRoomVersion { // it concerns few users
			sign = c.sh.Styles.Faint.Render("·")
		}
		if !slices.Contains(restrictions[:n], r) {
			add(sign, wording.LinkRestriction(string(r.Kind), r.Server))
		}
	}
	if old := c.obsolete(); len(old) > 0 {
		add(c.sh.Styles.Accent.Render("→"), revokesOld(len(old), cells.Cut(c.moves.from.Name, phrase.NameWidth)))
	}
	return b.String()
}

// obsolete returns the old invites that are revoked once the new ones are queued.
func (c *composePage) obsolete() []invite.Invite {
	if c.moves == nil || c.preview == nil {
		return nil
	}
	return c.moves.obsolete(c.sh, c.preview.chosen())
}

func revokesOld(n int, room string) string {
	if n == 1 {
		return "The old invite to " + room + " is revoked after that."
	}
	return fmt.Sprintf("The %d old invites to %s are revoked after that.", n, room)
}

func goes(n int) string {
	if n == 1 {
		return "1 invite is"
	}
	return fmt.Sprintf("%d invites are", n)
}
