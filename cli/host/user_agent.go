package host

import (
	"net/http"
	"runtime"
	"strings"
)

// A namedTransport adds a User-Agent to every request. The Matrix Authentication
// Service names the device after it: the name, and in parentheses the model and the
// system (crates/data-model/src/user_agent.rs there). Hosts that other users named
// in invites are asked with another transport, and do not get it.
type namedTransport struct {
	http.RoundTripper
	userAgent string
}

func withName(t http.RoundTripper) http.RoundTripper { return namedTransport{t, userAgent()} }

// RoundTrip sends a request with the User-Agent.
func (t namedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", t.userAgent)
	return t.RoundTripper.RoundTrip(req)
}

func userAgent() string {
	systems := map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
	system, known := systems[runtime.GOOS]
	if !known {
		system = runtime.GOOS
	}
	number := strings.Trim(ThisBuild().Version, "()") // of "(devel)"
	return "mxinvite/" + number + " (terminal; " + system + ")"
}
