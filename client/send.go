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
	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/client/session"
)

// Sent is the result of a plan that was sent.
type Sent struct {
	// UserID is the Matrix ID that was invited; empty if an e-mail was sent.
	UserID id.UserID
	// Token is the token of the new invite in the room. It is empty if a Matrix ID was
	// invited, or if the homeserver does not show the invite yet.
	Token string
}

// Send sends a plan. It sends the request once only, because the request may send an
// e-mail to a person. The error is an [UncertainError] if neither the response nor the
// room's state shows whether an e-mail was sent. For a Matrix ID the membership shows
// it. A plan for [ByLink] is only sent by a [Runner], because the key has to be stored
// before the request.
func (a *Account) Send(ctx context.Context, p Plan) (Sent, error) {
	if p.to().Link {
		return Sent{}, errNeedsOutbox
	}
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
	var trace writeTrace
	err = a.hs.Call(trace.watch(ctx), http.MethodPost, session.Path{"v3", "rooms", p.Room.ID, "invite"}, nil, body, nil)
	switch {
	case err == nil:
		token, _ := a.findSent(ctx, p, before) // it was sent; a later sync will show it
		return Sent{Token: token}, nil
	case trace.notWritten():
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

// hasArrived reports whether the membership of the invited user shows that the invite
// arrived although its response was lost.
func (a *Account) hasArrived(ctx context.Context, p Plan) bool {
	membership, err := a.membershipOf(ctx, p.Room.ID, p.UserID)
	return err == nil && (membership == "invite" || membership == "join")
}

// A writeTrace records whether a request was written to a connection. If it was not,
// for example without a network or a valid certificate, the result is certain.
type writeTrace struct{ started, written atomic.Bool }

func (t *writeTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { t.started.Store(true) },
		WroteHeaders: func() { t.written.Store(true) },
	})
}

// notWritten reports whether it is certain that the request was not written. It is not
// certain with a transport that does not support httptrace.
func (t *writeTrace) notWritten() bool { return t.started.Load() && !t.written.Load() }

// mayBeSent reports whether an e-mail may have been sent although the request failed:
// there is no response, or one that leaves it open. A homeserver sends the e-mail first.
func mayBeSent(err error) bool { return fateOf(err) == unclear }

// knownTokens returns the tokens of the known invites of a room, and of invites that
// this program sent and that are not in the room's state yet.
func (a *Account) knownTokens(room id.RoomID) map[string]bool {
	known := a.book.tokens(room)
	for _, i := range a.Invites(room) {
		known[i.Token] = true
	}
	return known
}

// findSent returns the token of the invite that a request has just created. The
// response does not contain it: the invite is new, from the account, and its display
// name matches. Dendrite's /messages may lag behind, so the state is read as well.
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

// pickSent returns the token of the invite for a plan among events; empty if there is
// none.
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

// explain finds out why a homeserver failed, and whether it is certain that no e-mail
// was sent. Synapse responds with M_UNKNOWN to nearly all errors of an identity server,
// so explain asks that server as well.
func (a *Account) explain(ctx context.Context, p Plan, err error) (why error, certain bool) {
	e, ok := errors.AsType[*ServerError](err)
	if !ok || e.Status != http.StatusInternalServerError {
		return err, false
	}
	user, lookupErr := a.Lookup(ctx, p.Address)
	switch {
	case lookupErr != nil:
		// If the identity server refuses the account, no e-mail was sent. If it has
		// another error now, it may have sent the e-mail before.
		refused := is[*TermsError](lookupErr) || identity.HasCode(lookupErr, "M_UNAUTHORIZED") || identity.HasCode(lookupErr, "M_TERMS_NOT_SIGNED")
		return &IdentityTroubleError{Homeserver: e, Err: lookupErr}, refused
	case user != "":
		return &IdentityTroubleError{Homeserver: e, Err: fmt.Errorf("%s was bound to %s meanwhile", p.Address.Address, user)}, true
	}
	return &IdentityTroubleError{Homeserver: e}, false
}

// An IdentityTroubleError says that a homeserver could not get an invite from the
// identity server.
type IdentityTroubleError struct {
	Homeserver *ServerError
	// Err is the error of the identity server when this program asked it; nil if it
	// responded without an error. Then its rate limit may be reached, or the homeserver
	// cannot reach it.
	Err error
}

func (e *IdentityTroubleError) Error() string {
	if e.Err == nil {
		return e.Homeserver.Server + " could not get the invite from the identity server, although that responds to this program"
	}
	return fmt.Sprintf("%s could not get the invite from the identity server: %v", e.Homeserver.Server, e.Err)
}

func (e *IdentityTroubleError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Homeserver}
	}
	return []error{e.Homeserver, e.Err}
}

var errNeedsOutbox = errors.New("an invite by link is only sent by way of the outbox")

// issue sends the event of an invite that the account issues itself. Homeservers
// require the power level to invite (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules,
// rule 7). The same event may be sent again: it has the same state key and content.
func (a *Account) issue(ctx context.Context, p Plan, issued ownkey.Invite, validityURL string) error {
	name := p.Label // visible to all members of the room
	if p.Address.Address != "" {
		name = ownkey.Redact(p.Address.Address)
	}
	content, err := issued.Content(name, validityURL)
	if err == nil {
		err = a.hs.Call(ctx, http.MethodPut, statePath(p.Room.ID, issued.Token), nil, content, nil)
	}
	if err != nil {
		return fmt.Errorf("make a link for %s: %w", p.Invitee(), err)
	}
	return nil
}

// wasIssued reports whether the room has the event of an invite, also if the invite was
// revoked meanwhile.
func (a *Account) wasIssued(ctx context.Context, room id.RoomID, issued ownkey.Invite) (bool, error) {
	var content json.RawMessage
	err := a.hs.Get(ctx, statePath(room, issued.Token), nil, &content)
	if e, ok := errors.AsType[*ServerError](err); ok && e.Status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}

// isRevoked reports whether an invite that was issued is revoked now: its event has no
// key.
func (a *Account) isRevoked(ctx context.Context, room id.RoomID, token string) (bool, error) {
	var content struct {
		PublicKey string `json:"public_key"`
	}
	err := a.hs.Get(ctx, statePath(room, token), nil, &content)
	return content.PublicKey == "", err
}

func statePath(room id.RoomID, token string) session.Path {
	return session.Path{"v3", "rooms", room, "state", invite.TypeThirdPartyInvite, token}
}
