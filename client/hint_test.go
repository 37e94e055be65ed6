package client_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/oauth"
)

func TestEveryRefusalOfASignInHasAHint(t *testing.T) {
	refused := func(code string) error {
		return &oauth.Error{ServerError: client.ServerError{Server: "account.example.org", Status: 400, Code: code}}
	}
	seen := map[client.HintKind]error{}
	for _, err := range []error{
		client.ErrPassword, client.ErrNoPassword, client.ErrToken, client.ErrLoginToken, client.ErrNotOffered,
		oauth.ErrDenied, oauth.ErrExpired, oauth.ErrNotRedirect, oauth.ErrState, oauth.ErrMixUp,
		&client.OtherUserError{Want: "@ada:example.org", Got: "@grace:example.org"},
		&client.SessionNotSavedError{Err: errors.New("disk full")},
		&client.RenewalError{Err: refused("server_error")},
		refused("invalid_redirect_uri"), refused("invalid_grant"), refused("server_error"), refused("strange"),
	} {
		hint := client.Hint(fmt.Errorf("sign in on example.org: %w", err))
		if hint == "" {
			t.Errorf("%v: no hint", err)
		}
		if other, ok := seen[hint]; ok {
			t.Errorf("%v and %v have one hint", err, other)
		}
		seen[hint] = err
	}
}
