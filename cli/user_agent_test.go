package cli

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// Every request carries the program's User-Agent, so that the list of devices
// shows it.
func TestEveryRequestNamesTheProgram(t *testing.T) {
	// As the Matrix Authentication Service reads it: CUSTOM_USER_AGENT_REGEX in
	// crates/data-model/src/user_agent.rs.
	form := regexp.MustCompile(`^mxinvite/[^ ]+ \(terminal; \S+\)$`)
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true})
		v.signInByDevice(v.ada)
		v.ExpireTokens(v.ada)
		v.runOK("send", "ops", "dave@navy.example", "--yes")
		v.runOK("logout")
		asked := map[string]bool{}
		for _, r := range v.Requests() {
			if r.From != "client" {
				continue
			}
			asked[r.URL.Path] = true
			if got := r.Header.Get("User-Agent"); !form.MatchString(got) {
				t.Errorf("%s was asked by %q", r.URL.Path, got)
			}
		}
		for _, path := range []string{
			"/.well-known/matrix/client", "/_matrix/client/versions", "/_matrix/client/v1/auth_metadata", "/oauth2/registration", "/oauth2/device",
			tokenPath, "/oauth2/revoke", "/_matrix/identity/v2/account/register",
		} {
			if !asked[path] {
				t.Errorf("%s was not asked", path)
			}
		}
	})
}
