package shell

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// together returns the items with the same queue time as an item.
func (s *Sending) together(item client.Item) (items []client.Item) {
	for _, i := range s.Outbox.Items {
		if i.QueuedAt.Equal(item.QueuedAt) {
			items = append(items, i)
		}
	}
	return items
}

// ShowQueued shows the number of invites that were queued together, unless a notice about
// them, or about why they are not sent, was shown already. followKey is the key of the
// outbox page.
func (s *Sending) ShowQueued(items []client.Item, followKey string) {
	if len(items) == 0 {
		return
	}
	queued := items[0].QueuedAt
	refused := s.Stalled() && !s.Outbox.Stall.Since.Before(queued)
	if n := len(items); n > 1 && s.toldOf != queued.UnixMilli() && !refused {
		s.host.ShowSuccess("%s are in the outbox and are sent in the background. Press %s to see them.", phrase.Count(n, "invite"), followKey)
	}
}

// showResult shows the result of sending an item. For items that were queued together it
// shows how many of them are sent, unless the notice says why the others wait.
func (s *Sending) showResult(item client.Item) tea.Cmd {
	if item.Number == 0 {
		return nil
	}
	batch := s.together(item)
	s.toldOf = item.QueuedAt.UnixMilli()
	if len(batch) > 1 {
		if !s.Stalled() {
			s.host.ShowNotice(tally(batch))
		}
		return nil
	}
	s.showSingleResult(item)
	if item.Token == "" {
		return nil
	}
	return func() tea.Msg { return SentMsg{InviteKey{item.Room, item.Token}} }
}

// showSingleResult shows the result of an item that was sent alone.
func (s *Sending) showSingleResult(item client.Item) {
	room := cells.Cut(s.host.RoomName(item.Room), phrase.NameWidth)
	switch item.State {
	case client.ItemSent:
		if item.Way == client.ByLink {
			s.host.ShowSuccess("The link for %s to %s is ready.", cells.Cut(item.Invitee().String(), phrase.NameWidth), room)
			return
		}
		s.host.ShowSuccess("Invited %s to %s. The mail is on its way.", item.Address.Address, room)
	case client.ItemResolved:
		s.host.ShowSuccess("Invited %s to %s.", item.UserID, room)
	case client.ItemQueued:
		if item.InRoom() {
			s.host.ShowNotice(Notice{Text: s.host.WithHint(item.Reason, item.Advice), counts: true})
			return
		}
		text := fmt.Sprintf("The homeserver accepts no more invites now. The invite to %s waits in the outbox.", item.Invitee())
		s.host.ShowNotice(Notice{Text: text, counts: true})
	default:
		s.host.ShowNotice(Notice{Text: s.host.WithHint(item.Reason, item.Advice), Bad: true})
	}
}

// tally counts the states of invites that were queued together.
func tally(batch []client.Item) Notice {
	o := client.Outbox{Items: batch}
	text := fmt.Sprintf("%d of %d invites are sent", o.Count(client.ItemSent, client.ItemResolved), len(batch))
	failed, uncertain := o.Count(client.ItemFailed), o.Count(client.ItemUncertain)
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if uncertain > 0 {
		text += fmt.Sprintf(", %d uncertain", uncertain)
	}
	waiting := o.Count(client.ItemQueued) > 0
	if waiting {
		text += "; the others are queued"
	}
	return Notice{Text: text + ".", Bad: failed+uncertain > 0, counts: waiting}
}

// tellStall says that nothing is sent any more, and how to continue. before is the stall
// of the last notice.
func (s *Sending) tellStall(before client.Stall) {
	now := s.Outbox.Stall
	if !s.Stalled() || now.Reason == before.Reason && now.Decision() == before.Decision() {
		return
	}
	reason := phrase.Sentence(cells.Cut(now.Reason, 200))
	if now.Decision() {
		s.host.ShowNotice(Notice{Text: "Sending has stopped. " + reason + " To resume, " + s.host.resumeKeys(true), Bad: true})
		return
	}
	s.host.ShowNotice(Notice{Text: "Sending waits. " + reason + " To try now, " + s.host.resumeKeys(false), Bad: true, counts: true})
}

// resumeKeys names the keys that end a stall of the outbox.
func (sh *Shell) resumeKeys(decision bool) string {
	end := sh.Keys.TryNow
	if decision {
		end = sh.Keys.Pause
	}
	return fmt.Sprintf("press %s among the invites and then %s.", sh.Keys.Outbox.Help().Key, end.Help().Key)
}

// SentMsg informs every screen that an invite was sent.
type SentMsg struct{ Key InviteKey }
