package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/together"
)

const (
	// lookups is how many addresses go into one question to an identity server.
	lookups = 100
	// askers is how many people a homeserver is asked about at once.
	askers = 4
)

// A Plan says what inviting an address to a room will do. [Account.Enqueue] has
// it carried out.
type Plan struct {
	Room    Room
	Address identity.ThreePID
	Name    string // of the person, if the inviter gave it
	// UserID is set when the address belongs to somebody on Matrix. Then that
	// Matrix ID is invited and no mail is sent.
	UserID id.UserID
	// Membership is what that user is in the room: join, invite, ban, leave, knock
	// or, if they never were there, empty.
	Membership string
	// Server is the host of the identity server, which will send the mail.
	Server string
	// Similar are pending invites of the room that may be to the same address; for
	// those that were not sent from here the redacted name is all there is to go by.
	Similar []invite.Invite
	// Queued is set if the address is on its way to the room already.
	Queued bool
}

// Err says why the plan cannot be carried out; nil if it can.
func (p Plan) Err() error {
	switch p.Membership {
	case "join", "invite", "ban":
		return &MemberError{Address: p.Address.Address, UserID: p.UserID, Room: p.Room.Name, Membership: p.Membership}
	}
	return nil
}

// Plan looks into everything that decides whether an invite will work, before
// anything is sent: a homeserver has the mail sent first and checks afterwards.
func (a *Account) Plan(ctx context.Context, room id.RoomID, address identity.ThreePID) (Plan, error) {
	plans, err := a.PlanAll(ctx, room, []identity.ThreePID{address}, nil)
	if err != nil {
		return Plan{Address: address}, err
	}
	return plans[0], plans[0].Err()
}

// PlanAll makes a plan for each of some addresses, in their order. What keeps
// one of them from being invited is in its plan; an error is about all. Now and
// then progress, which may be nil, hears how many are done.
func (a *Account) PlanAll(ctx context.Context, room id.RoomID, addresses []identity.ThreePID, progress func(done int)) ([]Plan, error) {
	r, err := a.Room(room)
	if err != nil {
		return nil, err
	}
	if !r.MayInvite() {
		return nil, &PowerError{Room: r.Name, Have: r.Power, Need: r.InvitePower}
	}
	queued, err := a.queuedMarks(ctx)
	if err != nil {
		return nil, err
	}
	pending := a.pending(room)
	done := 0
	var plans []Plan
	for chunk := range slices.Chunk(addresses, lookups) {
		part, err := a.planSome(ctx, r, pending, chunk)
		if err != nil {
			return nil, err
		}
		for n := range part {
			part[n].Queued = queued[string(a.mark(room, part[n].Address))]
		}
		plans = append(plans, part...)
		if done += len(chunk); progress != nil {
			progress(done)
		}
	}
	return plans, nil
}

// planSome makes plans for as many addresses as an identity server takes at once.
func (a *Account) planSome(ctx context.Context, room Room, pending *pendingInvites, addresses []identity.ThreePID) ([]Plan, error) {
	found, server, err := a.lookup(ctx, addresses...)
	if err != nil {
		return nil, err
	}
	plans := make([]Plan, len(addresses))
	g, ctx := together.WithContext(ctx)
	g.SetLimit(askers)
	for n, address := range addresses {
		p := &plans[n]
		*p = Plan{Room: room, Address: address, UserID: found[address], Server: server}
		if p.UserID == "" {
			p.Similar = pending.to(address)
			continue
		}
		g.Go(func() (err error) {
			if p.Membership, err = a.membershipOf(ctx, room.ID, p.UserID); err != nil {
				err = fmt.Errorf("ask whether %s is in %s: %w", p.UserID, room.Name, err)
			}
			return err
		})
	}
	return plans, g.Wait()
}

func tokens(invites []invite.Invite) []string {
	var tokens []string
	for _, i := range invites {
		tokens = append(tokens, i.Token)
	}
	return tokens
}

// queuedMarks are the marks of what is on its way.
func (a *Account) queuedMarks(ctx context.Context) (map[string]bool, error) {
	marks := map[string]bool{}
	if a.opt.Store == nil {
		return marks, nil
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	for _, e := range entries {
		if e.State.Active() {
			marks[string(e.Mark)] = true
		}
	}
	return marks, err
}

// lookup asks the identity server who has which address; nobody is missing from
// what it found.
func (a *Account) lookup(ctx context.Context, addresses ...identity.ThreePID) (found map[identity.ThreePID]id.UserID, server string, err error) {
	err = a.withServer(ctx, func(s *identity.Server) (err error) {
		server = s.Name()
		found, err = s.Lookup(ctx, addresses...)
		return err
	})
	return found, server, err
}

// membershipOf asks what somebody is in a room; empty if they never were there.
func (a *Account) membershipOf(ctx context.Context, room id.RoomID, user id.UserID) (string, error) {
	content, err := a.member(ctx, room, user)
	var member struct {
		Membership string `json:"membership"`
	}
	if err == nil {
		_ = json.Unmarshal(content, &member) // of the wrong shape it tells nothing
	}
	return member.Membership, err
}
