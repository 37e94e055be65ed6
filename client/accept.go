package client

import (
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

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/session"
)

// An Invitation is the link of an invite's mail, and what is known of it before
// anybody is asked. Nobody vouches for anything that the link says.
type Invitation struct {
	Link link.Link
	// Host is who would be asked to sign that the account takes the invite, in
	// the form of [keycheck.Question.Host]. It gets to know the account's Matrix
	// ID and network address. Empty if the link names nobody that can be asked.
	Host string
	// Joined is the room, if the account is known to be in it.
	Joined *Room
}

// Preview says what is known of an invite before anybody is asked.
func (a *Account) Preview(l link.Link) Invitation {
	i := Invitation{Link: l, Host: keycheck.Question{URL: l.SignURL}.Host()}
	if r, err := a.Room(l.RoomID); err == nil {
		i.Joined = &r
	}
	return i
}

// Consent is what a person says after a look at an [Invitation].
type Consent struct {
	// Host may be asked to sign. It has to be the Invitation's, so that nobody is
	// asked who was not shown.
	Host string
	// Inviter is who sent the invite, if the person knows: some mails say. Then
	// nobody has to be asked. A wrong one makes the room refuse, and no harm.
	Inviter id.UserID
}

// Accepted says how an invite was taken.
type Accepted struct {
	RoomID  id.RoomID
	Inviter id.UserID // empty if an ordinary invite was waiting
	Signer  string    // the host that signed; empty if nobody was asked
}

// Accept takes an invite: it has the proof made that the mail's link allows for,
// or makes it itself if the room tells who sent the invite, and joins with it
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin).
// The proof is used once. An invite cannot be declined: the protocol has no
// word for that.
//
// Beside those of the homeserver its errors are [RefusedError], [SigningError],
// [UncertainJoinError], ErrAlreadyJoined, ErrNoRoomNamed and ErrNobodySigns.
func (a *Account) Accept(ctx context.Context, i Invitation, c Consent) (Accepted, error) {
	if i.Link.RoomID == "" {
		return Accepted{}, ErrNoRoomNamed
	}
	inviter, err := a.lookInto(ctx, i)
	if err != nil {
		return Accepted{}, err
	}
	if inviter == "" {
		inviter = c.Inviter
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

// acceptOrdinary joins without the link, which its identity server has
// forgotten. That is what happens when somebody confirms the address; and if it
// was this account, the room has an ordinary invite for it. If it has none, what
// is wrong is that the link was forgotten.
func (a *Account) acceptOrdinary(ctx context.Context, l link.Link, forgotten error) error {
	err := a.join(ctx, l.RoomID, nil, routes(l, ""))
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Reason != RefusedBanned {
		return forgotten
	}
	return err
}

// lookInto finds out what the homeserver tells of the room and the invite to
// somebody who is outside: mostly nothing. It returns who sent the invite, if
// that can be seen.
func (a *Account) lookInto(ctx context.Context, i Invitation) (inviter id.UserID, err error) {
	membership, err := a.membership(ctx, i.Link.RoomID)
	switch {
	case err != nil:
		return "", fmt.Errorf("ask whether you are in the room: %w", err)
	case membership == "join":
		// Taking an invite once more would turn a member back into an invitee.
		return "", ErrAlreadyJoined
	case membership == "ban":
		return "", &RefusedError{Reason: RefusedBanned}
	}
	var raw json.RawMessage
	err = a.hs.Get(ctx, session.Path{"v3", "rooms", i.Link.RoomID, "state", invite.TypeThirdPartyInvite, i.Link.Token}, url.Values{"format": {"event"}}, &raw)
	if err != nil {
		return "", onlyIfGone(ctx, err)
	}
	return inviterBy(i.Link, raw)
}

// inviterBy reads who sent the invite out of its event, and whether the link
// still fits it. A homeserver that does not know the format gives the content
// alone, which tells nothing here.
func inviterBy(l link.Link, raw json.RawMessage) (id.UserID, error) {
	ev, notEvent := invite.ParseEvent(raw)
	if notEvent != nil {
		ev = invite.Event{}
	}
	found := invite.Fold(l.RoomID, []invite.Event{ev}, nil)
	switch {
	case len(found) == 0 || found[0].Token != l.Token:
		return "", nil
	case found[0].Status == invite.Revoked:
		return "", &RefusedError{Reason: RefusedRevoked}
	case !slices.ContainsFunc(found[0].Keys, l.Key.Matches):
		return "", &RefusedError{Reason: RefusedOtherKey}
	}
	return ev.Sender, nil
}

// onlyIfGone returns what went wrong, unless it is that the homeserver does not
// tell: then the room will.
func onlyIfGone(ctx context.Context, err error) error {
	var refused *ServerError
	if ctx.Err() == nil && errors.As(err, &refused) {
		return nil
	}
	return err
}

// membership is where the account stands in a room; empty if the homeserver
// does not tell.
func (a *Account) membership(ctx context.Context, room id.RoomID) (string, error) {
	membership, err := a.membershipOf(ctx, room, a.session.UserID)
	if err != nil {
		return "", onlyIfGone(ctx, err)
	}
	return membership, nil
}

// routes are servers that may be in the room: those that the link names, the
// inviter's, and the one that a room ID may end with
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

// lookAgain is how long it may take to see what became of a join that nobody answered.
const lookAgain = 20 * time.Second

// join joins a room, with a proof if there is one. By the room's own endpoint,
// for Synapse copies whatever is sent to the other into the member event; but
// only the other takes routes, so that one is asked if no server is known. The
// proof has been used by then.
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
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
	defer cancel()
	if membership, lookErr := a.membership(look, room); lookErr == nil && membership == "join" {
		return nil
	}
	return &UncertainJoinError{RoomID: room, Err: err}
}

// joinVia joins a room that the homeserver is not in
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias).
// Servers from before version 1.12 of the spec know via as server_name.
func (a *Account) joinVia(ctx context.Context, room id.RoomID, via []string) error {
	query := url.Values{"via": via, "server_name": via}
	return a.hs.Call(ctx, http.MethodPost, session.Path{"v3", "join", room}, query, struct{}{}, nil)
}
