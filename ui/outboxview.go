package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
)

// detailLines returns the number of lines for the details below the list, including
// the rule above them.
func (p *outboxPage) detailLines() int {
	if p.sh.Height < 20 {
		return 5
	}
	return 6
}

// wide reports whether the details are beside the list.
func (p *outboxPage) wide() bool { return p.sh.Width >= sideBySide }

// lines returns the number of items that fit below the counts, the schedule, an empty
// line and the column names.
func (p *outboxPage) lines() int {
	rest := p.sh.Height - 3 - cells.Height(p.schedule(p.sh.Width-2))
	if !p.wide() {
		rest -= p.detailLines()
	}
	return max(1, rest)
}

func (p *outboxPage) View(width, height int) (string, *tea.Cursor) {
	s := &p.sh.Sending
	switch {
	case s.Err != nil && len(p.items) == 0:
		return cells.Indent("\n"+p.sh.RenderError(s.Err, width-4), 2), nil
	case s.Reading == 0:
		return cells.Indent("\nReading the outbox…", 2), nil
	case len(p.items) == 0:
		return cells.Indent("\n"+p.empty(width-4), 2), nil
	}
	left := listWidth(width)
	list, details := p.listing(left), ""
	if number, ok := p.list.Current(); ok {
		details = p.details(p.items[number], min(width-left-4, 80))
		if !p.wide() {
			details = p.details(p.items[number], width-4)
		}
	}
	top := " " + p.counts(width-2) + "\n " + strings.ReplaceAll(p.schedule(width-2), "\n", "\n ") + "\n " + p.note(width-2) + "\n"
	if p.wide() {
		rows := height - cells.Height(top) + 1
		return top + cells.Beside(cells.Block(list, left, rows), cells.Block(cells.Indent(details, 1), width-left-1, rows), p.sh.Styles.Rule.Render("│")), nil
	}
	return top + cells.Block(list, width, p.lines()+1) + "\n" + cells.Indent(p.sh.Styles.Rule.Render(strings.Repeat("─", width-2))+"\n"+details, 1), nil
}

// note draws the line below the schedule: that an earlier outbox is lost, or the limit
// of the demo.
func (p *outboxPage) note(width int) string {
	st, opt := p.sh.Styles, &p.sh.Options
	if opt.Lost != "" {
		return st.Bad.Render(cells.Cut("! "+opt.Lost, width))
	}
	return st.Faint.Render(cells.Cut(opt.Demo.LimitNote(), width))
}

func (p *outboxPage) empty(width int) string {
	st := p.sh.Styles
	text := cells.Wrap("The outbox is empty.", width) + "\n\n"
	if lost := p.sh.Options.Lost; lost != "" {
		text = st.Bad.Render(cells.Wrap("! "+lost, width)) + "\n\n"
	}
	text += st.Faint.Render(cells.Wrap("This page lists the invites that you send. A homeserver accepts only a few at once; mxinvite sends the others later, in the background.", width))
	text += "\n\nPress " + st.Accent.Render(p.sh.Keys.Invite.Help().Key) + " to invite someone."
	if p.sh.Sending.Outbox.Paused {
		text += "\n\n" + st.Warn.Render("Paused.") + " Press " + st.Accent.Render(p.sh.Keys.Pause.Help().Key) + " to resume sending."
	}
	return text
}

// counts draws the number of items in each state, and the progress.
func (p *outboxPage) counts(width int) string {
	st, o := p.sh.Styles, p.sh.Sending.Outbox
	var long, short []string
	for _, state := range countedStates() {
		if n := o.Count(state); n > 0 {
			long = append(long, itemStyle(st, state).Render(fmt.Sprintf("%s %d", itemWords(state), n)))
			short = append(short, itemStyle(st, state).Render(fmt.Sprintf("%s %d", itemGlyph(state), n)))
		}
	}
	right := ""
	if n := len(p.marked); n > 0 {
		right = st.Accent.Render(fmt.Sprintf("%d marked", n))
	} else if pr := p.sh.Sending.Progress(); !pr.None() {
		right = pr.Bar(st, min(24, width/5))
	}
	for _, gap := range []string{"   ", "  ", " "} {
		if line := strings.Join(long, gap); cells.Width(line)+cells.Width(right)+2 <= width {
			return cells.Ends(line, right, width)
		}
	}
	return cells.Ends(strings.Join(short, "  "), right, width)
}

// schedule draws which program sends, and when it sends the next and the last invite.
func (p *outboxPage) schedule(width int) string {
	st, s, now := p.sh.Styles, &p.sh.Sending, p.sh.Now()
	o := s.Outbox
	n := s.Waiting()
	_, terms := p.terms()
	switch {
	case s.Err != nil:
		return st.Bad.Render(cells.Cut("! "+phrase.Sentence(s.Err.Error()), width))
	case s.Stalled() && !terms && (o.Paused == o.Stall.Decision()):
		return p.stall(width)
	case o.Paused:
		return st.Warn.Render("Paused.") + " Press " + st.Accent.Render(p.sh.Keys.Pause.Help().Key) + " to resume."
	case n > 0 && s.Trouble != nil:
		return st.Bad.Render(cells.Cut("! Sending has stopped: "+s.Trouble.Error()+". "+p.sh.Hint(s.Trouble), width))
	case n == 0:
		return st.Faint.Render("The queue is empty.")
	}
	text := "One invite is being sent"
	if s.Next.Left != "" {
		text = "The next invite is sent in " + s.Next.Left
	}
	switch {
	case n == 1:
	case o.Last.IsZero():
		text += "; the time of the last one is not known yet"
	default:
		text += ", the last one " + wording.At(now, o.Last, p.sh.Options.Location)
	}
	text += "."
	switch elsewhere := cells.Cut(p.sh.Sending.OtherSender(), phrase.NameWidth); {
	case o.Sender == "" && s.Runner == nil:
		text = "No program is sending. Start mxinvite again, or run: mxinvite outbox run"
	case elsewhere != "":
		text += " Sent by " + elsewhere + "."
	}
	return cells.Cut(text, width)
}

