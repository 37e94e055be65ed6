package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/session"
)

// Sent says what came of a plan.
type Sent struct {
	// UserID is the Matrix ID that was to be invited; empty for a mail.
	UserID id.UserID
	// Token names the new invite in the room. It is empty if the invite went
	// to a Matrix ID, and if the homeserver did not show it right away.
	Token string
}

// Send carries a plan out. The request is made once and never again, for it may
// mail a person. If no answer comes, or one that leaves open whether a mail has
// gone out, and the room's state does not tell either, the error is an
// [UncertainError]. Of a Matrix ID the membership tells.
func (a *Account) Send(ctx context.Context, p Plan) (Sent, error) {
	if p.UserID != "" {
		body := struct {
			UserID id.UserID `json:"user_id"`
		}{p.UserID}
		err := a.hs.Call(ctx, http.MethodPost, session.Path{"v3", "rooms", p.Room.ID, "invite"}, nil, body, nil)
		if err != nil && mayBeSent(err) && a.hasArrived(ctx, p) {
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("invite %s: %w", p.UserID, err)
		}
		return Sent{UserID: p.UserID}, err
	}
	server, err := a.identity.signedIn(ctx)
	if err != nil {
		return Sent{}, err
	}
	before := a.knownTokens(p.Room.ID)
	// https://spec.matrix.org/v1.19/client-server-api/#thirdparty_post_matrixclientv3roomsroomidinvite
	body := struct {
		IDServer      string `json:"id_server"`
		IDAccessToken string `json:"id_access_token"`
		Medium        string `json:"medium"`
		Address       string `json:"address"`
	}{server.Name(), server.Token(), p.Address.Medium, p.Address.Address}
	var left departure
	err = a.hs.Call(left.watch(ctx), http.MethodPost, session.Path{"v3", "rooms", p.Room.ID, "invite"}, nil, body, nil)
	switch {
	case err == nil:
		token, _ := a.findSent(ctx, p, before) // it went out; the list will show it soon
		return Sent{Token: token}, nil
	case left.not():
	case mayBeSent(err):
		if token, lookErr := a.findSent(ctx, p, before); lookErr == nil && token != "" {
			return Sent{Token: token}, nil
		}
		why, certain := a.explain(ctx, p, err)
		if !certain {
			return Sent{}, &UncertainError{Address: p.Address.Address, Err: why}
		}
		err = why
	}
	return Sent{}, fmt.Errorf("invite %s: %w", p.Address.Address, err)
}

// hasArrived reports whether the membership of the invited user shows an invite
// whose answer was lost.
func (a *Account) hasArrived(ctx context.Context, p Plan) bool {
	membership, err := a.membershipOf(ctx, p.Room.ID, p.UserID)
	return err == nil && (membership == "invite" || membership == "join")
}

// A departure watches whether a request leaves this machine. Without a network,
// or when a certificate is not good, it does not, and nobody has to wonder.
type departure struct{ begun, gone atomic.Bool }

func (d *departure) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { d.begun.Store(true) },
		WroteHeaders: func() { d.gone.Store(true) },
	})
}

// not reports whether it is certain that the request never left. A transport
// that does not tell leaves it open.
func (d *departure) not() bool { return d.begun.Load() && !d.gone.Load() }

// mayBeSent reports whether a mail may have gone out all the same: no answer
// came, or the homeserver gave up in the middle. It has the mail sent first, and
// does the rest afterwards.
func mayBeSent(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	return session.NoResponse(err) || ok && e.Status >= http.StatusInternalServerError
}

// knownTokens are the invites known to be in a room: what it shows, and what was
// sent from here and may not show yet.
func (a *Account) knownTokens(room id.RoomID) map[string]bool {
	known := a.book.tokens(room)
	for _, i := range a.Invites(room) {
		known[i.Token] = true
	}
	return known
}

// findSent looks for the invite that a request has just made. The homeserver
// does not say which that is; but it is ours, new, and has a matching name.
// Where /messages lags behind, as Dendrite's does, the whole state tells.
func (a *Account) findSent(ctx context.Context, p Plan, before map[string]bool) (token string, err error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	page, err := a.messages(ctx, p.Room.ID, traceFilter([]id.UserID{a.session.UserID}), "")
	if err != nil {
		return "", err
	}
	if token := a.pickSent(page.Chunk, p, before); token != "" {
		return token, nil
	}
	var state []json.RawMessage
	if err := a.hs.Get(ctx, session.Path{"v3", "rooms", p.Room.ID, "state"}, nil, &state); err != nil {
		return "", err
	}
	return a.pickSent(state, p, before), nil
}

// pickSent finds the invite of a plan among events; "" if it is not there.
func (a *Account) pickSent(events []json.RawMessage, p Plan, before map[string]bool) string {
	for _, raw := range events {
		ev, err := invite.ParseEvent(raw)
		if err != nil || ev.Type != invite.TypeThirdPartyInvite || ev.Sender != a.session.UserID || before[ev.StateKey] {
			continue
		}
		for _, i := range invite.Fold(p.Room.ID, []invite.Event{ev}, nil) {
			if i.Live() && invite.Matches(i.DisplayName, p.Address.Address) {
				return i.Token
			}
		}
	}
	return ""
}

// explain finds out why a homeserver gave up on an invite, and whether it is
// certain that no mail went out. Synapse answers M_UNKNOWN to nearly everything
// that goes wrong between it and the identity server, so that one is asked what
// it has to say.
func (a *Account) explain(ctx context.Context, p Plan, err error) (why error, certain bool) {
	e, ok := errors.AsType[*ServerError](err)
	if !ok || e.Status != http.StatusInternalServerError {
		return err, false
	}
	user, lookupErr := a.Lookup(ctx, p.Address)
	switch {
	case lookupErr != nil:
		// Only who is refused altogether has had no mail sent. An identity server
		// that has broken since may have done it before.
		refused := is[*TermsError](lookupErr) || identity.HasCode(lookupErr, "M_UNAUTHORIZED") || identity.HasCode(lookupErr, "M_TERMS_NOT_SIGNED")
		return &IdentityTroubleError{Homeserver: e, Err: lookupErr}, refused
	case user != "":
		return &IdentityTroubleError{Homeserver: e, Err: fmt.Errorf("%s has meanwhile become known as %s", p.Address.Address, user)}, true
	}
	return &IdentityTroubleError{Homeserver: e}, false
}

// An IdentityTroubleError says that a homeserver could not get an invite out of
// the identity server.
type IdentityTroubleError struct {
	Homeserver *ServerError
	// Err is what the identity server said to us; nil if it finds nothing wrong,
	// so that a limit of its own or a way it cannot be reached from the
	// homeserver is what remains.
	Err error
}

func (e *IdentityTroubleError) Error() string {
	if e.Err == nil {
		return e.Homeserver.Server + " could not get the invite from the identity server, which answers us well"
	}
	return fmt.Sprintf("%s could not get the invite from the identity server: %v", e.Homeserver.Server, e.Err)
}

func (e *IdentityTroubleError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Homeserver}
	}
	return []error{e.Homeserver, e.Err}
}
