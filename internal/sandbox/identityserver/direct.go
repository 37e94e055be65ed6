package identityserver

import (
	"context"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// Bind binds an address to a user at the identity server, which notifies the homeserver: the invites of the address become
// invites of the user.
func (s *IdentityServer) Bind(address, userID string) error {
	return s.BindContext(context.Background(), address, userID)
}

// BindContext is [IdentityServer.Bind] with a context for the request to the homeserver.
func (s *IdentityServer) BindContext(ctx context.Context, address, userID string) error {
	_, err := s.addBinding(ctx, threepid.New("email", address), userID)
	return err
}

// PublicKey returns the long-term key of the identity server, as its pubkey endpoint does.
func (s *IdentityServer) PublicKey() string {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.publicKey()
}

// SignByLink signs with the key in the link of an invite's mail, as sign-ed25519 does.
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
