package sandbox

import (
	"context"
	"net/url"
)

// InviteByEmail invites an address, as POST /invite does for an address that is not bound: the identity server stores
// and mails the invite, the homeserver sends the state event. Limits, terms and faults do not apply.
func (w *World) InviteByEmail(roomID, sender, address string) (token string, err error) {
	stored, err := w.StoreInvite(w.StoreInviteRequest(roomID, sender, address))
	if err != nil {
		return "", err
	}
	return w.SendInvite(roomID, sender, stored)
}

// AcceptLink accepts an invite by the link in its mail: the identity server signs, then the user joins with the
// signature.
func (w *World) AcceptLink(m Mail, userID string) error {
	signed, err := w.SignByLink(m, userID)
	if err != nil {
		return err
	}
	if err := w.Exchange(context.Background(), userID, m.RoomID, signed); err != nil {
		return err
	}
	return w.Join(m.RoomID, userID)
}

// Approve simulates a user in a browser, who opens a URL that a client shows, signs in and approves. It returns the URL
// of the client that the browser is redirected to; empty for a device code.
func (w *World) Approve(userID, address string) (final string, err error) {
	return w.decide(userID, address, true)
}

// Deny is like [World.Approve], for a user who denies.
func (w *World) Deny(userID, address string) (final string, err error) {
	return w.decide(userID, address, false)
}

func (w *World) decide(userID, address string, approve bool) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if page := w.SSOPage(u); page != nil {
		u = page
	}
	return w.Decide(userID, u, approve)
}
