package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/client/session"
)

var errNeedsOutbox = errors.New("an invite by link is only sent by way of the outbox")

// ErrNoLink says that the link of an invite cannot be shown: another program or an
// identity server issued the invite, or its key was not stored.
var ErrNoLink = errors.New("its link is not known: this program did not make it, or its key was not stored")

// issue sends the event of an invite that the account issues itself. Homeservers
// require the power level to invite (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules,
// rule 7). The same event may be sent again: it has the same state key and content.
func (a *Account) issue(ctx context.Context, p Plan, issued ownkey.Invite) error {
	name := p.Label // visible to all members of the room
	if p.Address.Address != "" {
		name = ownkey.Redact(p.Address.Address)
	}
	content, err := issued.Content(name, "")
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

func statePath(room id.RoomID, token string) session.Path {
	return session.Path{"v3", "rooms", room, "state", invite.TypeThirdPartyInvite, token}
}

// IssuedByOwnKey reports whether this program issued an invite itself, without an
// identity server, so that [Account.Link] returns its link.
func (a *Account) IssuedByOwnKey(room id.RoomID, token string) bool {
	return a.book.record(room, token).key != ""
}

// LabelOf returns the label of a link; empty if the invite is for an address.
func (a *Account) LabelOf(room id.RoomID, token string) string {
	return a.book.record(room, token).label
}

// Link returns the link of an invite that this program issued itself. The link is a
// secret. The servers to join through are only that of the sender: it has the invite,
// and without the list of all members no better ones are known
// (https://spec.matrix.org/v1.19/appendices/#routing).
func (a *Account) Link(room id.RoomID, token string) (link.Link, error) {
	r := a.book.record(room, token)
	if r.key == "" {
		return link.Link{}, ErrNoLink
	}
	me := a.session.UserID
	l := link.Link{RoomID: room, Via: []string{me.Homeserver()}, Sender: me, Token: token, Email: r.address.Address}
	if in, err := a.Room(room); err == nil && in.Name != string(room) {
		l.RoomName = in.Name
	}
	return l, l.SetPrivateKey(r.key)
}
