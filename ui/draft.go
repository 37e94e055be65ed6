package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// draftPause is how long nobody types before what was typed is kept.
const draftPause = time.Second

// draftMsg says that somebody has paused.
type draftMsg struct{ version int }

// draftRead brings what an earlier run of the program has kept.
type draftRead struct {
	account *client.Account
	draft   client.Draft
}

// noteDraft keeps whom somebody is about to invite: here at once, and for the next
// start when they pause.
func (sh *shell) noteDraft(w invitees) tea.Cmd {
	sh.draft, sh.draftAt = w, sh.now()
	sh.drafts++
	version := sh.drafts
	return tea.Tick(draftPause, func(time.Time) tea.Msg { return draftMsg{version} })
}

// keepDraft writes it down. That it cannot be is no reason to disturb anybody.
func (sh *shell) keepDraft(msg draftMsg) tea.Cmd {
	if msg.version != sh.drafts || sh.account == nil {
		return nil
	}
	ctx, account, draft := sh.ctx, sh.account, client.Draft{At: sh.draftAt, Texts: sh.draft.texts()}
	return func() tea.Msg {
		_ = account.KeepDraft(ctx, draft)
		return nil
	}
}

// readDraft looks for what was kept.
func (sh *shell) readDraft() tea.Cmd {
	ctx, account := sh.ctx, sh.account
	return func() tea.Msg {
		draft, err := account.Draft(ctx)
		if err != nil || len(draft.Texts) == 0 {
			return nil
		}
		return draftRead{account, draft}
	}
}

func (sh *shell) draftRead(msg draftRead) {
	if msg.account == sh.account && sh.draft.empty() {
		sh.draft, sh.draftAt = draftOf(msg.draft.Texts), msg.draft.At
	}
}

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

// draftOf is texts the other way round.
func draftOf(texts []string) (w invitees) {
	for _, text := range texts[:len(texts)-1] {
		w.paste(text)
	}
	w.write(texts[len(texts)-1])
	return w
}

// draftWords say that the form holds what was typed before, and how to be rid of
// it.
func (c *compose) draftWords(width int) string {
	st, sh := c.sh.styles, c.sh
	text := "Your draft"
	if at := sh.draftAt; !at.IsZero() {
		text += " from " + clockOrDate(sh.now(), at)
	}
	text += ": " + persons(len(c.invitees.list.Recipients))
	rest := st.Accent.Render(sh.keys.ClearDraft.Help().Key) + " clears it."
	return st.Warn.Render(cells.Cut(text, width-cells.Width(rest)-2)+".") + " " + sh.keySpot(rest, sh.keys.ClearDraft)
}

// clockOrDate is the time of a moment of today, and else its date.
func clockOrDate(now, at time.Time) string {
	at = at.In(now.Location())
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format(time.DateOnly)
}

// clearDraft drops what was typed before.
func (c *compose) clearDraft() tea.Cmd {
	c.invitees, c.kept, c.problem = invitees{}, false, nil
	c.form.Fields[fieldPeople].Input.SetValue("")
	c.people.close()
	return c.sh.noteDraft(c.invitees)
}
