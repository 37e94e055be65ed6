package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// draftPause is how long nobody types before what was typed is kept.
const draftPause = time.Second

// draftMsg says that somebody has paused.
type draftMsg struct{ version int }

// draftRead brings what an earlier run of the program has kept.
type draftRead struct {
	account *client.Account
	texts   []string
}

// noteDraft keeps whom somebody is about to invite: here at once, and for the next
// start when they pause.
func (sh *shell) noteDraft(w whom) tea.Cmd {
	sh.draft = w
	sh.drafts++
	version := sh.drafts
	return tea.Tick(draftPause, func(time.Time) tea.Msg { return draftMsg{version} })
}

// keepDraft writes it down. That it cannot be is no reason to disturb anybody.
func (sh *shell) keepDraft(msg draftMsg) tea.Cmd {
	if msg.version != sh.drafts || sh.account == nil {
		return nil
	}
	ctx, account, texts := sh.ctx, sh.account, sh.draft.texts()
	return func() tea.Msg {
		_ = account.KeepDraft(ctx, texts)
		return nil
	}
}

// readDraft looks for what was kept.
func (sh *shell) readDraft() tea.Cmd {
	ctx, account := sh.ctx, sh.account
	return func() tea.Msg {
		texts, err := account.Draft(ctx)
		if err != nil || len(texts) == 0 {
			return nil
		}
		return draftRead{account, texts}
	}
}

func (sh *shell) draftRead(msg draftRead) {
	if msg.account == sh.account && sh.draft.empty() {
		sh.draft = draftOf(msg.texts)
	}
}

// texts are the parts as they came, the typed one last; nil of nothing.
func (w *whom) texts() []string {
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
func draftOf(texts []string) (w whom) {
	for _, text := range texts[:len(texts)-1] {
		w.paste(text)
	}
	w.write(texts[len(texts)-1])
	return w
}
