package shell

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// DraftPause is how long the user does not type before the draft is stored.
const DraftPause = time.Second

// A Draft holds what the user has typed to invite people and not sent yet. It is
// stored with the account, for the next start of the program.
type Draft struct {
	program context.Context // ends when the program ends
	now     func() time.Time
	account *client.Account // nil before signing in

	Texts   []string // the lists that were pasted, and last the field; nil of nothing
	At      time.Time
	changes int // how often it has changed
}

// draftPausedMsg comes when the user may have paused.
type draftPausedMsg struct{ changes int }

// draftReadMsg brings what an earlier run of the program has stored.
type draftReadMsg struct {
	account *client.Account
	Draft   client.Draft
}

// Start looks for a draft that was stored for an account.
func (d *Draft) start(account *client.Account) tea.Cmd {
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

// read uses the stored draft, unless the user has typed something since.
func (d *Draft) read(msg draftReadMsg) {
	if msg.account == d.account && len(d.Texts) == 0 {
		d.Texts, d.At = msg.Draft.Texts, msg.Draft.At
	}
}

// Note changes the draft: here at once, and in the store when the user pauses.
func (d *Draft) Note(texts []string) tea.Cmd {
	d.Texts, d.At = texts, d.now()
	d.changes++
	msg := draftPausedMsg{d.changes}
	return tea.Tick(DraftPause, func(time.Time) tea.Msg { return msg })
}

// store writes the draft down if it has not changed since. An error is not shown:
// it would disturb the user, who has lost nothing yet.
func (d *Draft) store(msg draftPausedMsg) tea.Cmd {
	if msg.changes != d.changes || d.account == nil {
		return nil
	}
	ctx, account, draft := d.program, d.account, client.Draft{At: d.At, Texts: d.Texts}
	return func() tea.Msg {
		_ = account.SaveDraft(ctx, draft)
		return nil
	}
}

// Leave detaches the draft from the account. It keeps the typed text if keep is set.
// The stored draft does not change.
func (d *Draft) Leave(keep bool) {
	d.account = nil
	if !keep {
		d.Texts = nil
	}
}
