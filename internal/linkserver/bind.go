package linkserver

import (
	"context"
	"errors"
	"net/http"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/federation"
)

// bind has the homeserver of the sender send an ordinary invite to a user, which every
// Matrix client can accept.
func (s *Server) bind(ctx context.Context, i invitation, user id.UserID) *refusal {
	select {
	case s.binding <- struct{}{}:
		defer func() { <-s.binding }()
	default:
		return errOverloaded
	}
	if _, why := s.check(ctx, i); why != nil {
		return why
	}
	if why := s.limit(i); why != nil {
		return why
	}
	// A homeserver that is not found does not use the link up.
	server := i.Sender.Homeserver()
	base, err := federation.Find(ctx, s.opt.Transport, server)
	if err != nil {
		return errUnreachable(server)
	}
	if why := s.take(ctx, i, user); why != nil {
		return why
	}
	signed, err := i.signFor(user, true)
	if err != nil {
		return errInternal
	}
	err = federation.Binding{RoomID: i.RoomID, Sender: i.Sender, User: user, Token: i.token, Signed: signed}.Send(ctx, s.opt.Transport, base)
	return explain(err, server, user)
}

// explain says why a homeserver did not send an invite; nil if it did.
func explain(err error, server string, user id.UserID) *refusal {
	refused, ok := errors.AsType[*federation.Error](err)
	server = shown(server)
	switch {
	case err == nil:
		return nil
	case !ok || refused.Status == 0:
		return errUnreachable(server)
	case refused.Status == http.StatusForbidden:
		return &refusal{
			status: http.StatusForbidden, title: "The invite was refused",
			text: server + ", the homeserver of the sender, refused it: the invite was revoked, or " + shown(string(user)) + " is banned from the room. Ask the person who sent the link.",
		}
	case refused.Status == http.StatusNotFound || refused.Status == http.StatusMethodNotAllowed:
		return &refusal{
			status: http.StatusBadGateway, title: "The homeserver cannot invite you",
			text: server + ", the homeserver of the sender, runs software that does not support such invites.",
		}
	case refused.Status == http.StatusTooManyRequests:
		return &refusal{
			status: http.StatusServiceUnavailable, title: "The homeserver is busy",
			text: server + ", the homeserver of the sender, has too many requests at the moment. Try again in some minutes.",
		}
	}
	return &refusal{
		status: http.StatusBadGateway, title: "The homeserver could not invite you",
		text: server + ", the homeserver of the sender, could not invite " + shown(string(user)) + ". Perhaps there is no user with this Matrix ID, or the two homeservers cannot reach each other.",
	}
}

func errUnreachable(server string) *refusal {
	return &refusal{
		status: http.StatusBadGateway, title: "The homeserver cannot be reached",
		text: shown(server) + ", the homeserver of the sender, does not respond. Try again later.",
	}
}
