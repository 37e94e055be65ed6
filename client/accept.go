package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/federation"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/session"
)

// An Invitation is the link in the e-mail of an invite, and what is known about the
// invite before a server is asked. The contents of the link are not verified.
type Invitation struct {
	Link link.Link
	// Host is the server that has to sign, as proof, that the account accepts the
	// invite; it is in the form of [keycheck.Question.Host]. The server learns the
	// account's Matrix ID and IP address. Host is empty if the link has no such server.
	Host string
	// Homeserver is the homeserver of the sender, if the sender issued the link without an
	// identity server (see [link.Link.ByOwnKey]); otherwise empty. It is asked to send an
	// ordinary invite, and learns the account's Matrix ID and IP address. Host is then the
	// links server that has to sign, or empty if the account can sign itself.
	Homeserver string
	// Joined is the room, if the account has joined it; nil if not, or if that is not
	// known.
	Joined *Room
}

// Preview returns an Invitation for a link. It sends no request.
func (a *Account) Preview(l link.Link) Invitation {
	i := Invitation{Link: l, Host: keycheck.Question{URL: l.SignURL}.Host()}
	if l.ByOwnKey() || l.ByLinksServer() && l.Sender != "" {
		i.Homeserver = l.Sender.Homeserver()
	}
	if r, err := a.Room(l.RoomID); err == nil {
		i.Joined = &r
	}
	return i
}

// Asked returns the servers that are contacted besides the account's homeserver, such as
// "invite.example.org and example.org"; empty if the link names none.
func (i Invitation) Asked() string {
	if i.Host != "" && i.Homeserver != "" && i.Host != i.Homeserver {
		return i.Host + " and " + i.Homeserver
	}
	return cmp.Or(i.Homeserver, i.Host)
}

// A Consent is the decision of the user about an [Invitation].
type Consent struct {
	// Host has the servers that the user allows to ask. It must equal Invitation.Asked(),
	// so that only servers that the user has seen are asked.
	Host string
	// Inviter is the sender of the invite, if the user knows it, for example from the
	// e-mail. Then no server is asked to sign. If the inviter is wrong, the homeserver
	// refuses the join.
	Inviter id.UserID
}

// Accepted is the result of [Account.Accept].
type Accepted struct {
	RoomID  id.RoomID
	Inviter id.UserID // empty if an ordinary invite was accepted
	Signer  string    // the host that signed; empty if none was asked
	// Homeserver is the sender's homeserver, if it sent an ordinary invite for the link.
	Homeserver string
}

// Accept accepts an invite and joins the room
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin).
// If the inviter is known, the account signs the proof itself; otherwise the server in
// the link signs it. If the link was issued without an identity server, the sender's
// homeserver is asked first to send an ordinary invite. The proof is used once. The specification has no request to
// decline such an invite.
//
// Errors, besides those of the homeserver, are [RefusedError], [SigningError],
// [NotInvitedError], [UncertainJoinError], [ErrAlreadyJoined], [ErrNoRoomNamed] and [ErrNoSigner].
func (a *Account) Accept(ctx context.Context, i Invitation, c Consent) (Accepted, error) {
	if i.Link.RoomID == "" {
		return Accepted{}, ErrNoRoomNamed
	}
	inviter, err := a.findInviter(ctx, i)
	if err != nil {
		return Accepted{}, err
	}
	if inviter == "" {
		inviter = c.Inviter
	}
	if i.Homeserver != "" {
		return a.acceptOwnKey(ctx, i, c, cmp.Or(inviter, i.Link.Sender))
	}
	signed, out, err := a.proof(ctx, i, c, inviter)
	if errors.Is(err, ErrForgotten) {
		return Accepted{RoomID: i.Link.RoomID}, a.acceptOrdinary(ctx, i.Link, err)
	}
	if err != nil {
		return Accepted{}, err
	}
	return out, a.join(ctx, i.Link.RoomID, signed, routes(i.Link, out.Inviter))
}

