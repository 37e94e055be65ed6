package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

func (c *composePage) View(width, height int) (string, *tea.Cursor) {
	width = min(width-4, 90)
	if c.step == previewing && !c.preview.single {
		return cells.Indent("\n"+c.viewMany(width), 2), nil
	}
	form, cursor := c.form.View(width, c.step == editing)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+1
	}
	if c.kept && c.step == editing {
		form += "\n  " + c.draftWords(width-2)
	} else if text := c.understood(width - widget.LabelWidth - 4); text != "" {
		form += "\n" + strings.Repeat(" ", widget.LabelWidth+2) + text
	}
	form += "\n" + c.wayLine(width)
	if text := c.columns(width); text != "" && c.step == editing {
		form += "\n\n" + cells.Indent(text, 2)
	}
	if note := c.replacedNote(width); note != "" && c.step == editing {
		form += "\n\n" + note
		height -= cells.Height(note) + 1
	}
	return cells.Indent("\n"+form+"\n\n"+c.below(width, height-6), 2), cursor
}

// understood returns the names of the chosen rooms while the user searches for more
// rooms. Otherwise it returns a summary of the invitees and of the pasted lines.
func (c *composePage) understood(width int) string {
	st := c.sh.Styles
	if c.several && c.form.At == fieldRoom && c.step == editing {
		return st.Good.Render(cells.Cut(c.roomNames(), width))
	}
	text := c.invitees.words()
	if c.step == previewing && len(c.invitees.pasted) == 0 {
		return ""
	}
	if text == "" {
		return ""
	}
	if n := len(c.invitees.pasted); n > 0 {
		lines := 0
		for _, p := range c.invitees.pasted {
			lines += cells.Height(p.text)
		}
		text += " (" + phrase.Count(lines, "line") + " pasted)"
	}
	style := st.Good
	if len(c.invitees.list.Problems) > 0 || len(c.invitees.list.Recipients) == 0 {
		style = st.Warn
	}
	return style.Render(cells.Cut(text, width))
}

// below returns the part under the form: the progress, the error, the preview, or
// the list to choose from.
func (c *composePage) below(width, height int) string {
	st := c.sh.Styles
	switch {
	case c.step == planning && (!c.invitees.asksIdentityServer() || c.noIdentityServer() != nil):
		return c.spinner.View() + " Asking the homeserver who is in the room…"
	case c.step == planning && c.looked.None():
		return c.spinner.View() + " Asking the identity server for the Matrix ID…"
	case c.step == planning:
		return c.spinner.View() + " Asking the identity server for Matrix IDs…\n\n" + c.looked.Bar(st, min(40, width/2)) + " looked up"
	case c.step == doing:
		return c.spinner.View() + " Saving to the outbox…"
	case c.step == previewing:
		return c.viewSingle(width)
	case c.problem != nil && c.form.At != fieldRoom:
		return c.sh.RenderError(c.problem, width)
	case c.problem != nil:
		return c.sh.RenderError(c.problem, width) + "\n\n" + c.choices(width, height-4)
	case c.form.At == fieldRoom:
		return c.choices(width, height)
	case len(c.people.people) > 0 || c.people.problem != nil:
		list := c.people.view(c.sh, width, c.pick)
		if c.invitees.empty() { // from the suggestions of the demo
			list = st.Faint.Render(cells.Wrap("Any address works in the demo. Some to try:", width)) + "\n" + list
		}
		return list
	case len(c.invitees.pasted) > 0 && c.invitees.typed.text == "":
		return st.Faint.Render(cells.Wrap("Press backspace to remove the pasted text. Nothing is sent before you confirm the preview.", width))
	default:
		return st.Faint.Render(cells.Wrap("Nothing is sent before you confirm the preview.", width))
	}
}

