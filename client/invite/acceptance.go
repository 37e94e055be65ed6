package invite

import (
	"cmp"
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// An Acceptance describes how an invite was accepted: by which user, and in which
// m.room.member event.
type Acceptance struct {
	UserID     id.UserID
	EventID    id.EventID // the member event with the proof
	At         time.Time  // when the member event was sent; zero if only a later event that replaced it is known
	Membership string     // the user's current membership: invite, join, leave or ban

	// Users is the number of users who have accepted the invite. The other fields
	// describe one of them.
	Users int
	// First is when the first of the users accepted it; zero if the time of one of them
	// is not known.
	First time.Time

	Proof Proof
	Key   string // the key that the signature was verified with, as in the invite; empty if there is none

	// Whether the sender of the member event is the sender of the invite, as the
	// authorization rules require.
	sameSender match
}

// A match is the result of a comparison whose operands may be unknown.
type match int

const (
	unknownMatch match = iota
	matches
	differs
)

func compareUsers(a, b id.UserID) match {
	switch {
	case a == "" || b == "":
		return unknownMatch
	case a == b:
		return matches
	default:
		return differs
	}
}

// A version is a state that an invite's event has had.
type version struct {
	sender id.UserID
	keys   []Key
}

// maxVersions limits how many versions of an event are verified. It is even.
const maxVersions = 8

// verify checks the sender and the signatures of an acceptance against the versions
// of the invite: the version with a key that made a signature or, if there is none,
// the newest. If versions are missing (cut) and no signature matches, the
// acceptance is unverifiable and not forged: a missing version may have the key.
func (a *Acceptance) verify(from acceptance, versions []version, cut bool) {
	a.Proof = ProofUnverifiable
	for n, v := range versions {
		key, proof := verify(from.signed, v.keys)
		if n == 0 || proof == ProofVerified {
			a.Key, a.Proof, a.sameSender = key.Public, proof, compareUsers(from.sender, v.sender)
		}
		if proof == ProofVerified {
			return
		}
	}
	if cut && a.Proof == ProofForged {
		a.Proof = ProofUnverifiable
	}
}

// compare orders the acceptances of one token by relevance: first by membership,
// then a known time before an unknown one, then the earlier time.
func (a Acceptance) compare(b Acceptance) int {
	return cmp.Or(
		cmp.Compare(rank(a.Membership), rank(b.Membership)),
		compareTimes(a.At, b.At),
		cmp.Compare(a.UserID, b.UserID),
		cmp.Compare(a.EventID, b.EventID),
	)
}

// compareTimes orders times ascending, with zero times last.
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

// rank orders memberships: join first.
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

// acceptance is an Acceptance whose signatures are not verified yet.
type acceptance struct {
	Acceptance
	token  string
	sender id.UserID // sender of the member event
	signed json.RawMessage
}

// A use is the acceptance of an invite by one user.
type use struct {
	token string
	user  id.UserID
}

// countUses sets Users and First of all acceptances. uses has the time of each.
func countUses(accepted map[string]acceptance, uses map[use]time.Time) {
	for u, at := range uses {
		a := accepted[u.token]
		if a.Users++; a.Users == 1 || at.IsZero() || !a.First.IsZero() && at.Before(a.First) {
			a.First = at
		}
		accepted[u.token] = a
	}
}

// memberEvent is a parsed m.room.member event.
type memberEvent struct {
	ev         Event
	user       id.UserID
	membership string
	thirdParty json.RawMessage
}

func readMember(ev Event) memberEvent {
	m := memberEvent{ev: ev, user: id.UserID(ev.StateKey)}
	for w := rawjson.Object(ev.Content); w.Next(); {
		switch string(w.Name) {
		case "membership":
			m.membership, _ = rawjson.Text(w.Value)
		case "third_party_invite":
			m.thirdParty = w.Value
		}
	}
	return m
}

// accepted returns the acceptance in a member event, if it has one. Only the
// membership "invite" can have one: for other memberships the authorization rules
// ignore third_party_invite, so members could write anything into their own event
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 5.4.1).
func (m memberEvent) accepted() (acceptance, bool) {
	if m.membership != "invite" || len(m.thirdParty) == 0 {
		return acceptance{}, false
	}
	raw := members(m.thirdParty)["signed"]
	signed := members(raw)
	mxid, _ := rawjson.Text(signed["mxid"])
	token, ok := rawjson.Text(signed["token"])
	if !ok || mxid != string(m.user) {
		return acceptance{}, false
	}
	return acceptance{
		Acceptance: Acceptance{UserID: m.user, EventID: m.ev.ID, At: m.ev.At},
		token:      token, sender: m.ev.Sender, signed: raw,
	}, true
}
