package cli

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// saved is the session that is kept.
func (v *vigil) saved() (s client.Session) {
	v.t.Helper()
	v.must(v.home().LoadSession(&s))
	return s
}

func (v *vigil) home() config.Home { return config.At(v.w.getenv("MXINVITE_HOME")) }

func TestSessionFromBeforeGetsAKeyAndKeepsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		old := v.saved()
		old.DataKey = seal.Key{}
		v.must(v.home().SaveSession(old))
		v.runs(exitOK, "rooms")
		key := v.saved().DataKey
		v.runs(exitOK, "rooms")
		if key.IsZero() || v.saved().DataKey != key {
			t.Error("the key changes")
		}
	})
}

func TestSigningInAgainKeepsTheKeyOfTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		key := v.saved().DataKey
		v.SignOutEverywhere(v.ada, false)
		v.runs(exitSignedOut, "rooms")
		v.types(password)
		v.runs(exitOK, "login", v.ada)
		if v.saved().DataKey != key {
			t.Error("another key, though it is the same account")
		}
		v.types(password)
		v.runs(exitOK, "login", v.grace)
		if v.saved().DataKey == key {
			t.Error("the same key, though it is another account")
		}
	})
}

func TestScreenKeepsTheKeyOfWhatIsStillToBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		a := newApp(v.w)
		defer a.close()
		a.remembers(t.Context())
		session := v.saved()
		v.LimitInvites(1, 1)
		v.sends(exitRateLimited, "one@example.com", "two@example.com")
		v.must(a.forgetSession(t.Context(), v.home()))
		if _, err := a.session(); !errors.Is(err, errNotSignedIn) || v.saved().AccessToken != "" {
			t.Error("still signed in")
		}
		if a.formerKey(session.UserID, session.Homeserver) != session.DataKey {
			t.Error("the key is lost")
		}

		v.must(v.home().SaveSession(session))
		v.must(a.store.Forget(t.Context(), store.Account{UserID: session.UserID, Homeserver: session.Homeserver}))
		v.must(a.forgetSession(t.Context(), v.home()))
		if !a.formerKey(session.UserID, session.Homeserver).IsZero() {
			t.Error("there is nothing to keep it for")
		}
	})
}
