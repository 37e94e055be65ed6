package e2e

import (
	"net/http"
	"testing"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// sandboxWorld is our own homeserver and identity server, in this process. Every scenario has one to itself.
type sandboxWorld struct {
	*sandbox.World
	up func() // starts the homeserver again
}

func enterSandbox(testing.TB) world { return &sandboxWorld{World: sandbox.New(sandbox.Options{})} }

func (w *sandboxWorld) Name() string                 { return "sandbox" }
func (w *sandboxWorld) Homeserver() string           { return w.HomeserverURL() }
func (w *sandboxWorld) ServerName() string           { return w.Domain() }
func (w *sandboxWorld) IdentityServer() string       { return w.IdentityServerURL() }
func (w *sandboxWorld) Transport() http.RoundTripper { return w.World }

func (w *sandboxWorld) User(_ testing.TB, localpart string) (userID, password string) {
	password = "correct horse of " + localpart
	return w.AddUser(localpart, password, localpart), password
}

func (w *sandboxWorld) Mails(tb testing.TB, address string, atLeast int) []mail {
	tb.Helper()
	var mails []mail
	for _, m := range w.World.Mails(address) {
		mails = append(mails, mail{
			To: m.To, Subject: m.Subject, Text: m.Text, Link: m.Link,
			SignURL: m.SignURL, RoomID: m.RoomID, Token: m.Token + m.Code, PrivateKey: m.PrivateKey, // a mail has one of them
		})
	}
	if len(mails) < atLeast { // here a mail arrives before the request that caused it is answered
		tb.Fatalf("%d mails to %s, not %d", len(mails), address, atLeast)
	}
	return mails
}

// Bind is told what the homeserver makes of the pending invites. A person is not.
func (w *sandboxWorld) Bind(_ testing.TB, address, userID, _ string) {
	_ = w.World.Bind(address, userID)
}

// SetTerms asks for two policies, in two languages, as config/terms.yaml does.
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

// Settle has nothing to wait for.
func (w *sandboxWorld) Settle(testing.TB) {}

// Watch has nothing to show: a sandbox keeps no log.
func (w *sandboxWorld) Watch(testing.TB) {}
