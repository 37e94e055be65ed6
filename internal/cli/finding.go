package cli

import (
	"slices"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A finding is an invite with all that is known of it at the moment.
type finding struct {
	invite              invite.Invite
	roomName, roomLabel string // as the room is called, and in short; empty if it has no name
	invite.Judgement
	validity map[string]invite.Validity // of its keys, by what they are in the event
}

// findingOf is what an account knows of an invite.
func findingOf(account *client.Account, room client.Room, i invite.Invite) finding {
	facts := account.Facts()
	return finding{
		invite: i, roomName: room.Name, roomLabel: room.Label(),
		Judgement: i.Judge(facts), validity: validities(i, facts),
	}
}

// validities is what is known of each key of an invite.
func validities(i invite.Invite, facts invite.Facts) map[string]invite.Validity {
	known := map[string]invite.Validity{}
	for _, k := range i.Keys {
		known[k.Public] = facts.Of(k)
	}
	return known
}

// keyWord says in a word how it stands with the keys: of an invite that is out,
// whether they still count, and one that does is enough; of one that was taken,
// whether they prove it.
func (f finding) keyWord() string {
	switch {
	case f.invite.Acceptance != nil:
		return string(f.invite.Acceptance.Proof)
	case f.invite.Status != invite.Pending:
		return ""
	}
	word := invite.Invalid
	for _, k := range f.invite.Keys {
		switch v := f.validity[k.Public]; v {
		case invite.Valid, invite.Perpetual:
			return string(v)
		case invite.Unreachable, invite.Unchecked:
			word = v
		default:
		}
	}
	return string(word)
}

// needLook are the warnings that do not go away by themselves.
func (f finding) needLook() []invite.Warning {
	return slices.DeleteFunc(slices.Clone(f.Warnings), func(w invite.Warning) bool {
		switch w {
		case invite.InviterGone, invite.Reusable, invite.Stale:
			return true
		default:
			return false
		}
	})
}