// choices draws the rooms that match the typed text.
func (c *composePage) choices(width, height int) string {
	st := c.sh.Styles
	if len(c.list.Keys) == 0 {
		return st.Warn.Render(cells.Wrap("None of your "+phrase.Count(len(c.rooms), "room")+" has this name.", width))
	}
	var lines []string
	from, to := c.list.Window(min(height, 10))
	for n := from; n < to; n++ {
		r := c.rooms[c.list.Keys[n]]
		chosen, mark, again := n == c.list.At, " ", c.sh.Keys.Submit
		st := st.ForRow(chosen)
		if c.several {
			again = c.sh.Keys.AddRoom
		}
		if c.several && slices.Contains(c.chosen, r.ID) {
			mark = st.Accent.Render("+")
		}
		line := st.Row(chosen, mark, st.Name.Render(cells.Fit(r.Name, width/2))+"  "+permission(st, r), width)
		lines = append(lines, shell.RowSpot(c.sh, &c.list, n, again, line))
	}
	if more := len(c.list.Keys) - to; more > 0 {
		lines = append(lines, st.Faint.Render(fmt.Sprintf("  and %d more", more)))
	}
	return strings.Join(lines, "\n")
}

// viewSingle describes what an invite to one person will do, with warnings.
func (c *composePage) viewSingle(width int) string {
	st, p := c.sh.Styles, c.preview.plans[0]
	who, room := p.Invitee().String(), cells.Cut(p.Room.Name, phrase.NameWidth)
	var text string
	switch p.Outcome() {
	case client.PlanReplaced:
		return cells.Bullet(st.Warn.Render("!"), replacedText(c.sh, p.Room)+" Nothing is sent there, unless you press "+c.sh.Keys.OldRoom.Help().Key+".", width)
	case client.PlanUserID:
		text = fmt.Sprintf("%s is invited to %s on Matrix, and no mail is sent.", who, room)
	case client.PlanOnMatrix:
		text = fmt.Sprintf("%s is %s on Matrix. This user is invited to %s, and no mail is sent.",
			who, cells.Cut(string(p.UserID), phrase.NameWidth), room)
	default:
		if p.Label != "" {
			text = fmt.Sprintf("You get a link for %s to %s that you pass on, and no mail is sent.", cells.Cut(who, phrase.NameWidth), room)
			break
		}
		if p.IssuesLink() {
			text = fmt.Sprintf("No Matrix ID is known for %s. You get a link to %s that you pass on, and no mail is sent.", who, room)
			break
		}
		if p.MailsLink() {
			text = fmt.Sprintf("No Matrix ID is known for %s. mxinvite invites them to %s and mails them the link itself, without an identity server.", who, room)
			break
		}
		text = fmt.Sprintf("No Matrix ID is known for %s. The identity server %s will send an invite to %s by e-mail, in your name.",
			who, cells.Cut(p.Server, phrase.NameWidth), room)
	}
	second := "mail"
	if p.IssuesLink() {
		second = "link"
	}
	var b strings.Builder
	b.WriteString(cells.Bullet(st.Good.Render("✓"), text, width))
	if note := c.noServerNote(width); note != "" {
		b.WriteString("\n\n" + note)
	}
	if p.Name != "" {
		use := "It is not sent."
		if p.MailsLink() {
			use = "The mail contains it."
		}
		b.WriteString("\n\n" + cells.Bullet(st.Faint.Render("·"), fmt.Sprintf("The name you gave is %q. %s", cells.Cut(p.Name, phrase.NameWidth), use), width))
	}
	for n, i := range p.Similar {
		const most = 3
		if n == most {
			b.WriteString("\n" + st.Warn.Render(fmt.Sprintf("! and %d more like it.", len(p.Similar)-most)))
			break
		}
		b.WriteString("\n\n" + cells.Bullet(st.Warn.Render("!"), fmt.Sprintf(
			"An invite to %s is still pending, sent %s by %s. If it is to the same address, this is a second %s.",
			cells.Cut(nameOf(i), phrase.NameWidth), duration.Ago(c.sh.Now(), i.SentAt), cells.Cut(shortUser(string(i.Sender)), phrase.NameWidth), second), width))
	}
	b.WriteString(c.sideEffects(width))
	return b.String()
}
