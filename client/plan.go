package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

const (
	// maxLookup is the maximum number of addresses in one request to an identity
	// server.
	maxLookup = 100
	// maxMembershipRequests is the maximum number of concurrent requests for
	// memberships.
	maxMembershipRequests = 4
)

// A Plan describes an invite that has not been queued yet. [Account.Enqueue] queues it.
type Plan struct {
	Room    Room
	Address threepid.ID // zero if the person was given by Matrix ID
	Name    string      // name of the person, if the inviter entered it
	// UserID is set if the person was given by Matrix ID, or if the address is bound to
	// a user. Then that user is invited and no e-mail is sent.
	UserID id.UserID
	// Membership is the user's membership of the room: join, invite, ban, leave,
	// knock, or empty if there is none.
	Membership string
	// Way is how the invite is sent if UserID is empty.
	Way Way
	// Label is the label of a link for a person without address and Matrix ID.
	Label string
	// Terms are the limits of the link, if the account issues the invite itself.
	Terms LinkTerms
	// Server is the host of the identity server, which sends the e-mail.
	Server string
	// Restrictions say which users cannot accept the link of the plan.
	Restrictions []LinkRestriction
	// Similar are the pending invites of the room that may be for the same address. For
	// invites that this program did not send, only the display names are compared.
	Similar []invite.Invite
	// Replaces is the token of the invite that has to be revoked before this one is
	// sent; empty if there is none (see [Account.PlanResend]).
	Replaces string
	// Queued is set if the outbox has an invite for the person to the room.
	Queued bool
	// Successor is the room that replaces Room; see [Account.Successor]. Its ID is empty
	// if Room was not replaced, or if it is not known by which room.
	Successor Room
	// ToReplaced is set once the user has confirmed to invite to a room that was
	// replaced. Until then the plan is not sent.
	ToReplaced bool
	// SameAs is the invitee of another plan for the room that invites the same user.
	// Then this plan is not sent.
	SameAs recipients.Invitee
}

// Invitee returns the person as the inviter entered them.
func (p Plan) Invitee() recipients.Invitee {
	if p.Address.Address != "" {
		return recipients.Invitee{Address: p.Address}
	}
	if p.Label != "" {
		return recipients.Invitee{Label: p.Label}
	}
	return recipients.Invitee{UserID: p.UserID}
}

// to says which rate limits apply.
func (p Plan) to() ratelimit.To {
	return ratelimit.To{User: p.UserID, Link: p.UserID == "" && p.Way.issues()}
}

// IssuesLink reports whether the account issues the invite itself, so that there is a link
// to pass on.
func (p Plan) IssuesLink() bool { return p.UserID == "" && p.Way == ByLink }

// MailsLink reports whether the account issues the invite itself and mails its link.
func (p Plan) MailsLink() bool { return p.UserID == "" && p.Way == ByMail }

// Err returns why the plan cannot be sent; nil if it can.
func (p Plan) Err() error {
	if !p.Room.MayInvite() {
		return &PowerError{Room: p.Room.Name, Have: p.Room.Power, Need: p.Room.InvitePower}
	}
	switch p.Membership {
	case "join", "invite", "ban":
		return &MemberError{Address: p.Address.Address, UserID: p.UserID, Room: p.Room.Name, Membership: p.Membership}
	}
	if p.Room.Replaced && !p.ToReplaced {
		return &ReplacedError{Room: p.Room.Name, By: p.Successor}
	}
	return p.linkUnsupported()
}

// Plan plans an invite for a person. It reads everything that decides whether the
// invite will succeed, because a homeserver sends the e-mail before it checks.
func (a *Account) Plan(ctx context.Context, room id.RoomID, who recipients.Invitee) (Plan, error) {
	return a.planBy(ctx, ByIdentityServer, room, who)
}

