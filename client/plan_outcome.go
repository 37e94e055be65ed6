package client

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A PlanOutcome says what sending a plan does for a person, or why nothing is sent. The
// package wording has a text for each name.
type PlanOutcome string

// The outcomes of a plan. The last three are outcomes of a part of a list.
const (
	PlanMail          PlanOutcome = "mail"           // the identity server sends an e-mail
	PlanLink          PlanOutcome = "link"           // the account issues the invite itself, and the sender gets a link to pass on
	PlanMailLink      PlanOutcome = "mail-link"      // the account issues the invite itself and mails its link
	PlanUserID        PlanOutcome = "user-id"        // the person was given by a Matrix ID, which is invited
	PlanOnMatrix      PlanOutcome = "on-matrix"      // the address is bound to a Matrix ID, which is invited
	PlanPending       PlanOutcome = "pending"        // a pending invite may be to the same address
	PlanQueued        PlanOutcome = "queued"         // the outbox has an invite for the person
	PlanJoined        PlanOutcome = "joined"         // the user is in the room
	PlanInvited       PlanOutcome = "invited"        // the user is invited to the room
	PlanBanned        PlanOutcome = "banned"         // the user is banned from the room
	PlanNoPower       PlanOutcome = "no-power"       // the account may not invite to the room
	PlanUnsupported   PlanOutcome = "unsupported"    // no user can accept a link of the sender's homeserver
	PlanReplaced      PlanOutcome = "room-replaced"  // the room was replaced by another one
	PlanSameUser      PlanOutcome = "same-user"      // another plan invites the same user
	PlanNotUnderstood PlanOutcome = "not-understood" // neither an address nor a Matrix ID
	PlanRepeated      PlanOutcome = "repeated"       // an earlier line of the list has the same person
	PlanLeftOut       PlanOutcome = "left-out"       // in a comment or in a column that is not used
)

// PlanOutcomes returns all outcomes in the order in which a preview shows them.
func PlanOutcomes() []PlanOutcome {
	return []PlanOutcome{
		PlanMail, PlanLink, PlanMailLink, PlanUserID, PlanOnMatrix, PlanPending, PlanQueued, PlanJoined,
		PlanInvited, PlanBanned, PlanNoPower, PlanUnsupported, PlanReplaced, PlanSameUser, PlanNotUnderstood, PlanRepeated, PlanLeftOut,
	}
}

// Outcome returns the outcome of the plan. The reasons of [Plan.Err] come first.
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
	case p.Room.Replaced && !p.ToReplaced:
		return PlanReplaced
	case p.linkUnsupported() != nil:
		return PlanUnsupported
	case p.Address.Address == "" && p.Label == "":
		return PlanUserID
	case p.UserID != "":
		return PlanOnMatrix
	case len(p.Similar) > 0:
		return PlanPending
	case p.Way == ByLink:
		return PlanLink
	case p.Way == ByMail:
		return PlanMailLink
	}
	return PlanMail
}

// Sends reports whether an invite is sent for this outcome. If again is true, that
// includes the outcome that a pending invite may be for the same address.
func (o PlanOutcome) Sends(again bool) bool {
	switch o {
	case PlanMail, PlanLink, PlanMailLink, PlanUserID, PlanOnMatrix:
		return true
	case PlanPending:
		return again
	default:
		return false
	}
}

// AsksAgain reports whether a preview proposes to send another invite although one may
// be pending. It does so if there is no other plan; otherwise the user has to request it.
func AsksAgain(plans []Plan) bool { return len(plans) == 1 && plans[0].Outcome() == PlanPending }

// ToSend returns the plans that send an invite, in their order.
func ToSend(plans []Plan, again bool) []Plan {
	var send []Plan
	for _, p := range plans {
		if p.Outcome().Sends(again) {
			send = append(send, p)
		}
	}
	return send
}

// A PlanGroup has all entries of a preview with the same outcome.
type PlanGroup struct {
	Outcome      PlanOutcome
	Way          Way               // how the invites are sent; ByDefault if they are sent in several ways
	Server       string            // the identity server, if e-mails are sent
	Restrictions []LinkRestriction // which users cannot accept the links
	Entries      []PlanEntry
}

// A PlanEntry is a line of a preview: a plan, or a line of the list.
type PlanEntry struct {
	Who     string          // an address, a Matrix ID, the name of a room, or a part of the list
	Name    string          // name of the person, if the inviter entered it
	UserID  id.UserID       // Matrix ID of the person, if it is known
	SameAs  string          // another person in the list that is the same user
	Room    string          // name of the room; empty for a line of the list
	Similar []invite.Invite // pending invites that may be to the same person
	Line    int             // number of the line, if it has an error or repeats a person
	First   int             // number of the first line with the person
	Err     error           // why nothing is sent
	LeftOut string          // why a part of the list is left out
}

// entry returns the line of a preview for a plan. If the membership prevents the
// invite, the group gives the reason, not the entry.
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

// GroupPlans sorts the plans for a list of people, and the other lines of the list,
// into groups by outcome. Groups without entries are left out. A room in which the
// account may not invite has one entry.
func GroupPlans(list recipients.List, plans []Plan) []PlanGroup {
	entries, server := map[PlanOutcome][]PlanEntry{}, ""
	ways, restrictions := map[PlanOutcome]Way{}, map[PlanOutcome][]LinkRestriction{}
	for n, p := range plans {
		o := p.Outcome()
		if o == PlanNoPower && n > 0 && plans[n-1].Room.ID == p.Room.ID {
			continue
		}
		if len(entries[o]) == 0 {
			ways[o] = p.Way
		} else if ways[o] != p.Way {
			ways[o] = ByDefault
		}
		entries[o] = append(entries[o], p.entry())
		server = cmp.Or(server, p.Server)
		for _, r := range p.Restrictions {
			if p.to().Link && !slices.Contains(restrictions[o], r) {
				restrictions[o] = append(restrictions[o], r)
			}
		}
	}
	for _, p := range list.Problems {
		entries[PlanNotUnderstood] = append(entries[PlanNotUnderstood], PlanEntry{Who: p.Text, Line: p.Line, Err: p.Err})
	}
	for _, r := range list.Repeats {
		entries[PlanRepeated] = append(entries[PlanRepeated], PlanEntry{Who: r.String(), Line: r.Line, First: r.First})
	}
	for _, o := range list.LeftOut {
		entries[PlanLeftOut] = append(entries[PlanLeftOut], PlanEntry{Who: o.Text, Line: o.Line, LeftOut: o.Why()})
	}
	var groups []PlanGroup
	for _, o := range PlanOutcomes() {
		if len(entries[o]) > 0 {
			groups = append(groups, PlanGroup{o, ways[o], server, restrictions[o], entries[o]})
		}
	}
	return groups
}
