package identityserver

import (
	"context"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// Bind confirms an address at the identity server as somebody's own: from now on it is known there, the homeserver
// hears of it, and the invites that waited become invites of the Matrix ID.
func (s *IdentityServer) Bind(address, userID string) error {
	return s.BindContext(context.Background(), address, userID)
}

// BindContext is [IdentityServer.Bind] with a context for the request to the homeserver.
func (s *IdentityServer) BindContext(ctx context.Context, address, userID string) error {
	_, err := s.addBinding(ctx, threepid.New("email", address), userID)
	return err
}

// PublicKey is the identity server's long-term key, as its pubkey endpoint tells it.
func (s *IdentityServer) PublicKey() string {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.publicKey()
}

// SignByLink signs with the key in the link of an invite's mail, as [IdentityServer.Serve] does for sign-ed25519.
func (s *IdentityServer) SignByLink(m Mail, userID string) (signed object, err error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.signWith(m.PrivateKey, m.Token, userID)
}

// StoreInvite stores and mails an invite, as store-invite does, without terms and limits.
func (s *IdentityServer) StoreInvite(args object) (stored object, err error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	v, err := s.keepInvite(args, true)
	if err != nil {
		return nil, err
	}
	stored, _ = signedjson.Plain(v).(object) // as a client that parsed the answer has it
	return stored, nil
}

// UserOf returns the user ID that an e-mail address is bound to; empty if there is none.
func (s *IdentityServer) UserOf(address string) string {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.bound[threepid.New("email", address)]
}

// MailsSince returns the mails to all addresses after the first n, and a channel that is closed at the next change.
func (s *IdentityServer) MailsSince(n int) ([]Mail, <-chan struct{}) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return append([]Mail(nil), s.mailbox[n:]...), s.NextChange()
}
