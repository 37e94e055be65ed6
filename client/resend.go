package client

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// A Resend is an invite to send again, and its invitee. Invite is zero for a person who
// is invited for the first time together with others.
type Resend struct {
	Invite invite.Invite
	To     recipients.Invitee
}

// An AcceptedError says that an invite cannot be sent again because a user has
// accepted it.
type AcceptedError struct{ UserID id.UserID }

func (e *AcceptedError) Error() string {
	return fmt.Sprintf("it was accepted by %s, so there is nothing to send again", e.UserID)
}

// Resendable returns nil if the account may send an invite again, and otherwise the
// reason why not. An invite can be sent again until it is accepted. If it is not
// revoked yet, it has to be revoked first. Resendable makes no request.
func (a *Account) Resendable(i invite.Invite) error {
	if i.Acceptance != nil {
		return &AcceptedError{i.Acceptance.UserID}
	}
	return a.mayChangeInvites(i.RoomID, false)
}

// PlanResend plans new invites that replace invites of a room, in their order. Each
// plan is sent in the way of the old invite, and has the invite that it replaces in
// [Plan.Replaces]; its Similar are the other pending invites that may be for the same
// address. If one of the invites is not [Account.Resendable], PlanResend returns the
// error and sends no request. It does not revoke the invites: the caller does that before
// [Account.Enqueue].
func (a *Account) PlanResend(ctx context.Context, room id.RoomID, resends []Resend, progress func(done int)) ([]Plan, error) {
	for _, r := range resends {
		if err := a.Resendable(r.Invite); err != nil {
			return nil, err
		}
	}
	plans, err := a.planLikeOld(ctx, room, resends, progress)
	if err != nil {
		return nil, err
	}
	for n := range plans {
		token := resends[n].Invite.Token
		plans[n].Replaces = token
		plans[n].Similar = slices.DeleteFunc(plans[n].Similar, func(i invite.Invite) bool { return i.Token == token })
	}
	return plans, nil
}

// ResendWay returns the way in which an invite is sent again: that of the old invite. A
// link that cannot be mailed any more is passed on by the user.
func (a *Account) ResendWay(r Resend) Way {
	old := a.book.record(r.Invite.RoomID, r.Invite.Token)
	switch {
	case r.Invite.Token == "":
		return ByDefault
	case old.key == "":
		return ByIdentityServer
	case old.mailed && r.To.Address.Address != "" && a.MayMail() == nil:
		return ByMail
	}
	return ByLink
}

// planLikeOld plans invites to a room, each in the way of an old invite, and for as long
// and as many users as its link.
func (a *Account) planLikeOld(ctx context.Context, room id.RoomID, old []Resend, progress func(done int)) ([]Plan, error) {
	people, indexes := map[Way][]recipients.Invitee{}, map[Way][]int{}
	for n, r := range old {
		way := a.ResendWay(r)
		people[way], indexes[way] = append(people[way], r.To), append(indexes[way], n)
	}
	plans, done := make([]Plan, len(old)), 0
	for _, way := range append(Ways(), ByDefault) {
		if len(people[way]) == 0 {
			continue
		}
		part, err := a.PlanAll(ctx, way, []id.RoomID{room}, people[way], progressFrom(done, progress))
		if err != nil {
			return nil, err
		}
		for n, p := range part {
			as := old[indexes[way][n]].Invite
			p.Terms = a.book.record(as.RoomID, as.Token).signed.terms()
			if p.to().Link && p.Terms != (LinkTerms{}) && a.opt.LinksServer.URL == "" {
				return nil, ErrNoLinksServer // before the old invite is revoked
			}
			plans[indexes[way][n]] = p
		}
		done += len(part)
	}
	return plans, nil
}

// progressFrom returns a function that adds the people who are already done; nil if
// progress is.
func progressFrom(done int, progress func(int)) func(int) {
	if progress == nil {
		return nil
	}
	return func(n int) { progress(done + n) }
}

// MayBeTo reports whether an invite may have been sent to an address. It uses the
// address book or, if the invite is not in it, the display name.
func (a *Account) MayBeTo(i invite.Invite, address threepid.ID) bool {
	if known, ok := a.AddressOf(i.RoomID, i.Token); ok {
		return known.Canonical() == address.Canonical()
	}
	return invite.Matches(i.DisplayName, address.Address)
}
