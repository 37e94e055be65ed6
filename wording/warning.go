package wording

import (
	"slices"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Warning is the term for a warning. One that needs a look has a short word.
func Warning(w invite.Warning) Term {
	t := Term{Word: string(w), Glyph: "!", Role: Warn}
	switch w {
	case invite.Replaced:
		t.Short, t.Text = "over", "another member overwrote it, so it cannot be accepted any more"
	case invite.Duplicate:
		t.Short, t.Text = "dup", "another one with this name, by the same sender, is pending too"
	case invite.LeaksAddress:
		t.Short, t.Text = "leak", "its name is a whole e-mail address, which all members can see"
	case invite.InsecureURL:
		t.Short, t.Text = "http", "its keys are checked over http, without encryption"
	case invite.ForeignHost:
		t.Short, t.Text = "host", "its keys are checked at different hosts"
	case invite.InviterGone:
		t.Text = "the sender has left the room; the invite can still be accepted"
	case invite.RejoinHazard:
		t.Short, t.Text = "join", "the invitee seems to be in the room: accepting it would change their membership from join to invite"
	case invite.RoomReplaced:
		t.Short, t.Text = "room", "its room was replaced by another one, to which it does not lead"
	case invite.Reusable:
		t.Text = "it was accepted and not revoked, so its link still works"
	case invite.Stale:
		t.Text = "it has been pending for a long time"
	}
	return t
}

// Warnings are the warnings of an invite that users are shown below its verdict and
// its checks. If the verdict is refused, a check says already who overwrote the event.
func Warnings(i invite.Invite, v invite.Verdict, all []invite.Warning) []invite.Warning {
	if !HasVerdict(i) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(w invite.Warning) bool {
		return w == invite.Replaced && v == invite.Refused
	})
}

// Faults are the terms for why a user should look at an invite
// ([invite.Invite.NeedsLook]), the worst first. There are none if its status says it.
func Faults(i invite.Invite, v invite.Verdict, warnings []invite.Warning) []Term {
	if i.Status == invite.Malformed || i.Status == invite.Revoked || !i.NeedsLook(v, warnings) {
		return nil
	}
	var faults []Term
	for _, w := range warnings {
		switch {
		case w == invite.Replaced:
			faults = slices.Insert(faults, 0, Warning(w))
		case w.Lasting():
			faults = append(faults, Warning(w))
		}
	}
	if len(faults) == 0 {
		t := Verdict(v, i)
		t.Short = "void"
		faults = append(faults, t)
	}
	return faults
}