// stallLines is the most that is said about a stall, in lines.
const stallLines = 5

// stall draws why nothing is sent, and how to continue.
func (p *outboxPage) stall(width int) string {
	st, s, k := p.sh.Styles, p.sh.Sending.Outbox.Stall, p.sh.Keys
	what, press, how := "! Sending has stopped.", "Press "+k.Pause.Help().Key, " to resume. "
	if !s.Decision() {
		what, press, how = "! Sending waits.", "Press "+k.TryNow.Help().Key, " to try now. "
		how += "It is tried again " + wording.At(p.sh.Now(), s.Until(), p.sh.Options.Location) + ". "
	}
	text := cells.Wrap(what+" "+press+how+p.sh.WithHint(cells.Cut(s.Reason, 2*width), s.Advice), width)
	text = strings.Replace(text, what, st.Bad.Render(what), 1)
	lines := strings.Split(strings.Replace(text, press, st.Accent.Render(press), 1), "\n")
	return strings.Join(lines[:min(len(lines), stallLines)], "\n")
}

// listing draws the column names and the items that fit.
func (p *outboxPage) listing(width int) string {
	const stateWidth = 11
	st := p.sh.Styles
	const sinceWidth = 5
	rest := width - 4 - stateWidth - sinceWidth - 3*gap
	room := rest * 2 / 5
	name := rest - room
	line := func(parts ...string) string { return strings.Join(parts, strings.Repeat(" ", gap)) }
	lines := []string{st.Column.Render("   " + line(cells.Pad("INVITEE", name), cells.Pad("ROOM", room), cells.Pad("STATE", stateWidth), cells.PadLeft("SINCE", sinceWidth)))}
	from, to := p.list.Window(p.lines())
	for n := from; n < to; n++ {
		i := p.items[p.list.Keys[n]]
		chosen, mark := n == p.list.At, " "
		st := st.ForRow(chosen)
		if p.marked[i.Number] {
			mark = st.Accent.Render("+")
		}
		lines = append(lines, shell.MarkedRowSpot(p.sh, &p.list, n, key.Binding{}, " "+st.Row(chosen, mark, line(
			st.Name.Render(cells.Fit(addressOf(i), name)), cells.Fit(p.sh.RoomName(i.Room), room),
			itemStyle(st, i.State).Render(cells.Pad(itemWords(i.State), stateWidth)), st.Faint.Render(cells.PadLeft(duration.Age(p.sh.Now(), i.Changed), sinceWidth)),
		), width-2)))
	}
	return strings.Join(lines, "\n")
}

// details draws one item, with the most important lines first, because the last ones
// may be cut.
func (p *outboxPage) details(i client.Item, width int) string {
	st := p.sh.Styles
	who := addressOf(i)
	if i.Name != "" {
		who = i.Name + " <" + who + ">"
	}
	lines := []string{
		st.Strong.Render(cells.Cut(who, width)),
		itemStyle(st, i.State).Render(itemWords(i.State)) + st.Faint.Render(cells.Cut(", "+stateSummary(p.sh, i), width-14)),
	}
	switch {
	case i.Reason == "" || !i.State.Active() && i.State != client.ItemFailed: // the reason is of an earlier state
	case i.State == client.ItemQueued: // the advice was to wait
		lines = append(lines, st.Faint.Render(cells.Wrap("Last attempt: "+i.Reason, width)))
	default:
		lines = append(lines, cells.Wrap(p.sh.WithHint(i.Reason, i.Advice), width))
	}
	switch {
	case i.UserID == "" && i.Way == client.ByLink:
		lines = append(lines, cells.Wrap("Issued by mxinvite, without an identity server. Its link is not mailed: you pass it on.", width))
	case i.UserID == "" && i.Way == client.ByMail:
		lines = append(lines, cells.Wrap("Issued by mxinvite, without an identity server. mxinvite mails its link.", width))
	case i.UserID == "":
	case i.Address.Address == "":
		lines = append(lines, "Invited on Matrix, without a mail.")
	default:
		lines = append(lines, cells.Cut("On Matrix as "+string(i.UserID)+": invited there, without a mail.", width))
	}
	if p.wide() {
		lines = append(lines, "", st.Label.Render("Room    ")+cells.Cut(p.sh.RoomName(i.Room), width-8),
			st.Label.Render("Queued  ")+p.sh.Time(i.QueuedAt))
	}
	return strings.Join(lines, "\n")
}

// stateSummary returns the age of an item's state, and the number of attempts.
func stateSummary(sh *shell.Shell, i client.Item) string {
	text := duration.Ago(sh.Now(), i.Changed)
	if i.Attempts > 1 {
		text += ", tried " + phrase.Count(i.Attempts, "time")
	}
	return text
}

// itemStyle returns the style of a state.
func itemStyle(st style.Styles, s client.ItemState) lipgloss.Style {
	switch s {
	case client.ItemQueued:
		return st.Plain
	case client.ItemSending:
		return st.Accent
	case client.ItemSent, client.ItemResolved:
		return st.Good
	case client.ItemUncertain:
		return st.Warn
	case client.ItemFailed:
		return st.Bad
	default:
		return st.Faint
	}
}
