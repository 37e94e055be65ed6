package invite

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// Fold reads the invites of a room. state holds its current state events, one
// for each type and state key; history holds earlier ones, as many as are
// known. Events may come in any order, repeated, and mixed with ones that do
// not matter: the result is the same. It is sorted, the newest invite first.
func Fold(room id.RoomID, state, history []Event) []Invite {
	taken := acceptances(state, history)
	var invites []Invite
	for _, ev := range state {
		if ev.Type != TypeThirdPartyInvite {
			continue
		}
		i := read(ev, history)
		i.RoomID = room
		if a, ok := taken[i.Token]; ok && i.Status != Malformed {
			i.Acceptance = &a
			// A revoked invite that somebody took before shows its end as
			// revoked: nobody can take it again.
			if i.Status != Revoked {
				i.Status = a.status()
			}
		}
		invites = append(invites, i)
	}
	slices.SortFunc(invites, func(a, b Invite) int {
		return cmp.Or(b.At().Compare(a.At()), strings.Compare(a.Token, b.Token))
	})
	return invites
}

// read reads one invite event, and for a revoked one what stood there before.
func read(ev Event, history []Event) Invite {
	i := Invite{Token: ev.StateKey, EventID: ev.ID}
	i.describe(ev)
	switch {
	case !hasKeys(ev.Content):
		i.Status = Revoked
		i.Revocation = &Revocation{Sender: ev.Sender, At: ev.At}
		original, _ := before(ev, history) // nothing, if nobody tells
		i.describe(original)
		i.Keys = nil
	case !slices.ContainsFunc(i.Keys, Key.Usable):
		i.Status = Malformed
	default:
		i.Status = Pending
	}
	return i
}

// describe takes over what the content of an invite event tells.
func (i *Invite) describe(ev Event) {
	content := members(ev.Content)
	i.DisplayName, _ = text(content["display_name"])
	i.Sender, i.SentAt = ev.Sender, ev.At
	i.Keys = readKeys(content)
}

// hasKeys reports whether an invite's content names any key at all. Clients
// take an invite back by overwriting it with {}: the auth rules then find no
// key that a signature could match. A redacted event looks the same.
func hasKeys(content json.RawMessage) bool {
	m := members(content)
	if _, ok := m["public_key"]; ok {
		return true
	}
	var entries []json.RawMessage
	return json.Unmarshal(m["public_keys"], &entries) == nil && len(entries) > 0
}

// before finds the newest ancestor of ev that still held keys.
func before(ev Event, history []Event) (Event, bool) {
	seen := map[id.EventID]bool{}
	for !seen[ev.ID] {
		seen[ev.ID] = true
		prev, ok := replaced(ev, history)
		if !ok {
			return Event{}, false
		}
		if hasKeys(prev.Content) {
			return prev, true
		}
		ev = prev
	}
	return Event{}, false // a homeserver's events replace each other in a circle
}

// replaced finds the event that ev replaced: in history, where its time is
// known, or else as ev itself tells.
func replaced(ev Event, history []Event) (Event, bool) {
	if ev.Replaces != "" {
		for _, h := range history {
			if h.ID == ev.Replaces && h.Type == ev.Type && h.StateKey == ev.StateKey {
				return h, true
			}
		}
	}
	return ev.previous()
}

// acceptances finds who took which token, in the member events of now and of
// before and in what those replaced.
func acceptances(state, history []Event) map[string]Acceptance {
	membership := map[string]string{} // user ID -> where they stand now
	for _, ev := range state {
		if ev.Type == TypeMember {
			membership[ev.StateKey] = readMembership(ev.Content)
		}
	}
	taken := map[string]Acceptance{}
	note := func(ev Event) {
		token, ok := signedToken(ev)
		if !ok {
			return
		}
		a := Acceptance{
			UserID: id.UserID(ev.StateKey), EventID: ev.ID, At: ev.At,
			Membership: cmp.Or(membership[ev.StateKey], "invite"),
		}
		if old, ok := taken[token]; !ok || a.compare(old) < 0 {
			taken[token] = a
		}
	}
	for _, evs := range [][]Event{state, history} {
		for _, ev := range evs {
			if ev.Type != TypeMember {
				continue
			}
			note(ev)
			if prev, ok := ev.previous(); ok {
				note(prev)
			}
		}
	}
	return taken
}

// compare orders two acceptances of one token, the telling one first: who came
// furthest, then the one whose time is known, then the earlier.
func (a Acceptance) compare(b Acceptance) int {
	return cmp.Or(
		cmp.Compare(rank(a.Membership), rank(b.Membership)),
		compareTimes(a.At, b.At),
		cmp.Compare(a.UserID, b.UserID),
		cmp.Compare(a.EventID, b.EventID),
	)
}

// compareTimes puts the earlier time first, and one that is not known last.
func compareTimes(a, b time.Time) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	default:
		return -1
	}
}

// rank says how far into the room a membership leads, the furthest first.
func rank(membership string) int {
	switch membership {
	case "join":
		return 0
	case "invite":
		return 1
	case "leave":
		return 2
	case "ban":
		return 3
	default:
		return 4
	}
}

func (a Acceptance) status() Status {
	switch a.Membership {
	case "join":
		return Joined
	case "ban":
		return Banned
	case "leave":
		return Left
	default:
		return Invited
	}
}

// signedToken returns the token that a member event took. Only an invite
// counts: the auth rules look at its third_party_invite and at no other
// membership's, so a member could write anything into their own join
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules).
func signedToken(ev Event) (token string, ok bool) {
	if readMembership(ev.Content) != "invite" {
		return "", false
	}
	signed := members(members(members(ev.Content)["third_party_invite"])["signed"])
	mxid, _ := text(signed["mxid"])
	token, ok = text(signed["token"])
	return token, ok && mxid == ev.StateKey
}

func readMembership(content json.RawMessage) string {
	membership, _ := text(members(content)["membership"])
	return membership
}
