package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

const (
	// lookups is the number of addresses in one request to an identity server.
	lookups = 100
	// askers is the number of concurrent requests for memberships.
	askers = 4
)

// A Plan is what inviting a person to a room will do. [Account.Enqueue] queues it.
type Plan struct {
	Room    Room
	Address threepid.ID // zero if the person was given by Matrix ID
	Name    string      // of the person, if the inviter gave it
	// UserID is set if the person was given by Matrix ID, or if the address belongs
	// to a user. Then the user is invited and no e-mail is sent.
	UserID id.UserID
	// Membership is the user's membership of the room: join, invite, ban, leave,
	// knock, or empty if there is none.
	Membership string
	// Server is the host of the identity server, which sends the e-mail.
	Server string
	// Similar are pending invites of the room that may be to the same address. For
	// those that were not sent from here only the display names are compared.
	Similar []invite.Invite
	// Replaces is the token of the invite that is revoked for this one; empty if
	// there is none (see [Account.PlanResend]).
	Replaces string
	// Queued is set if the outbox has an invite for the person to the room.
	Queued bool
	// SameAs is the invitee of another plan for the room that invites the same user.
	// Then this plan is not sent.
	SameAs recipients.Invitee
}

// Invitee returns the person as the inviter gave them.
func (p Plan) Invitee() recipients.Invitee {
	if p.Address.Address != "" {
		return recipients.Invitee{Address: p.Address}
	}
	return recipients.Invitee{UserID: p.UserID}
}

// Err returns why the plan cannot be sent; nil if it can.
func (p Plan) Err() error {
	if !p.Room.MayInvite() {
		return &PowerError{Room: p.Room.Name, Have: p.Room.Power, Need: p.Room.InvitePower}
	}
	switch p.Membership {
	case "join", "invite", "ban":
		return &MemberError{Address: p.Address.Address, UserID: p.UserID, Room: p.Room.Name, Membership: p.Membership}
	}
	return nil
}

// Plan plans an invite. All that decides whether it will succeed is read before it
// is sent: a homeserver has the e-mail sent first and checks afterwards.
func (a *Account) Plan(ctx context.Context, room id.RoomID, who recipients.Invitee) (Plan, error) {
	plans, err := a.PlanAll(ctx, []id.RoomID{room}, []recipients.Invitee{who}, nil)
	if err != nil {
		return Plan{Address: who.Address, UserID: who.UserID}, err
	}
	return plans[0], plans[0].Err()
}

// PlanAll makes a plan for each person in each room: room by room, and in each room
// in the order of the people. A reason why one person cannot be invited is in the
// plan. An error is returned if the account may invite to none of the rooms, or if a
// request fails. The identity server is only asked about addresses. progress, which
// may be nil, is called with the number of people that are done.
func (a *Account) PlanAll(ctx context.Context, rooms []id.RoomID, people []recipients.Invitee, progress func(done int)) ([]Plan, error) {
	in, err := a.roomsToInvite(rooms)
	if err != nil {
		return nil, err
	}
	queued, err := a.queuedInvites(ctx)
	if err != nil {
		return nil, err
	}
	pending := make([]*pendingInvites, len(in))
	for n, r := range in {
		pending[n] = a.pending(r.ID)
	}
	plans := make([]Plan, len(in)*len(people))
	done := 0
	for chunk := range slices.Chunk(people, lookups) {
		users, server, err := a.usersOf(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for n, r := range in {
			part := plans[n*len(people)+done:][:len(chunk)]
			for i, who := range chunk {
				part[i] = Plan{Room: r, Address: who.Address, UserID: users[i]}
				if part[i].UserID == "" {
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
	for n := range in {
		markRepeats(plans[n*len(people):][:len(people)])
	}
	return plans, nil
}

// roomsToInvite returns the rooms. If the account may invite to none of them, the
// error says why for the first.
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
// server that was asked about addresses, if there are any.
func (a *Account) usersOf(ctx context.Context, people []recipients.Invitee) (users []id.UserID, server string, err error) {
	var addresses []threepid.ID
	for _, who := range people {
		if who.UserID == "" {
			addresses = append(addresses, who.Address)
		}
	}
	var found map[threepid.ID]id.UserID
	if len(addresses) > 0 {
		if found, server, err = a.identity.lookup(ctx, addresses...); err != nil {
			return nil, "", err
		}
	}
	users = make([]id.UserID, len(people))
	for n, who := range people {
		if users[n] = who.UserID; users[n] == "" {
			users[n] = found[who.Address]
		}
	}
	return users, server, nil
}

// readMemberships reads the memberships of the users of some plans, in rooms to
// which the account may invite.
func (a *Account) readMemberships(ctx context.Context, plans []Plan) error {
	g, ctx := panicgroup.WithContext(ctx)
	g.SetLimit(askers)
	for n := range plans {
		p := &plans[n]
		if p.UserID == "" || !p.Room.MayInvite() {
			continue
		}
		g.Go(func() (err error) {
			if p.Membership, err = a.membershipOf(ctx, p.Room.ID, p.UserID); err != nil {
				err = fmt.Errorf("ask whether %s is in %s: %w", p.UserID, p.Room.Name, err)
			}
			return err
		})
	}
	return g.Wait()
}

// markRepeats marks all but one of the plans for a room that invite the same user. A
// plan by Matrix ID stays: it needs no identity server.
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

// known returns the tokens of the pending invites that the user knew of when
// planning: they do not stop the new invite.
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

// queuedInvites are the invites in the outbox that may be sent or were perhaps sent:
// by mark, and by user if an address belongs to one.
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

// queuedFor reports whether the outbox has an invite to a room for a person. user is
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
