package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

func (c *compose) view(width, height int) (string, *tea.Cursor) {
	st := c.sh.styles
	width = min(width-4, 90)
	form, cursor := c.form.view(width, c.step == editing)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+1
	}
	var below string
	switch {
	case c.step == planning:
		below = c.spinner.View() + " Asking the identity server who this is…"
	case c.step == sending:
		below = c.spinner.View() + " Sending…"
	case c.step == previewing:
		below = c.preview(width)
	case c.problem != nil:
		below = c.sh.problem(c.problem, width)
	case c.form.at == fieldRoom:
		below = c.choices(width, height-5)
	default:
		below = st.faint.Render(wrap("Nothing is sent before you have seen what will happen.", width))
	}
	return indent("\n"+form+"\n\n"+below, 2), cursor
}

// choices are the rooms that match what is typed.
func (c *compose) choices(width, height int) string {
	st := c.sh.styles
	if len(c.list.keys) == 0 {
		return st.warn.Render(wrap("None of your "+count(len(c.rooms), "room")+" is called that.", width))
	}
	var lines []string
	from, to := c.list.window(min(height, 10))
	for n := from; n < to; n++ {
		r := c.rooms[c.list.keys[n]]
		mark, style := "  ", st.plain
		if n == c.list.at {
			mark, style = st.cursor.Render("▌")+" ", st.strong
		}
		lines = append(lines, mark+style.Render(fit(r.Name, width/2))+"  "+permission(st, r))
	}
	if more := len(c.list.keys) - to; more > 0 {
		lines = append(lines, st.faint.Render(fmt.Sprintf("  and %d more", more)))
	}
	return strings.Join(lines, "\n")
}

// preview says what sending will do, and what gives pause.
func (c *compose) preview(width int) string {
	st, p := c.sh.styles, c.plan
	var b strings.Builder
	if p.UserID != "" {
		b.WriteString(st.good.Render("✓ ") + wrap(fmt.Sprintf(
			"%s is %s on Matrix. That Matrix ID is invited to %s, and no mail is sent.",
			p.Address.Address, cut(string(p.UserID), nameWidth), cut(p.Room.Name, nameWidth)), width-2))
	} else {
		b.WriteString(st.good.Render("✓ ") + wrap(fmt.Sprintf(
			"Nobody on Matrix is known by %s. An invite to %s is mailed there in your name, by the identity server %s.",
			p.Address.Address, cut(p.Room.Name, nameWidth), cut(p.Server, nameWidth)), width-2))
	}
	for n, i := range p.Similar {
		const most = 3
		if n == most {
			b.WriteString("\n" + st.warn.Render(fmt.Sprintf("! and %d more like it.", len(p.Similar)-most)))
			break
		}
		b.WriteString("\n\n" + st.warn.Render(wrap(fmt.Sprintf(
			"! An invite to %s is still pending, sent %s by %s. It may be to the same address, and then this one is a second mail.",
			cut(nameOf(i), nameWidth), ago(c.sh.now(), i.SentAt), cut(shortUser(string(i.Sender)), nameWidth)), width)))
	}
	b.WriteString("\n\nPress " + st.accent.Render("enter") + " to send it, " + st.accent.Render("esc") + " to change it.")
	return b.String()
}
