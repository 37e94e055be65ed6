package client_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// The account data can be set by any client and by the homeserver.
func TestIdentityServerOfTheAccountDataIsABaseURL(t *testing.T) {
	for _, base := range []string{
		"http://id.example.org", "http://10.0.0.1", "http://169.254.169.254/latest", "http://localhost.example.org", "http://127.0.0.1.example.org",
		"//id.example.org", "id.example.org", "ftp://id.example.org", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///x", "https:id.example.org",
		"https://user@id.example.org", "https://user:pw@id.example.org", "https://@id.example.org",
		"https://id.example.org?", "https://id.example.org?x=1", "https://id.example.org/?", "https://id.example.org/#", "https://id.example.org#x", "https://id.example.org/x#/",
		"https://id.example.org\n", "https://id.example.org\x1b[31m", "https://id.example.org:x", "https://id .example.org", "%", " https://id.example.org",
	} {
		n := newTestWorld(t)
		a := n.account()
		body, err := json.Marshal(map[string]string{"base_url": base})
		n.must(err)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: string(body)})
		_, err = a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
		if err == nil || !strings.Contains(err.Error(), "your account") {
			t.Errorf("%q: %v", base, err)
			continue
		}
		if text := fmt.Sprint(err); strings.ContainsAny(text, "\x1b\n") || strings.Contains(text, "pw") {
			t.Errorf("%q: the error is %q", base, text)
		}
		if n.Count("POST", "/_matrix/client/v3/user/*/openid/request_token")+n.Count("POST", lookupPath) > 0 {
			t.Errorf("%q: a token was requested or an address sent", base)
		}
	}
}
