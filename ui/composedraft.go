package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// texts returns the pasted lists as they were pasted, and last the text in the field;
// nil if both are empty.
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

// inviteesOf is the inverse of texts.
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

// draftWords returns the line that says that the form holds a draft, and how to clear
// it.
func (c *composePage) draftWords(width int) string {
	st, sh := c.sh.Styles, c.sh
	text := "Your draft"
	if at := sh.Draft.At; !at.IsZero() {
		text += " from " + sh.Time(at)
	}
	text += ": " + persons(len(c.invitees.list.Recipients))
	rest := st.Accent.Render(sh.Keys.ClearDraft.Help().Key) + " clears it."
	return st.Warn.Render(cells.Cut(text, width-cells.Width(rest)-2)+".") + " " + sh.KeySpot(rest, sh.Keys.ClearDraft)
}

// clearDraft clears the form and the stored draft.
func (c *composePage) clearDraft() tea.Cmd {
	c.invitees, c.kept, c.problem = invitees{}, false, nil
	c.form.Fields[fieldPeople].Input.SetValue("")
	c.people.close()
	return c.sh.Draft.Note(c.invitees.texts())
}
