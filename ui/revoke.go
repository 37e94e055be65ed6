package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
)

var errBeingRevoked = errors.New("the invite is being revoked")

// revocable returns nil if an invite can be revoked, and otherwise the reason why
// not.
func revocable(sh *shell.Shell, i invite.Invite) error {
	if sh.Revocations.Has(shell.KeyOf(i)) {
		return errBeingRevoked
	}
	return sh.Account.Revocable(i)
}

func mayRevoke(sh *shell.Shell, i invite.Invite) bool { return revocable(sh, i) == nil }

// confirmRevoke asks for confirmation before invites are revoked, or shows the reason
// why they cannot be.
func confirmRevoke(sh *shell.Shell, chosen []invite.Invite) tea.Cmd {
	var able []invite.Invite
	var reasons []string // why the others cannot be revoked
	for _, i := range chosen {
		if err := revocable(sh, i); err == nil {
			able = append(able, i)
		} else if text := reason(err); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	switch {
	case len(chosen) == 0:
		return nil
	case len(able) == 0:
		sh.Notice = shell.Notice{Text: phrase.Sentence(reasons[0]), Bad: true}
		return nil
	}
	question := "Revoke the invite of " + cells.Cut(inviteeOf(sh, able[0]), phrase.NameWidth) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail is not deleted."
	if len(withLink(sh, able)) > 0 {
		what = "Its link stops working."
	}
	var people []string
	if len(able) > 1 {
		people = peopleOf(sh, able)
		question = fmt.Sprintf("Revoke %d invites in %s?", len(able), roomsOf(sh, able))
		what = "The links in their mails stop working there. The identity server is not told."
		if len(withLink(sh, able)) == len(able) {
			what = "Their links stop working."
		}
	} else if a := able[0].Acceptance; a != nil {
		what = cells.Cut(string(a.UserID), phrase.NameWidth) + " has already accepted it and keeps their membership. The link cannot be used again."
	}
	if left := len(chosen) - len(able); left > 0 {
		what += fmt.Sprintf(" %s cannot be revoked: %s.", phrase.Count(left, "other"), strings.Join(reasons, "; "))
	}
	return sh.OpenCard(shell.NewConfirmAll(sh, question, people, what, func() tea.Cmd { return beginRevoking(sh, able) }))
}

// peopleOf returns the invitees and, if the invites are of several rooms, the rooms.
func peopleOf(sh *shell.Shell, invites []invite.Invite) []string {
	people := make([]string, len(invites))
	oneRoom := !slices.ContainsFunc(invites, func(i invite.Invite) bool { return i.RoomID != invites[0].RoomID })
	for n, i := range invites {
		people[n] = cells.Cut(inviteeOf(sh, i), phrase.NameWidth)
		if r, err := sh.Account.Room(i.RoomID); err == nil && !oneRoom {
			people[n] += " in " + cells.Cut(r.Label(), phrase.NameWidth)
		}
	}
	return people
}

// roomsOf returns the name of the only room of invites, or the number of rooms.
func roomsOf(sh *shell.Shell, invites []invite.Invite) string {
	rooms := map[id.RoomID]bool{}
	for _, i := range invites {
		rooms[i.RoomID] = true
	}
	if len(rooms) > 1 {
		return phrase.Count(len(rooms), "room")
	}
	return cells.Cut(sh.RoomName(invites[0].RoomID), phrase.NameWidth)
}

// reason returns a short text of an error. It cuts the name of a room.
func reason(err error) string {
	if power, ok := errors.AsType[*client.PowerError](err); ok {
		short := *power
		short.Room = cells.Cut(power.Room, phrase.NameWidth)
		return short.Error()
	}
	return err.Error()
}

// beginRevoking revokes invites after a delay in which the user can undo it.
func beginRevoking(sh *shell.Shell, chosen []invite.Invite) tea.Cmd {
	what := "the invite of " + cells.Cut(inviteeOf(sh, chosen[0]), phrase.NameWidth)
	if len(chosen) > 1 {
		what = phrase.Count(len(chosen), "invite")
	}
	keys := make([]shell.InviteKey, len(chosen))
	for n, i := range chosen {
		keys[n] = shell.KeyOf(i)
	}
	marksGo := func() tea.Msg { return shell.ChangedMsg{} }
	return tea.Batch(marksGo, sh.Revocations.Begin(sh.Account, what, keys))
}

// leftovers returns the pending invites that look like a joined one. If the invitee
// accepted one of them, their membership would change from join to invite.
func leftovers(sh *shell.Shell, of invite.Invite) []invite.Invite {
	if of.Status != invite.Joined {
		return nil
	}
	to, known := sh.Account.AddressOf(of.RoomID, of.Token)
	var left []invite.Invite
	for _, i := range sh.Account.Invites(of.RoomID) {
		other, otherKnown := sh.Account.AddressOf(i.RoomID, i.Token)
		same := i.LooksLike(of) && (!known || !otherKnown || to.Canonical() == other.Canonical())
		if i.Live() && same && slices.Contains(i.Warnings, invite.RejoinHazard) && mayRevoke(sh, i) {
			left = append(left, i)
		}
	}
	return left
}
