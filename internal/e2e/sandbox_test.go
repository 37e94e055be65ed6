package e2e

import (
	"net/http"
	"testing"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// A sandboxWorld is the sandbox, in this process. Every scenario has its own one.
type sandboxWorld struct {
	*sandbox.World
	up func() // starts the homeserver again
}

func enterSandbox(testing.TB) world {
	w := sandbox.New(sandbox.Options{})
	w.SetWays(sandbox.Ways{Password: true, SSO: []sandbox.Provider{{ID: "cas", Name: "CAS"}}})
	return &sandboxWorld{World: w}
}

func (w *sandboxWorld) Name() string                 { return "sandbox" }
func (w *sandboxWorld) Homeserver() string           { return w.HomeserverURL() }
func (w *sandboxWorld) ServerName() string           { return w.Domain() }
func (w *sandboxWorld) IdentityServer() string       { return w.IdentityServerURL() }
func (w *sandboxWorld) Transport() http.RoundTripper { return w.World }

func (w *sandboxWorld) User(_ testing.TB, localpart string) (userID, password string) {
	password = "correct horse of " + localpart
	return w.AddUser(localpart, password, localpart), password
}

func (w *sandboxWorld) BrowserSignIn(tb testing.TB, userID, address string) (final string) {
	tb.Helper()
	final, err := w.Approve(userID, address)
	if err != nil {
		tb.Fatal(err)
	}
	return final
}

func (w *sandboxWorld) Mails(tb testing.TB, address string, atLeast int) []mail {
	tb.Helper()
	var mails []mail
	for _, m := range w.World.Mails(address) {
		mails = append(mails, mail{
			To: m.To, Subject: m.Subject, Text: m.Text, Link: m.Link,
			SignURL: m.SignURL, RoomID: m.RoomID, Token: m.Token + m.Code, PrivateKey: m.PrivateKey, // a mail has one of these
		})
	}
	if len(mails) < atLeast { // a mail arrives before the response to the request that sent it
		tb.Fatalf("%d mails to %s, not %d", len(mails), address, atLeast)
	}
	return mails
}

// The sandbox returns the homeserver's errors about the pending invites. A user does
// not get them.
func (w *sandboxWorld) Bind(_ testing.TB, address, userID, _ string) {
	_ = w.World.Bind(address, userID)
}

// BindsItself does nothing.
func (w *sandboxWorld) BindsItself(testing.TB) {}

// SetTerms requires two policies in two languages, like config/terms.yaml.
func (w *sandboxWorld) SetTerms(_ testing.TB, on bool) {
	if !on {
		w.World.SetTerms(nil)
		return
	}
	w.World.SetTerms(map[string]sandbox.Policy{
		"terms_of_service": {Version: "2.0", Languages: map[string]sandbox.Document{
			"en": {Name: "Terms of Service", URL: "https://example.test/terms-2.0-en.html"},
			"fr": {Name: "Conditions d'utilisation", URL: "https://example.test/terms-2.0-fr.html"},
		}},
		"privacy_policy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://example.test/privacy-1.2-en.html"},
		}},
	})
}

func (w *sandboxWorld) SetIdentityServerDown(_ testing.TB, down bool) {
	w.World.SetIdentityServerDown(down)
}

func (w *sandboxWorld) LimitInvites(_ testing.TB, perSecond float64, burst int) {
	w.World.LimitInvites(perSecond, burst)
}

func (w *sandboxWorld) LimitMails(_ testing.TB, perSecond float64, burst int) {
	w.World.LimitMails(perSecond, burst)
}

func (w *sandboxWorld) SetHomeserverDown(_ testing.TB, down bool) {
	if !down {
		w.up()
		return
	}
	w.up = w.Inject(sandbox.Fault{Path: "/_matrix/client/", Refuse: true})
}

// Settle does nothing: there is no delay.
func (w *sandboxWorld) Settle(testing.TB) {}

// Watch does nothing: a sandbox has no log.
func (w *sandboxWorld) Watch(testing.TB) {}
