package e2e

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
)

func (p *person) homeserver() discovery.Homeserver {
	p.t.Helper()
	hs, err := discovery.Find(p.t.Context(), clientOptions(p.w).Transport, p.w.Homeserver())
	if err != nil {
		p.t.Fatal(err)
	}
	return hs
}

func TestAccountSignsInWithAToken(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		hs := ada.homeserver()
		a, err := login.WithToken(t.Context(), clientOptions(w), hs, ada.token)
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, w, a)
		check(t, w, "user ID", string(a.UserID()) == ada.ID, `true`)
		check(t, w, "device", a.Session().DeviceID != "", `true`)
		_, err = login.WithToken(t.Context(), clientOptions(w), hs, "not-a-token")
		check(t, w, "a token that is none", errors.Is(err, client.ErrToken), `true`)
	})
}

func TestAccountSignsInBySingleSignOn(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		hs := ada.homeserver()
		check(t, w, "OAuth", hs.OAuth != nil || hs.OAuthErr != nil, `false`)
		check(t, w, "ways", slices.Equal(hs.Ways(), []discovery.Way{discovery.WaySSO, discovery.WayPassword, discovery.WayToken}), `true`)
		check(t, w, "providers", hs.Providers, `[{"id": "cas", "name": "CAS", "brand": ""}]`)
		s, err := login.StartSSO(t.Context(), clientOptions(w), hs, "http://127.0.0.1:4711/callback", "cas")
		if err != nil {
			t.Fatal(err)
		}
		final := w.BrowserSignIn(t, ada.ID, s.URL())
		check(t, w, "is expected", s.Expects(final), `true`)
		a, err := s.Finish(t.Context(), final)
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, w, a)
		check(t, w, "user ID", string(a.UserID()) == ada.ID, `true`)
		_, err = s.Finish(t.Context(), final)
		check(t, w, "a second time", errors.Is(err, client.ErrLoginToken), `true`)
	})
}

func TestAccountSignsInAgainOnItsDevice(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		opt := clientOptions(w)
		opt.Again = ada.account().Session()
		a, err := login.WithPassword(t.Context(), opt, ada.homeserver(), ada.ID, ada.Password)
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, w, a)
		check(t, w, "the same device", a.Session().DeviceID == opt.Again.DeviceID, `true`)

		grace := newPerson(t, w, "grace")
		_, err = login.WithPassword(t.Context(), opt, grace.homeserver(), grace.ID, grace.Password)
		var other *client.OtherUserError
		check(t, w, "another user", errors.As(err, &other), `true`)
	})
}

func TestAccountRenewsItsSession(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		var saved client.Session
		opt := clientOptions(w)
		opt.SaveSession = func(s client.Session) error { saved = s; return nil }
		a, err := login.WithPassword(t.Context(), opt, ada.homeserver(), ada.ID, ada.Password)
		if err != nil {
			t.Fatal(err)
		}
		first := a.Session()
		check(t, w, "can be renewed", first.RefreshToken != "" && time.Until(first.ExpiresAt) > 4*time.Minute, `true`)

		later := opt // the client's clock is five minutes ahead
		later.Now = func() time.Time { return time.Now().Add(5 * time.Minute) }
		if a, err = client.Resume(later, first); err != nil {
			t.Fatal(err)
		}
		refresh(t, w, a)
		check(t, w, "saved", saved == a.Session() && saved != first, `true`)

		stale, err := client.Resume(later, first)
		if err != nil {
			t.Fatal(err)
		}
		gone := new(client.SignedOutError)
		check(t, w, "the tokens before", errors.As(stale.Refresh(t.Context()), &gone), `true`)
		later.SavedSession = func() (client.Session, error) { return saved, nil }
		if stale, err = client.Resume(later, first); err != nil {
			t.Fatal(err)
		}
		refresh(t, w, stale)
		check(t, w, "another program's", stale.Session().AccessToken == saved.AccessToken, `true`)
		if err := stale.SignOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, w, "signed out", errors.As(a.Refresh(t.Context()), &gone), `true`)
	})
}