func (a *Account) planBy(ctx context.Context, way Way, room id.RoomID, who recipients.Invitee) (Plan, error) {
	plans, err := a.PlanAll(ctx, way, []id.RoomID{room}, []recipients.Invitee{who}, nil)
	if err != nil {
		return Plan{Address: who.Address, UserID: who.UserID, Label: who.Label, Way: way}, err
	}
	return plans[0], plans[0].Err()
}

// PlanAll returns a plan for each person in each room: room by room, and in each room
// in the order of the people. If one person cannot be invited, the plan has the reason.
// PlanAll returns an error if the account may not invite in any of the rooms, or if a
// request fails. progress, which may be nil, is called with the number of people that are
// done.
//
// With [ByIdentityServer] the identity server is asked only about addresses. Only with
// [ByLink] may people have labels. With it and [ByMail] the identity server, if there is
// one, only looks up addresses. With [ByMail] the error may be a [NoMailError]. With
// [ByDefault] the plans have the way that the account can use.
func (a *Account) PlanAll(ctx context.Context, way Way, rooms []id.RoomID, people []recipients.Invitee, progress func(done int)) ([]Plan, error) {
	in, err := a.roomsToInvite(rooms)
	if err != nil {
		return nil, err
	}
	queued, err := a.queuedInvites(ctx)
	if err != nil {
		return nil, err
	}
	pending := make([]*pendingInvites, len(in))
	successors := make([]Room, len(in))
	for n, r := range in {
		pending[n] = a.pending(r.ID)
		successors[n], _ = a.Successor(r)
	}
	plans := make([]Plan, len(in)*len(people))
	done := 0
	for chunk := range slices.Chunk(people, maxLookup) {
		users, server, err := a.usersOf(ctx, chunk)
		if way != ByIdentityServer && hasNoIdentityServer(err) {
			way, err = cmp.Or(way, ByLink), nil
		}
		if err == nil && way.issues() { // before the invite is in the room
			_, err = a.LinksServer()
		}
		if err == nil && way == ByMail && slices.Contains(users, "") {
			err = a.MayMail()
		}
		if err != nil {
			return nil, err
		}
		for n, r := range in {
			part := plans[n*len(people)+done:][:len(chunk)]
			for i, who := range chunk {
				part[i] = Plan{Room: r, Address: who.Address, UserID: users[i], Label: who.Label, Way: cmp.Or(way, ByIdentityServer), Successor: successors[n]}
				switch {
				case who.Label != "":
					part[i].Similar = pending[n].labelled(who.Label)
				case users[i] == "":
					part[i].Server, part[i].Similar = server, pending[n].to(who.Address)
				}
				part[i].Queued = a.queuedFor(queued, r.ID, who, users[i])
			}
			if err := a.readMemberships(ctx, part); err != nil {
				return nil, err
			}
		}
		if done += len(chunk); progress != nil {
			progress(done)
		}
	}
	a.addLinkRestrictions(ctx, plans)
	for n := range in {
		markRepeats(plans[n*len(people):][:len(people)])
	}
	return plans, nil
}

// roomsToInvite returns the rooms with the given IDs. If the account may not invite in
// any of them, the error is the reason for the first one.
func (a *Account) roomsToInvite(rooms []id.RoomID) (in []Room, err error) {
	for _, room := range rooms {
		r, err := a.Room(room)
		if err != nil {
			return nil, err
		}
		in = append(in, r)
	}
	if len(in) > 0 && !slices.ContainsFunc(in, Room.MayInvite) {
		return nil, Plan{Room: in[0]}.Err()
	}
	return in, nil
}