// acceptOwnKey accepts an invite that was issued without an identity server. It signs
// with the link's key, or the links server does, and asks the sender's homeserver to send
// an ordinary invite, which every homeserver can accept. If that fails, the join request
// has the proof, which only some homeservers understand.
func (a *Account) acceptOwnKey(ctx context.Context, i Invitation, c Consent, inviter id.UserID) (Accepted, error) {
	l, out := i.Link, Accepted{RoomID: i.Link.RoomID, Inviter: inviter}
	if c.Host != i.Asked() {
		return Accepted{}, &SigningError{Host: i.Asked(), Err: ErrNotConfirmed}
	}
	binding, err := a.signOwnKey(ctx, i, inviter, true)
	if err != nil {
		return Accepted{}, err
	}
	if i.Link.ByLinksServer() {
		out.Signer = i.Host
	}
	asked := a.requestInvite(ctx, i, inviter, binding)
	if err := ctx.Err(); err != nil {
		return Accepted{}, err
	}
	if asked == nil {
		out.Homeserver = i.Homeserver
		return out, a.join(ctx, l.RoomID, nil, routes(l, inviter))
	}
	signed, err := a.signOwnKey(ctx, i, inviter, false)
	if err != nil {
		return Accepted{}, err
	}
	err = a.join(ctx, l.RoomID, signed, routes(l, inviter))
	if refused, ok := errors.AsType[*ServerError](asked); ok && refused.Status == http.StatusForbidden {
		return out, err
	}
	if is[*RefusedError](err) || hasFailed(err) {
		err = &NotInvitedError{Homeserver: i.Homeserver, Asked: asked, Join: err}
	}
	return out, err
}

// signOwnKey signs that the account accepts an invite that was issued without an identity
// server. binding leaves the sender out, for the request to the sender's homeserver.
func (a *Account) signOwnKey(ctx context.Context, i Invitation, inviter id.UserID, binding bool) (json.RawMessage, error) {
	l, me := i.Link, a.session.UserID
	switch {
	case l.ByLinksServer():
		return a.signByLinksServer(ctx, i, binding)
	case binding:
		return l.Key.SignBinding(me, l.Token)
	default:
		return l.Key.Sign(me, inviter, l.Token)
	}
}

// hasFailed reports whether the homeserver answered a join with an internal error, as
// Synapse and Dendrite do if they know nothing about the room.
func hasFailed(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	return ok && e.Status >= http.StatusInternalServerError && !is[*UncertainJoinError](err)
}

// requestInvite asks the sender's homeserver to send an ordinary invite. It uses the
// transport for URLs of other users.
func (a *Account) requestInvite(ctx context.Context, i Invitation, inviter id.UserID, signed json.RawMessage) error {
	if a.opt.KeyTransport == nil {
		return ErrNoSigner
	}
	server, err := federation.Find(ctx, a.opt.KeyTransport, i.Homeserver)
	if err != nil {
		return err
	}
	return federation.Binding{
		RoomID: i.Link.RoomID, Sender: inviter, User: a.session.UserID, Token: i.Link.Token, Signed: signed,
	}.Send(ctx, a.opt.KeyTransport, server)
}

// acceptOrdinary joins the room without the link, because the identity server no longer
// knows the token: it deletes the tokens of an address when the address is bound. If
// the address was bound to this account, the room has an ordinary invite for it. If the
// homeserver refuses the join, acceptOrdinary returns the error forgotten.
func (a *Account) acceptOrdinary(ctx context.Context, l link.Link, forgotten error) error {
	err := a.join(ctx, l.RoomID, nil, routes(l, ""))
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Reason != RefusedBanned {
		return forgotten
	}
	return err
}

// findInviter returns the sender of the invite; empty if the homeserver does not show
// the invite to users outside the room, as most do not. If the invite cannot be
// accepted, the error is the reason.
func (a *Account) findInviter(ctx context.Context, i Invitation) (inviter id.UserID, err error) {
	membership, err := a.membership(ctx, i.Link.RoomID)
	switch {
	case err != nil:
		return "", fmt.Errorf("ask whether you are in the room: %w", err)
	case membership == "join":
		// The proof would change the membership from join to invite.
		return "", ErrAlreadyJoined
	case membership == "ban":
		return "", &RefusedError{Reason: RefusedBanned}
	}
	var raw json.RawMessage
	err = a.hs.Get(ctx, session.Path{"v3", "rooms", i.Link.RoomID, "state", invite.TypeThirdPartyInvite, i.Link.Token}, url.Values{"format": {"event"}}, &raw)
	if err != nil {
		return "", ignoreRefusal(ctx, err)
	}
	return inviterBy(i.Link, raw)
}

