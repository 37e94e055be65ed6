package shell

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// DraftPause is the time without typing after which the draft is stored.
const DraftPause = time.Second

// A Draft holds the lists of people that the user has typed or pasted and not sent yet, and
// how they are invited. It is stored with the account, for the next start of the program.
type Draft struct {
	program context.Context // ends when the program ends
	now     func() time.Time
	account *client.Account // nil before signing in

	Texts   []string // the pasted lists, then the text in the field; nil if there is none
	At      time.Time
	Way     client.Way // as chosen by the user; ByDefault until then
	changes int        // number of changes
}

// draftPausedMsg arrives when the user may have stopped typing.
type draftPausedMsg struct{ changes int }

// draftReadMsg holds the draft that an earlier run of the program stored.
type draftReadMsg struct {
	account *client.Account
	Draft   client.Draft
}

// start reads the stored draft of an account.
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
		d.Way = cmp.Or(d.Way, msg.Draft.Way)
	}
}

// Note changes the draft: in memory at once, and in the store after [DraftPause].
func (d *Draft) Note(texts []string) tea.Cmd {
	d.Texts, d.At = texts, d.now()
	return d.changed()
}

// Choose changes how the people are invited. The choice is kept until the program ends, and
// stored with a draft.
func (d *Draft) Choose(way client.Way) tea.Cmd {
	d.Way = way
	return d.changed()
}

func (d *Draft) changed() tea.Cmd {
	d.changes++
	msg := draftPausedMsg{d.changes}
	return tea.Tick(DraftPause, func(time.Time) tea.Msg { return msg })
}

// store stores the draft if it has not changed since. It ignores an error, because the
// user has not lost anything yet.
func (d *Draft) store(msg draftPausedMsg) tea.Cmd {
	if msg.changes != d.changes || d.account == nil {
		return nil
	}
	ctx, account, draft := d.program, d.account, client.Draft{At: d.At, Texts: d.Texts, Way: d.Way}
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
		d.Texts, d.Way = nil, client.ByDefault
	}
}
