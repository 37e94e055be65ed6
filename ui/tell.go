package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// together are the items that were put into the outbox at once with one.
func (s *sending) together(item client.Item) (items []client.Item) {
	for _, i := range s.outbox.Items {
		if i.QueuedAt.Equal(item.QueuedAt) {
			items = append(items, i)
		}
	}
	return items
}

// tellQueued says that many are in the outbox, unless more is told of them already.
func (sh *shell) tellQueued(items []client.Item) {
	if n := len(items); n > 1 && sh.sending.toldOf != items[0].QueuedAt.UnixMilli() {
		sh.say("%s are in the outbox and go out in the background. Press %s to follow them.", count(n, "invite"), sh.keys.Outbox.Help().Key)
	}
}

// tellOf says what came of an item: all about one that was sent alone, and of
// many how far they have come.
func (sh *shell) tellOf(item client.Item) tea.Cmd {
	if item.Number == 0 {
		return nil
	}
	batch := sh.sending.together(item)
	sh.sending.toldOf = item.QueuedAt.UnixMilli()
	if len(batch) > 1 {
		sh.notice = tally(batch)
		return nil
	}
	sh.tellOfOne(item)
	if item.Token == "" {
		return nil
	}
	return func() tea.Msg { return sentMsg{inviteKey{item.Room, item.Token}} }
}

func (sh *shell) tellOfOne(item client.Item) {
	room := cells.Cut(sh.roomName(item.Room), nameWidth)
	switch item.State {
	case client.ItemSent:
		sh.say("Invited %s to %s. The mail is on its way.", item.Address.Address, room)
	case client.ItemResolved:
		sh.say("Invited %s to %s.", item.UserID, room)
	case client.ItemQueued:
		text := fmt.Sprintf("The homeserver accepts no more for now. The invite to %s waits in the outbox.", item.Invitee())
		sh.notice = notice{text: text, counts: true}
	default:
		sh.notice = notice{text: sentence(item.Reason) + " " + item.Hint, bad: true}
	}
}

// tally counts what has become of invites that were sent together.
func tally(batch []client.Item) notice {
	o := client.Outbox{Items: batch}
	text := fmt.Sprintf("%d of %d invites have gone out", o.Count(client.ItemSent, client.ItemResolved), len(batch))
	failed, uncertain := o.Count(client.ItemFailed), o.Count(client.ItemUncertain)
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if uncertain > 0 {
		text += fmt.Sprintf(", %d uncertain", uncertain)
	}
	waiting := o.Count(client.ItemQueued) > 0
	if waiting {
		text += "; the others will follow"
	}
	return notice{text: text + ".", bad: failed+uncertain > 0, counts: waiting}
}

// sentMsg tells every screen that an invite has gone out.
type sentMsg struct{ key inviteKey }

// roomName is what a room is called, as long as one is in it.
func (sh *shell) roomName(room id.RoomID) string {
	if r, err := sh.account.Room(room); err == nil {
		return r.Name
	}
	return string(room)
}
