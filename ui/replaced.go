package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/wording"
)

// replacedText says that a room was replaced, and by which room.
func replacedText(sh *shell.Shell, r client.Room) string {
	by, joined := sh.Account.Successor(r)
	return wording.Replaced(cells.Cut(r.Name, phrase.NameWidth), cells.Cut(by.Name, phrase.NameWidth), joined)
}

// replacedRooms returns the chosen rooms that were replaced.
func (c *composePage) replacedRooms() []client.Room {
	var replaced []client.Room
	for _, room := range c.chosen {
		if r := c.rooms[room]; r.Replaced {
			replaced = append(replaced, r)
		}
	}
	return replaced
}

// newRooms returns the chosen rooms, with the new room instead of each replaced one
// that the account may invite to. changed is false if that changes nothing.
func (c *composePage) newRooms() (rooms []id.RoomID, changed bool) {
	for _, room := range c.chosen {
		if by, err := c.sh.Account.SuccessorToInvite(c.rooms[room]); err == nil {
			room, changed = by.ID, true
		}
		if !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
	}
	return rooms, changed
}

// useNewRooms chooses the new rooms instead of the replaced ones.
func (c *composePage) useNewRooms() {
	if rooms, changed := c.newRooms(); changed {
		c.chosen, c.problem, c.several = nil, nil, false
		c.chooseAll(rooms)
	}
}

// newRoomKey is the key that chooses the new rooms.
func (c *composePage) newRoomKey() key.Binding {
	_, changed := c.newRooms()
	return keymap.When(changed, c.sh.Keys.NewRoom)
}

// replacedNote warns of the chosen rooms that were replaced. It is empty if there are
// none.
func (c *composePage) replacedNote(width int) string {
	const most = 3
	replaced := c.replacedRooms()
	if len(replaced) == 0 {
		return ""
	}
	var texts []string
	for _, r := range replaced[:min(most, len(replaced))] {
		texts = append(texts, replacedText(c.sh, r))
	}
	if more := len(replaced) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more were replaced.", more))
	}
	if _, changed := c.newRooms(); changed {
		texts = append(texts, "Press "+c.sh.Keys.NewRoom.Help().Key+" to invite there instead.")
	}
	return cells.Bullet(c.sh.Styles.Warn.Render("!"), strings.Join(texts, " "), width)
}

// A move is the pending invites of a replaced room whose invitees are invited to the
// new room instead.
type move struct {
	from client.Room
	old  map[recipients.Invitee][]invite.Invite
}

// movable returns the new room for some invites, and those that can be moved. The error
// says why the others cannot.
func movable(sh *shell.Shell, chosen []invite.Invite) (to client.Room, able []invite.Invite, err error) {
	if len(chosen) == 0 {
		return to, nil, client.ErrNoInvite
	}
	from, err := sh.Account.Room(chosen[0].RoomID)
	if err != nil {
		return to, nil, err
	}
	if to, err = sh.Account.SuccessorToInvite(from); err != nil {
		return to, nil, err
	}
	for _, i := range chosen {
		switch why := sh.Account.Movable(i); {
		case i.RoomID != from.ID:
			return to, nil, errSeveralRooms
		case sh.Revocations.Has(shell.KeyOf(i)):
			err = errBeingRevoked
		case why != nil:
			err = why
		default:
			able = append(able, i)
		}
	}
	return to, able, err
}

var errSeveralRooms = errors.New("the marked invites are in several rooms; move those of one room at a time")

func mayMove(sh *shell.Shell, chosen []invite.Invite) bool {
	_, able, _ := movable(sh, chosen)
	return len(able) > 0
}

// notMovable returns the reason why none of some invites can be moved; empty if one can.
func notMovable(sh *shell.Shell, chosen []invite.Invite) string {
	if _, able, err := movable(sh, chosen); len(able) == 0 {
		return reason(err)
	}
	return ""
}

// moveInvites opens the page on which the invitees of a replaced room are invited to
// the new room, or shows the reason why that is not possible.
func moveInvites(sh *shell.Shell, chosen []invite.Invite) tea.Cmd {
	to, able, err := movable(sh, chosen)
	if len(able) == 0 {
		sh.Notice = shell.Notice{Text: phrase.Sentence(reason(err)), Bad: true}
		return nil
	}
	if left := len(chosen) - len(able); left > 0 {
		sh.Notice = shell.Notice{Text: fmt.Sprintf("%s cannot be moved: %s.", phrase.Count(left, "other invite"), reason(err)), Bad: true}
	}
	return sh.Open(newMovePage(sh, to, able))
}

// newMovePage returns the page that moves invites to another room.
func newMovePage(sh *shell.Shell, to client.Room, invites []invite.Invite) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		c := newEmptyComposePage(ctx, sh)
		c.moves = &move{old: map[recipients.Invitee][]invite.Invite{}}
		c.moves.from, _ = sh.Account.Room(invites[0].RoomID)
		var addresses, labels []string
		for _, i := range invites {
			who := sh.Account.InviteeOf(i)
			if who.Label != "" {
				labels = append(labels, who.Label)
			} else {
				addresses = append(addresses, who.Address.Address)
			}
			c.moves.old[who.Canonical()] = append(c.moves.old[who.Canonical()], i)
		}
		c.invitees.addLabels(labels)
		if text := strings.Join(addresses, "\n"); !c.invitees.paste(text) {
			c.form.Fields[fieldPeople].Input.SetValue(text)
			c.invitees.write(text)
		}
		c.refresh()
		c.chooseAll([]id.RoomID{to.ID})
		return c
	}
}

// plan plans invites for people to rooms, each in the way of the person's old invite.
func (m *move) plan(ctx context.Context, account *client.Account, rooms []id.RoomID, people []recipients.Invitee, progress func(int)) (plans []client.Plan, err error) {
	old := make([]client.Resend, len(people))
	for n, who := range people {
		old[n].To = who
		if invites := m.old[who.Canonical()]; len(invites) > 0 {
			old[n].Invite = invites[0]
		}
	}
	for _, room := range rooms {
		planned, err := account.PlanMove(ctx, room, old, progress)
		if err != nil {
			return nil, err
		}
		plans = append(plans, planned...)
	}
	return plans, nil
}

// obsolete returns the old invites to revoke once plans are queued: those of the same
// invitees, if the account may revoke them.
func (m *move) obsolete(sh *shell.Shell, plans []client.Plan) []invite.Invite {
	if m == nil {
		return nil
	}
	var old []invite.Invite
	for _, p := range plans {
		for _, i := range m.old[p.Invitee().Canonical()] {
			if mayRevoke(sh, i) {
				old = append(old, i)
			}
		}
	}
	return old
}
