package linkserver

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// An invitation is a link that this server can open. Its capsule is authentic: only a
// program with the links key can make one.
type invitation struct {
	linkkey.Capsule

	token string
	key   invite.PrivateKey
}

// open opens the encrypted key of a link.
func (s *Server) open(token, capsule string) (invitation, *refusal) {
	c, err := s.opt.Key.Open(token, capsule)
	if err != nil {
		return invitation{}, errUnknownLink
	}
	key, err := invite.ParsePrivateKey(base64.RawURLEncoding.EncodeToString(c.Seed[:]))
	if err != nil {
		return invitation{}, errUnknownLink
	}
	return invitation{c, token, key}, nil
}

// parse finds the link in a text that a user pasted, and opens it.
func (s *Server) parse(text string) (link.Link, invitation, *refusal) {
	l, err := link.Parse(text)
	switch {
	case err != nil:
		return l, invitation{}, errMalformed(safetext.Line(err.Error()))
	case !l.ByLinksServer():
		return l, invitation{}, errOwnKeyLink
	}
	i, why := s.open(l.Token, l.PrivateKey())
	return l, i, why
}

func (i invitation) public() ed25519.PublicKey {
	public, _ := ed25519.NewKeyFromSeed(i.Seed[:]).Public().(ed25519.PublicKey)
	return public
}

// check returns why no more user can accept the invite; nil if one can.
func (s *Server) check(ctx context.Context, i invitation) (count, *refusal) {
	now := s.opt.Now()
	if i.Expired(now) {
		return count{}, errLinkExpired
	}
	c, err := s.uses.count(ctx, i.public())
	switch {
	case err != nil:
		s.opt.Log.Error("the uses cannot be read", "err", safetext.Line(err.Error()))
		return c, errInternal
	case c.over(i.Terms, now):
		return c, errLinkUsed
	}
	return c, nil
}

// take counts a user of an invite. Only after that may a signature be given out.
func (s *Server) take(ctx context.Context, i invitation, user id.UserID) *refusal {
	now := s.opt.Now()
	if i.Expired(now) {
		return errLinkExpired
	}
	switch err := s.uses.take(ctx, i.public(), s.opt.Key.Mark(string(user)), i.Terms, now); {
	case err == nil:
		return nil
	case errors.Is(err, errUsed):
		return errLinkUsed
	default:
		s.opt.Log.Error("a use cannot be stored", "err", safetext.Line(err.Error()))
		return errInternal
	}
}

// limit limits the requests with a link.
func (s *Server) limit(i invitation) *refusal {
	r := linkRate
	r.burst += i.Uses
	if wait := s.links.take(string(i.public()), r, s.opt.Now()); wait > 0 {
		return errLimited(wait)
	}
	return nil
}

// signFor signs that a user accepts an invite. binding leaves the sender out, as
// homeservers expect of the signatures in a binding.
func (i invitation) signFor(user id.UserID, binding bool) (json.RawMessage, error) {
	if binding {
		return i.key.SignBinding(user, i.token)
	}
	return i.key.Sign(user, i.Sender, i.token)
}
