package cli

import (
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// app is a run of the program that has read its settings.
func (v *vigil) app() *app {
	v.t.Helper()
	a := newApp(v.w)
	settings, err := config.At(v.w.getenv("MXINVITE_HOME")).LoadSettings(v.w.getenv)
	v.must(err)
	a.settings = *settings
	return a
}

// sessions are those that are kept.
func (v *vigil) sessions() *sessions {
	v.t.Helper()
	kept, err := v.app().sessions()
	v.must(err)
	return kept
}

// saved is the session that is kept of an account.
func (v *vigil) saved(user string) client.Session {
	v.t.Helper()
	all, err := v.sessions().all(v.t.Context())
	v.must(err)
	for _, s := range all {
		if string(s.UserID) == user {
			return s
		}
	}
	v.t.Fatalf("nothing is kept of %s", user)
	return client.Session{}
}

func TestSessionFromBeforeGetsAKeyAndKeepsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		old := v.saved(v.ada)
		old.DataKey = seal.Key{}
		v.must(v.sessions().save(t.Context(), old))
		v.runs(exitOK, "rooms")
		key := v.saved(v.ada).DataKey
		v.runs(exitOK, "rooms")
		if key.IsZero() || v.saved(v.ada).DataKey != key {
			t.Error("the key changes")
		}
	})
}

func TestSigningInAgainKeepsTheKeyOfTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		key := v.saved(v.ada).DataKey
		v.SignOutEverywhere(v.ada, false)
		v.runs(exitSignedOut, "rooms")
		v.types(password)
		v.runs(exitOK, "login", v.ada)
		if v.saved(v.ada).DataKey != key {
			t.Error("another key, though it is the same account")
		}
		v.types(password)
		v.runs(exitOK, "login", v.grace)
		if v.saved(v.grace).DataKey == key || v.saved(v.ada).DataKey != key {
			t.Error("two accounts share a key, or one has lost it")
		}
	})
}
