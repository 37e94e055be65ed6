package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const tokenPath = "/oauth2/token"

// signInByDevice signs a user in with a code that is approved on another device.
func (v *testTerminal) signInByDevice(user string) (device string) {
	v.t.Helper()
	said := v.begin("login", user, "--with", "device", "--json")
	v.must(v.ApproveDevice(user, v.find(`type this code:\s+(\w+)\s`, said)))
	time.Sleep(time.Minute)
	return v.find(`"device_id": "(\w+)"`, v.wait(exit.OK))
}

// checkNoAccounts checks that no account is stored.
func (v *testTerminal) checkNoAccounts() {
	v.t.Helper()
	if said := v.begin("accounts"); !strings.Contains(said, "No account is signed in") {
		v.t.Errorf("kept %q", said)
	}
	v.wait(exit.OK)
}

func TestLogoutRetriesLostResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true})
		device := v.signInByDevice(v.ada)
		v.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: 1})
		v.Inject(sandbox.Fault{Path: "/oauth2/revoke", Lose: true, Times: 1})
		v.runOK("logout")
		if _, _, err := v.LatestTokens(v.ada, device); err == nil {
			t.Error("the session goes on")
		}
		v.checkNoAccounts()
	})
}

func TestLogoutThatIsNotConfirmedSaysWhereToEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true})
		device := v.signInByDevice(v.ada)
		v.Inject(sandbox.Fault{Path: "/oauth2/", Refuse: true})
		said := v.begin("logout")
		said = strings.ReplaceAll(said+v.wait(exit.Error), "\n", " ") // lines are wrapped
		for _, part := range []string{
			"could not confirm that the session of @ada:example.org has ended: account.example.org cannot be reached",
			"End the session of the device " + device + " (mxinvite) here: " +
				v.AuthServerURL() + "/account/?action=org.matrix.device_delete&device_id=" + device,
		} {
			if !strings.Contains(said, part) {
				t.Errorf("said %q, without %q", said, part)
			}
		}
		v.checkNoAccounts()
	})
}

// If the end of one session cannot be confirmed, the others still end, and the
// error names the account.
func TestLogoutOfAllSaysWhichIsNotConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true})
		v.signInByDevice(v.ada)
		v.signInByDevice(v.grace)
		v.Inject(sandbox.Fault{Path: tokenPath, Refuse: true, Times: 1})
		said := v.begin("logout", "--all")
		said = strings.ReplaceAll(said+v.wait(exit.Partly), "\n", " ") // lines are wrapped
		if !strings.Contains(said, "could not confirm that the session of @ada:example.org has ended") ||
			!strings.Contains(said, "org.matrix.device_delete") || !strings.Contains(said, "@grace:example.org is signed out") {
			t.Errorf("said %q", said)
		}
		v.checkNoAccounts()
	})
}

func TestLockedAccountIsNotSignedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true})
		v.signInByDevice(v.ada)
		v.LockUser(v.ada, true)
		said := v.begin("rooms")
		said += v.wait(exit.Error)
		if !strings.Contains(said, "your account may be locked or suspended") || !strings.Contains(said, "You stay signed in here") {
			t.Errorf("said %q", said)
		}
		v.LockUser(v.ada, false)
		v.runOK("rooms")
	})
}

func TestServerDownWhileATokenHasExpired(t *testing.T) {
	for name, ways := range map[string]sandbox.Ways{"OAuth": {OAuth: true}, "homeserver": {Password: true}} {
		synctest.Test(t, func(t *testing.T) {
			v := newTestTerminal(t, ways)
			if ways.OAuth {
				v.signInByDevice(v.ada)
			} else {
				v.begin("login", v.ada)
				v.typeLine(password)
				v.wait(exit.OK)
			}
			time.Sleep(time.Hour)
			remove := []func(){
				v.Inject(sandbox.Fault{Path: "/oauth2/", Refuse: true}), v.Inject(sandbox.Fault{Path: "/_matrix/", Refuse: true}),
			}
			said := v.begin("rooms")
			said += v.wait(exit.Error)
			if !strings.Contains(said, "cannot be reached") {
				t.Errorf("%s: said %q", name, said)
			}
			for _, f := range remove {
				f()
			}
			v.runOK("rooms")
		})
	}
}

func TestDeactivatedAccountIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true, Password: true})
		v.signInByDevice(v.ada)
		v.DeactivateUser(v.ada)
		said := v.begin("rooms")
		said += v.wait(exit.SignedOut)
		if !strings.Contains(said, "the homeserver has signed @ada:example.org out") {
			t.Errorf("said %q", said)
		}
		v.begin("login", v.ada, "--with", "password")
		v.typeLine(password)
		if said := v.wait(exit.Error); !strings.Contains(said, "deactivated") {
			t.Errorf("said %q", said)
		}
	})
}
