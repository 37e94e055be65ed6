package out

import (
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

// Join is [strings.Join] for types of strings.
func Join[S ~string](all []S, sep string) string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return strings.Join(out, sep)
}

// StandingCell returns the cell of [invite.Invite.Standing]: the state of the keys
// or, for an accepted invite, of the proof.
func StandingCell(f Finding) Cell {
	word := f.Invite.Standing(f.Facts)
	t, ok := wording.Standing(word)
	if !ok {
		return Cell{}
	}
	return Cell{Shown: t.Column(), Exact: word, Role: RoleOf(t.Role)}
}

// termCell returns the cell of a term with its explanation. Scripts get exact.
func termCell(t wording.Term, exact string) Cell {
	return Cell{Shown: t.Glyph + " " + t.Sentence(), Exact: exact, Spoken: Cut(t.Sentence(), fieldWidth), Role: RoleOf(t.Role)}
}

func verdictCell(f Finding) Cell {
	return termCell(wording.Verdict(f.Verdict, f.Invite), string(f.Verdict))
}

func checkCell(c invite.Check) Cell {
	t := wording.Check(c)
	return Cell{Shown: t.String(), Exact: string(c.Result) + " " + c.Name + ": " + c.Detail, Role: RoleOf(t.Role)}
}

func warningCell(w invite.Warning) Cell { return termCell(wording.Warning(w), string(w)) }

func proofCell(p invite.Proof) Cell { return termCell(wording.Proof(p), string(p)) }

// OutboxItem is the [Table.Of] of lists of outbox items.
const OutboxItem = "outbox item"

// ItemStates returns all states.
func ItemStates() []client.ItemState {
	return []client.ItemState{
		client.ItemQueued, client.ItemSending, client.ItemSent, client.ItemResolved,
		client.ItemUncertain, client.ItemFailed, client.ItemCancelled,
	}
}

// NameCell returns the cell of an invite's display name.
func NameCell(i invite.Invite) Cell {
	if strings.TrimSpace(i.DisplayName) == "" {
		return Cell{Shown: "(no name)", Exact: i.DisplayName, Role: Faint}
	}
	return Text(i.DisplayName)
}

// InviteeCell returns the cell of the invitee: the display name of the invite or,
// for users, the address if it is known.
func InviteeCell(f Finding) Cell {
	c := NameCell(f.Invite)
	if f.Address != "" {
		c.Shown, c.Role = f.Address, Plain
	}
	return c
}

// UserCell returns the cell of a user ID. The server name is omitted if it is
// the server of me.
func UserCell(user, me id.UserID) Cell {
	c := Text(string(user))
	if local, server, err := user.Parse(); err == nil && server == me.Homeserver() {
		c.Shown = "@" + local
	}
	return c
}

// SenderCell returns the cell of the sender of an invite. If only the revocation is
// known, users see its sender; scripts get nothing.
func SenderCell(i invite.Invite, me id.UserID) Cell {
	c := UserCell(i.By(), me)
	c.Exact = string(i.Sender)
	return c
}

// SentCell returns the cell of the age of an invite. If only the revocation is known,
// users see its age; scripts get nothing.
func SentCell(now time.Time, i invite.Invite) Cell {
	c := AgeCell(now, i.At())
	c.Exact = Timestamp(i.SentAt)
	return c
}

// RoleOf returns the role of the table for the role of a term.
func RoleOf(r wording.Role) Role {
	return map[wording.Role]Role{wording.Faint: Faint, wording.Good: Good, wording.Warn: Warn, wording.Bad: Bad}[r]
}

// StatusCell returns the cell of the status. For users, it has a question mark if
// the status is not certain.
func StatusCell(f Finding) Cell {
	t, spoken := wording.Status(f.Invite.Status), ""
	if !f.Certain {
		t, spoken = t.Uncertain(), t.Word+", not certain"
	}
	return Cell{Shown: t.String(), Exact: string(f.Invite.Status), Spoken: spoken, Role: RoleOf(t.Role)}
}