// usersOf returns the Matrix IDs of people, empty if there is none, and the identity
// server that was asked. If there are no addresses, no server is asked. If the server
// cannot be asked, only the Matrix IDs that people were given by are returned.
func (a *Account) usersOf(ctx context.Context, people []recipients.Invitee) (users []id.UserID, server string, err error) {
	var addresses []threepid.ID
	for _, who := range people {
		if who.Address.Address != "" {
			addresses = append(addresses, who.Address)
		}
	}
	var found map[threepid.ID]id.UserID
	if len(addresses) > 0 {
		found, server, err = a.identity.lookup(ctx, addresses...)
	}
	users = make([]id.UserID, len(people))
	for n, who := range people {
		if users[n] = who.UserID; who.Address.Address != "" {
			users[n] = found[who.Address]
		}
	}
	return users, server, err
}

// readMemberships reads the memberships of the users in some plans, in rooms where the
// account may invite.
func (a *Account) readMemberships(ctx context.Context, plans []Plan) error {
	g, ctx := panicgroup.WithContext(ctx)
	g.SetLimit(maxMembershipRequests)
	for n := range plans {
		p := &plans[n]
		if p.UserID == "" || !p.Room.MayInvite() {
			continue
		}
		g.Go(func() (err error) {
			if p.Membership, err = a.membershipOf(ctx, p.Room.ID, p.UserID); err != nil {
				err = fmt.Errorf("%w %s is in %s: %w", errMembership, p.UserID, p.Room.Name, err)
			}
			return err
		})
	}
	return g.Wait()
}

// markRepeats marks plans that invite the same user to the same room, except one. A
// plan by Matrix ID is not marked: it needs no identity server.
func markRepeats(plans []Plan) {
	kept := map[id.UserID]recipients.Invitee{}
	for _, byID := range []bool{true, false} {
		for n := range plans {
			p := &plans[n]
			if p.UserID == "" || (p.Address.Address == "") != byID {
				continue
			}
			if first, again := kept[p.UserID]; again {
				p.SameAs = first
				continue
			}
			kept[p.UserID] = p.Invitee()
		}
	}
}

// known returns the tokens of the pending invites that the user had seen when planning.
// They do not prevent the new invite.
func (p Plan) known() []string {
	known := tokens(p.Similar)
	if p.Replaces != "" {
		known = append(known, p.Replaces) // the room may not show the revocation yet
	}
	return known
}

func tokens(invites []invite.Invite) []string {
	var tokens []string
	for _, i := range invites {
		tokens = append(tokens, i.Token)
	}
	return tokens
}

// queuedInvites are the invites in the outbox that may be sent or may have been sent:
// by mark, and by user if an address is bound to one.
type queuedInvites struct {
	marks map[string]bool
	users map[id.RoomID]map[id.UserID]bool
}

func (a *Account) queuedInvites(ctx context.Context) (queuedInvites, error) {
	q := queuedInvites{map[string]bool{}, map[id.RoomID]map[id.UserID]bool{}}
	if a.opt.Store == nil {
		return q, nil
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	for _, e := range entries {
		if !e.State.Active() {
			continue
		}
		q.marks[string(e.Mark)] = true
		if e.UserID != "" {
			if q.users[e.Room] == nil {
				q.users[e.Room] = map[id.UserID]bool{}
			}
			q.users[e.Room][e.UserID] = true
		}
	}
	return q, err
}

// queuedFor reports whether the outbox has an invite for a person and a room. user is
// the person's Matrix ID if it is known.
func (a *Account) queuedFor(q queuedInvites, room id.RoomID, who recipients.Invitee, user id.UserID) bool {
	if len(q.marks) == 0 {
		return false
	}
	return q.marks[string(a.data.mark(room, who))] ||
		user != "" && (q.users[room][user] || q.marks[string(a.data.mark(room, recipients.Invitee{UserID: user}))])
}

// membershipOf returns the membership of a user in a room; empty if there is none.
func (a *Account) membershipOf(ctx context.Context, room id.RoomID, user id.UserID) (string, error) {
	content, err := a.member(ctx, room, user)
	var member struct {
		Membership string `json:"membership"`
	}
	if err == nil {
		_ = json.Unmarshal(content, &member) // malformed content has no membership
	}
	return member.Membership, err
}
