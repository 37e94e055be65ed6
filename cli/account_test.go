package cli

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// app returns a run of the program that has read its settings.
func (v *testAccount) app() *host.Program {
	v.t.Helper()
	a := host.NewProgram(v.w)
	settings, err := config.At(v.w.Getenv("MXINVITE_HOME")).LoadSettings(v.w.Getenv)
	v.must(err)
	a.Settings = *settings
	return a
}

// kept opens the stored sessions as the next run of the program does.
func (v *testAccount) kept() *host.Sessions {
	v.t.Helper()
	home := config.At(v.w.Getenv("MXINVITE_HOME"))
	opened, err := vault.Open(vault.Options{Dir: home.Dir()})
	v.must(err)
	return &host.Sessions{Home: home, Vault: opened}
}

// saved returns the stored session of a user.
func (v *testAccount) saved(user string) client.Session {
	v.t.Helper()
	s, err := v.kept().Read(v.t.Context(), vault.Name{UserID: user, Homeserver: v.HomeserverURL()})
	v.must(err)
	return s
}

func TestOldSessionGetsAStoreKeyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		old := v.saved(v.ada)
		old.DataKey = seal.Key{}
		v.must(v.kept().Save(t.Context(), old))
		v.run(exit.OK, "rooms")
		key := v.saved(v.ada).DataKey
		v.run(exit.OK, "rooms")
		if key.IsZero() || v.saved(v.ada).DataKey != key {
			t.Error("the key changes")
		}
	})
}

func TestSigningInAgainKeepsKeyAndDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		before := v.saved(v.ada)
		v.SignOutEverywhere(v.ada, false)
		if _, said := v.run(exit.SignedOut, "rooms"); !strings.Contains(said, "signed @ada:example.org out") {
			t.Errorf("said %q", said)
		}
		if over := v.saved(v.ada); !host.Ended(over) || over.RefreshToken != "" || over.DataKey != before.DataKey || over.DeviceID != before.DeviceID {
			t.Error("what outlives a session is not what is kept of it")
		}
		v.inputPassword()
		v.run(exit.OK, "login", v.ada)
		if now := v.saved(v.ada); host.Ended(now) || now.DataKey != before.DataKey || now.DeviceID != before.DeviceID {
			t.Error("another key or device, though it is the same account")
		}
		v.inputPassword()
		v.run(exit.OK, "login", v.grace)
		if out, _ := v.run(exit.OK, "accounts"); strings.Count(out, "signed in") != 2 {
			t.Errorf("the accounts are %q", out)
		}
		if v.saved(v.grace).DataKey == before.DataKey {
			t.Error("the same key, though it is another account")
		}
	})
}

// Renewed tokens are saved before they are used, because the old tokens are no
// longer valid.
func TestRefreshedTokensAreSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		for range 3 {
			before := v.saved(v.ada)
			v.ExpireTokens(v.ada)
			v.run(exit.OK, "rooms")
			if now := v.saved(v.ada); now.AccessToken == before.AccessToken || now.RefreshToken == before.RefreshToken {
				t.Error("nothing was renewed")
			}
		}
	})
}

// The end of a session must not affect a newer session of the same account.
func TestEndOfOldSessionKeepsNewSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		former := v.saved(v.ada)
		v.inputPassword()
		v.run(exit.OK, "login", v.ada)
		v.must(v.kept().End(t.Context(), former))
		if host.Ended(v.saved(v.ada)) {
			t.Error("it is")
		}
	})
}
