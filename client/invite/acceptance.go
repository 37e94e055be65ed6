package invite

import (
	"cmp"
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// An Acceptance tells who took an invite.
type Acceptance struct {
	UserID     id.UserID
	EventID    id.EventID // the member event that holds the proof
	At         time.Time  // when it was sent; zero if only a later event tells of it
	Membership string     // where the user stands now: invite, join, leave or ban

	Proof Proof
	Key   string // that verified the proof, as the invite has it

	// What the authorization rules ask of the member event, each for itself.
	sameSender match // its sender is the invite's
}

// A match is a comparison that may lack one of its sides.
type match int

const (
	unknowable match = iota
	matches
	differs
)

func compareUsers(a, b id.UserID) match {
	switch {
	case a == "" || b == "":
		return unknowable
	case a == b:
		return matches
	default:
		return differs
	}
}

// A version is what an invite's event said at one time.
type version struct {
	sender id.UserID
	keys   []Key
}

// maxVersions bounds how often overwriting an event makes work. It is even.
const maxVersions = 8

// verify checks what an acceptance rests on: who sent it, and the signatures.
// What counts is the version of the invite that was taken: the one whose key
// made a signature, or if none did the newest. If some are not there, cut, a
// signature that fits none may have fitted one of those.
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

// acceptance is an Acceptance that has not been verified yet.
type acceptance struct {
	Acceptance
	token  string
	sender id.UserID // of the member event
	signed json.RawMessage
}

// memberEvent is an m.room.member event, read once.
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

// accepted returns what a member event says of taking an invite. Only an invite
// counts: the auth rules look at its third_party_invite and at no other
// membership's, so a member could write anything into their own join
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
