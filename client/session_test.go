package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestSignInResumeSignOut(t *testing.T) {
	n := newTestWorld(t)
	session := n.account().Session()
	if session.UserID != "@ada:example.org" || session.Homeserver != n.HomeserverURL() || session.DeviceID == "" {
		t.Errorf("%+v", session)
	}
	a, err := client.Resume(n.options(), session)
	n.must(err)
	n.must(a.Refresh(t.Context()))
	n.must(a.SignOut(t.Context()))

	gone := new(client.SignedOutError)
	if err := a.Refresh(t.Context()); !errors.As(err, &gone) || gone.Soft {
		t.Errorf("after signing out: %v", err)
	}
	if err := a.SignOut(t.Context()); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

func TestSignInNames(t *testing.T) {
	n := newTestWorld(t)
	hs, err := discovery.Find(t.Context(), n.options().Transport, "example.org")
	n.must(err)
	for _, user := range []string{"@ada:example.org", "ada"} {
		if _, err := login.WithPassword(t.Context(), n.options(), hs, user, "lovelace"); err != nil {
			t.Errorf("as %q: %v", user, err)
		}
	}
}

func TestSignInRefused(t *testing.T) {
	const loginPath = "/_matrix/client/v3/login"
	for _, tc := range []struct {
		name     string
		password string
		fault    sandbox.Fault
		want     error
	}{
		{"wrong password", "babbage", sandbox.Fault{Path: "/none"}, client.ErrPassword},
		{"no passwords here", "lovelace", sandbox.Fault{Method: "GET", Path: loginPath, Status: 200, Body: `{"flows":[{"type":"m.login.sso"}]}`}, client.ErrNoPassword},
	} {
		n := newTestWorld(t)
		n.Inject(tc.fault)
		hs, err := discovery.Find(t.Context(), n.options().Transport, n.ada)
		n.must(err)
		_, err = login.WithPassword(t.Context(), n.options(), hs, n.ada, tc.password)
		if !errors.Is(err, tc.want) || client.Hint(err) == "" {
			t.Errorf("%s: %v", tc.name, err)
		}
		if strings.Contains(err.Error(), tc.password) {
			t.Errorf("%s: the password is in the error: %v", tc.name, err)
		}
	}
}

func TestSoftLogoutIsReported(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	n.SignOutEverywhere(n.ada, true)
	gone := new(client.SignedOutError)
	if err := a.Refresh(t.Context()); !errors.As(err, &gone) || !gone.Soft {
		t.Errorf("%v", err)
	}
}
