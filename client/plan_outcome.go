package client

import (
	"cmp"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A PlanOutcome says what carrying out a plan does for a person, or why nothing
// is sent. The names are those of the texts in the package wording.
type PlanOutcome string

// The outcomes of a plan or, for the last two, of a line of a list.
const (
	PlanMail          PlanOutcome = "mail"           // the identity server sends an e-mail
	PlanUserID        PlanOutcome = "user-id"        // the person was named by a Matrix ID, which is invited
	PlanOnMatrix      PlanOutcome = "on-matrix"      // the address belongs to a Matrix ID, which is invited
	PlanPending       PlanOutcome = "pending"        // a pending invite may be to the same address
	PlanQueued        PlanOutcome = "queued"         // the outbox holds an invite for the person
	PlanJoined        PlanOutcome = "joined"         // the user is in the room
	PlanInvited       PlanOutcome = "invited"        // the user is invited to the room
	PlanBanned        PlanOutcome = "banned"         // the user is banned from the room
	PlanNoPower       PlanOutcome = "no-power"       // the account may not invite to the room
	PlanSameUser      PlanOutcome = "same-user"      // another plan invites the same user
	PlanNotUnderstood PlanOutcome = "not-understood" // no address and no Matrix ID
	PlanRepeated      PlanOutcome = "repeated"       // an earlier line of the list names the same person
)

// PlanOutcomes lists every outcome, in the order in which a preview shows them.
func PlanOutcomes() []PlanOutcome {
	return []PlanOutcome{
		PlanMail, PlanUserID, PlanOnMatrix, PlanPending, PlanQueued, PlanJoined,
		PlanInvited, PlanBanned, PlanNoPower, PlanSameUser, PlanNotUnderstood, PlanRepeated,
	}
}

// Outcome is what carrying out the plan does. What [Plan.Err] refuses comes first.
func (p Plan) Outcome() PlanOutcome {
	switch {
	case !p.Room.MayInvite():
		return PlanNoPower
	case p.Membership == "join":
		return PlanJoined
	case p.Membership == "invite":
		return PlanInvited
	case p.Membership == "ban":
		return PlanBanned
	case p.Queued:
		return PlanQueued
	case p.SameAs != recipients.Invitee{}:
		return PlanSameUser
	case p.Address.Address == "":
		return PlanUserID
	case p.UserID != "":
		return PlanOnMatrix
	case len(p.Similar) > 0:
		return PlanPending
	}
	return PlanMail
}

// Sends reports whether an invite is sent to people with this outcome. With again
// it is also sent where a pending invite may be to the same address.
func (o PlanOutcome) Sends(again bool) bool {
	switch o {
	case PlanMail, PlanUserID, PlanOnMatrix:
		return true
	case PlanPending:
		return again
	default:
		return false
	}
}

// AsksAgain reports whether a preview proposes to send another invite although
// one may be pending: if it is about nothing else. Otherwise the user has to ask
// for it.
func AsksAgain(plans []Plan) bool { return len(plans) == 1 && plans[0].Outcome() == PlanPending }

// ToSend are the plans that send an invite, in their order.
func ToSend(plans []Plan, again bool) []Plan {
	var send []Plan
	for _, p := range plans {
		if p.Outcome().Sends(again) {
			send = append(send, p)
		}
	}
	return send
}

// A PlanGroup is all entries of a preview with the same outcome.
type PlanGroup struct {
	Outcome PlanOutcome
	Server  string // the identity server, for those who are sent an e-mail
	Entries []PlanEntry
}

// A PlanEntry is a line of a preview: a plan or a part of the list.
type PlanEntry struct {
	Who     string          // an address, a Matrix ID, a room's name or a piece of the list
	Name    string          // of the person, if the inviter gave it
	UserID  id.UserID       // of the person, if they are on Matrix
	SameAs  string          // the other person in the list who is the same user
	Room    string          // its name; empty for a line of the list
	Similar []invite.Invite // pending invites that may be to the same person
	Line    int             // of the list, with an error or where the person is named before
	First   int             // line in which the person is named first
	Err     error           // why nothing is sent
}

// entry is the line for a plan. Why users are not invited because of their
// membership is what the group says.
func (p Plan) entry() PlanEntry {
	e := PlanEntry{Who: p.Invitee().String(), Name: p.Name, UserID: p.UserID, SameAs: p.SameAs.String(), Room: p.Room.Name}
	switch p.Outcome() {
	case PlanNoPower:
		return PlanEntry{Who: p.Room.Name, Err: p.Err()}
	case PlanPending:
		e.Similar = p.Similar
	case PlanSameUser:
	default:
		e.SameAs = ""
	}
	return e
}

// GroupPlans sorts the plans for a list of people, and what else the list holds,
// into groups. Groups without entries are left out. A room that the account may
// not invite to has one entry.
func GroupPlans(list recipients.List, plans []Plan) []PlanGroup {
	entries, server := map[PlanOutcome][]PlanEntry{}, ""
	for n, p := range plans {
		o := p.Outcome()
		if o == PlanNoPower && n > 0 && plans[n-1].Room.ID == p.Room.ID {
			continue
		}
		entries[o] = append(entries[o], p.entry())
		server = cmp.Or(server, p.Server)
	}
	for _, p := range list.Problems {
		entries[PlanNotUnderstood] = append(entries[PlanNotUnderstood], PlanEntry{Who: p.Text, Line: p.Line, Err: p.Err})
	}
	for _, r := range list.Repeats {
		entries[PlanRepeated] = append(entries[PlanRepeated], PlanEntry{Who: r.String(), Line: r.Line, First: r.First})
	}
	var groups []PlanGroup
	for _, o := range PlanOutcomes() {
		if len(entries[o]) > 0 {
			groups = append(groups, PlanGroup{o, server, entries[o]})
		}
	}
	return groups
}
