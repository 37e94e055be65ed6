package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// texts are the parts as they came, the typed one last; nil of nothing.
func (w *invitees) texts() []string {
	if w.empty() {
		return nil
	}
	var texts []string
	for _, p := range w.pasted {
		texts = append(texts, p.text)
	}
	return append(texts, w.typed.text)
}

// inviteesOf is texts the other way round.
func inviteesOf(texts []string) (w invitees) {
	if len(texts) == 0 {
		return w
	}
	for _, text := range texts[:len(texts)-1] {
		w.paste(text)
	}
	w.write(texts[len(texts)-1])
	return w
}

// draftWords say that the form holds what was typed before, and how to be rid of
// it.
func (c *compose) draftWords(width int) string {
	st, sh := c.sh.Styles, c.sh
	text := "Your draft"
	if at := sh.Draft.At; !at.IsZero() {
		text += " from " + sh.Time(at)
	}
	text += ": " + persons(len(c.invitees.list.Recipients))
	rest := st.Accent.Render(sh.Keys.ClearDraft.Help().Key) + " clears it."
	return st.Warn.Render(cells.Cut(text, width-cells.Width(rest)-2)+".") + " " + sh.KeySpot(rest, sh.Keys.ClearDraft)
}

// clearDraft drops what was typed before.
func (c *compose) clearDraft() tea.Cmd {
	c.invitees, c.kept, c.problem = invitees{}, false, nil
	c.form.Fields[fieldPeople].Input.SetValue("")
	c.people.close()
	return c.sh.Draft.Note(c.invitees.texts())
}