// inviterBy returns the sender of the invite event, and an error if the link does not
// match the event. A homeserver that ignores the parameter format returns only the
// content, which has no sender.
func inviterBy(l link.Link, raw json.RawMessage) (id.UserID, error) {
	ev, notEvent := invite.ParseEvent(raw)
	if notEvent != nil {
		ev = invite.Event{}
	}
	found := invite.Fold(l.RoomID, []invite.Event{ev}, nil)
	switch {
	case len(found) == 0 || found[0].Token != l.Token:
		return "", nil
	case found[0].Revocation != nil:
		return "", &RefusedError{Reason: RefusedRevoked}
	case !l.ByLinksServer() && !slices.ContainsFunc(found[0].Keys, l.Key.Matches):
		return "", &RefusedError{Reason: RefusedOtherKey}
	}
	return ev.Sender, nil
}

// ignoreRefusal returns nil if err is an error response of the homeserver, and err
// otherwise.
func ignoreRefusal(ctx context.Context, err error) error {
	var refused *ServerError
	if ctx.Err() == nil && errors.As(err, &refused) {
		return nil
	}
	return err
}

// membership returns the account's membership of a room; empty if there is none or the
// homeserver does not show it.
func (a *Account) membership(ctx context.Context, room id.RoomID) (string, error) {
	membership, err := a.membershipOf(ctx, room, a.session.UserID)
	if err != nil {
		return "", ignoreRefusal(ctx, err)
	}
	return membership, nil
}

// routes lists servers that may be in the room: those in the link, that of the
// inviter, and the domain of the room ID if it has one
// (https://spec.matrix.org/v1.19/appendices/#routing).
func routes(l link.Link, inviter id.UserID) []string {
	via := slices.Clone(l.Via)
	_, creator, _ := strings.Cut(string(l.RoomID), ":")
	for _, server := range []string{inviter.Homeserver(), creator} {
		if server != "" && !slices.Contains(via, server) {
			via = append(via, server)
		}
	}
	return via
}

// membershipTimeout is the limit for the request for the membership after a join
// without a response.
const membershipTimeout = 20 * time.Second

// join joins a room, with a proof if signed is not nil. It uses POST
// /rooms/{roomId}/join, because Synapse copies the whole body of POST
// /join/{roomIdOrAlias} into the member event. Only the latter accepts via servers, so
// join uses it if the homeserver knows no server in the room.
func (a *Account) join(ctx context.Context, room id.RoomID, signed json.RawMessage, via []string) error {
	body := struct {
		Signed json.RawMessage `json:"third_party_signed,omitempty"`
	}{signed}
	err := a.hs.Call(ctx, http.MethodPost, session.Path{"v3", "rooms", room, "join"}, nil, body, nil)
	var e *ServerError
	if errors.As(err, &e) && e.Status == http.StatusNotFound && len(via) > 0 {
		err = a.joinVia(ctx, room, via)
	}
	if !session.NoResponse(err) {
		return explainJoin(err)
	}
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), membershipTimeout)
	defer cancel()
	if membership, lookErr := a.membership(look, room); lookErr == nil && membership == "join" {
		return nil
	}
	return &UncertainJoinError{RoomID: room, Err: err}
}

// joinVia joins a room that the homeserver is not in
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias).
// Before version 1.12 of the specification the parameter via was named server_name.
func (a *Account) joinVia(ctx context.Context, room id.RoomID, via []string) error {
	query := url.Values{"via": via, "server_name": via}
	return a.hs.Call(ctx, http.MethodPost, session.Path{"v3", "join", room}, query, struct{}{}, nil)
}
