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
)

var errBeingRevoked = errors.New("the invite is being revoked")

// revocable returns nil if an invite can be revoked, and otherwise the reason why
// not.
func (sh *shell) revocable(i invite.Invite) error {
	if sh.revocations.has(keyOf(i)) {
		return errBeingRevoked
	}
	return sh.account.Revocable(i)
}

func (sh *shell) mayRevoke(i invite.Invite) bool { return sh.revocable(i) == nil }

// confirmRevoke asks before invites are revoked, or says why they cannot be.
func (sh *shell) confirmRevoke(chosen []invite.Invite) tea.Cmd {
	var able []invite.Invite
	var reasons []string // why the others cannot be revoked
	for _, i := range chosen {
		if err := sh.revocable(i); err == nil {
			able = append(able, i)
		} else if text := reason(err); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	switch {
	case len(chosen) == 0:
		return nil
	case len(able) == 0:
		sh.notice = notice{text: sentence(reasons[0]), bad: true}
		return nil
	}
	question := "Revoke the invite of " + cells.Cut(sh.who(able[0]), nameWidth) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail stays where it is."
	var people []string
	if len(able) > 1 {
		people = sh.peopleOf(able)
		question = fmt.Sprintf("Revoke %d invites in %s?", len(able), sh.roomsOf(able))
		what = "The links in their mails stop working there. The identity server is not told."
	} else if a := able[0].Acceptance; a != nil {
		what = cells.Cut(string(a.UserID), nameWidth) + " has accepted it already and keeps their membership. The link cannot be used again."
	}
	if left := len(chosen) - len(able); left > 0 {
		what += fmt.Sprintf(" %s cannot be revoked: %s.", count(left, "other"), strings.Join(reasons, "; "))
	}
	return sh.openCard(newConfirmAll(sh, question, people, what, func() tea.Cmd { return sh.revoke(able) }))
}

// peopleOf names the invitees and, if the invites are of several rooms, the rooms.
func (sh *shell) peopleOf(invites []invite.Invite) []string {
	people := make([]string, len(invites))
	oneRoom := !slices.ContainsFunc(invites, func(i invite.Invite) bool { return i.RoomID != invites[0].RoomID })
	for n, i := range invites {
		people[n] = cells.Cut(sh.who(i), nameWidth)
		if r, err := sh.account.Room(i.RoomID); err == nil && !oneRoom {
			people[n] += " in " + cells.Cut(r.Label(), nameWidth)
		}
	}
	return people
}

// roomsOf names the rooms of invites, or counts them.
func (sh *shell) roomsOf(invites []invite.Invite) string {
	rooms := map[id.RoomID]bool{}
	for _, i := range invites {
		rooms[i.RoomID] = true
	}
	if len(rooms) > 1 {
		return count(len(rooms), "room")
	}
	return cells.Cut(sh.roomName(invites[0].RoomID), nameWidth)
}

// reason is an error in a few words, in which the name of a room is cut.
func reason(err error) string {
	if power, ok := errors.AsType[*client.PowerError](err); ok {
		short := *power
		short.Room = cells.Cut(power.Room, nameWidth)
		return short.Error()
	}
	return err.Error()
}

// revoke revokes invites after a moment in which that can be undone.
func (sh *shell) revoke(chosen []invite.Invite) tea.Cmd {
	what := "the invite of " + cells.Cut(sh.who(chosen[0]), nameWidth)
	if len(chosen) > 1 {
		what = count(len(chosen), "invite")
	}
	keys := make([]inviteKey, len(chosen))
	for n, i := range chosen {
		keys[n] = keyOf(i)
	}
	marksGo := func() tea.Msg { return changedMsg{} }
	return tea.Batch(marksGo, sh.revocations.begin(sh.account, what, keys))
}

// undo undoes what was confirmed last; when the user is about to quit, all.
func (sh *shell) undo() tea.Cmd {
	if c, asked := sh.top().(*quitCard); asked {
		return c.undo()
	}
	return sh.revocations.undo()
}

// leftovers are the pending invites that look like one whose invitee is in the
// room: taking one throws them back to invited.
func (sh *shell) leftovers(of invite.Invite) []invite.Invite {
	if of.Status != invite.Joined {
		return nil
	}
	to, known := sh.account.AddressOf(of.RoomID, of.Token)
	var left []invite.Invite
	for _, i := range sh.account.Invites(of.RoomID) {
		other, otherKnown := sh.account.AddressOf(i.RoomID, i.Token)
		same := i.LooksLike(of) && (!known || !otherKnown || to.Canonical() == other.Canonical())
		if i.Live() && same && slices.Contains(i.Warnings, invite.RejoinHazard) && sh.mayRevoke(i) {
			left = append(left, i)
		}
	}
	return left
}
