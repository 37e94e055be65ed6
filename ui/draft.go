package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// draftPause is how long the user does not type before the draft is stored.
const draftPause = time.Second

// A draft holds what the user has typed to invite people and not sent yet. It is
// stored with the account, for the next start of the program.
type draft struct {
	program context.Context // ends when the program ends
	now     func() time.Time
	account *client.Account // nil before signing in

	texts   []string // the lists that were pasted, and last the field; nil of nothing
	at      time.Time
	changes int // how often it has changed
}

// draftPausedMsg comes when the user may have paused.
type draftPausedMsg struct{ changes int }

// draftReadMsg brings what an earlier run of the program has stored.
type draftReadMsg struct {
	account *client.Account
	draft   client.Draft
}

// start looks for a draft that was stored for an account.
func (d *draft) start(account *client.Account) tea.Cmd {
	d.account = account
	ctx := d.program
	return func() tea.Msg {
		stored, err := account.Draft(ctx)
		if err != nil || len(stored.Texts) == 0 {
			return nil
		}
		return draftReadMsg{account, stored}
	}
}

// read takes over what was stored, unless the user has typed something since.
func (d *draft) read(msg draftReadMsg) {
	if msg.account == d.account && len(d.texts) == 0 {
		d.texts, d.at = msg.draft.Texts, msg.draft.At
	}
}

// note changes the draft: here at once, and in the store when the user pauses.
func (d *draft) note(texts []string) tea.Cmd {
	d.texts, d.at = texts, d.now()
	d.changes++
	msg := draftPausedMsg{d.changes}
	return tea.Tick(draftPause, func(time.Time) tea.Msg { return msg })
}

// store writes the draft down if it has not changed since. An error is not shown:
// it would disturb the user, who has lost nothing yet.
func (d *draft) store(msg draftPausedMsg) tea.Cmd {
	if msg.changes != d.changes || d.account == nil {
		return nil
	}
	ctx, account, draft := d.program, d.account, client.Draft{At: d.at, Texts: d.texts}
	return func() tea.Msg {
		_ = account.KeepDraft(ctx, draft)
		return nil
	}
}

// leave ends the use of the account. What was typed is dropped unless it is kept
// for the next account; what is stored stays.
func (d *draft) leave(keep bool) {
	d.account = nil
	if !keep {
		d.texts = nil
	}
}
