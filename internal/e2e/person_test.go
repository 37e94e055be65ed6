package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// A person is a user who is signed in at the homeserver of a world.
type person struct {
	t             testing.TB
	w             world
	ID, Localpart string
	Password      string
	token         string
	identityToken string // access token of the identity server; empty until it is needed
}

var people atomic.Int64

// newPerson creates a user for this test alone, whose user ID begins with localpart, and
// signs in.
func newPerson(tb testing.TB, w world, localpart string) *person {
	tb.Helper()
	return signUp(tb, w, localpart+"-"+strconv.FormatInt(people.Add(1), 10))
}

// signUp creates a user and signs in.
func signUp(tb testing.TB, w world, localpart string) *person {
	tb.Helper()
	p := &person{t: tb, w: w, Localpart: localpart}
	p.ID, p.Password = w.User(tb, p.Localpart)
	status, session := p.signIn(p.Password)
	if status != http.StatusOK {
		tb.Fatalf("sign in %s: %d %v", p.ID, status, session)
	}
	p.token = session["access_token"].(string)
	return p
}

func (p *person) signIn(password string) (int, object) {
	p.t.Helper()
	return call(p.t, p.w, http.MethodPost, p.w.Homeserver()+"/_matrix/client/v3/login", object{
		"type": "m.login.password", "password": password,
		"identifier": object{"type": "m.id.user", "user": p.ID},
	})
}

// ask sends a request to the homeserver. path is the part after /_matrix/client/v3.
func (p *person) ask(method, path string, body any) answer {
	p.t.Helper()
	return ask(p.t, p.w, method, p.w.Homeserver()+"/_matrix/client/v3"+path, p.token, body)
}

// must sends a request that must succeed.
func (p *person) must(method, path string, body any) answer {
	p.t.Helper()
	a := p.ask(method, path, body)
	if a.Status != http.StatusOK {
		p.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Text)
	}
	return a
}

// askIdentity sends a request to the identity server. path is the part after
// /_matrix/identity/v2.
func (p *person) askIdentity(method, path string, body any) answer {
	p.t.Helper()
	return ask(p.t, p.w, method, p.w.IdentityServer()+"/_matrix/identity/v2"+path, p.atIdentityServer(), body)
}

func (p *person) mustIdentity(method, path string, body any) object {
	p.t.Helper()
	a := p.askIdentity(method, path, body)
	if a.Status != http.StatusOK {
		p.t.Fatalf("identity server: %s %s: %d %s", method, path, a.Status, a.Text)
	}
	return a.Body
}

// atIdentityServer returns the person's access token for the identity server, which it
// gets with an OpenID token of the homeserver.
func (p *person) atIdentityServer() string {
	p.t.Helper()
	if p.identityToken == "" {
		status, registered := p.register(p.openID())
		if status != http.StatusOK {
			p.t.Fatalf("register %s at the identity server: %d %v", p.ID, status, registered)
		}
		p.identityToken = registered["token"].(string)
	}
	return p.identityToken
}

func (p *person) openID() object {
	p.t.Helper()
	return p.must(http.MethodPost, "/user/"+url.PathEscape(p.ID)+"/openid/request_token", object{}).Body
}

func (p *person) register(openID object) (int, object) {
	p.t.Helper()
	return call(p.t, p.w, http.MethodPost, p.w.IdentityServer()+"/_matrix/identity/v2/account/register", openID)
}

var addresses atomic.Int64

// address returns an e-mail address that no other test uses.
func address(name string) string {
	return name + "-" + strconv.FormatInt(addresses.Add(1), 10) + "@example.test"
}

// idServer returns the identity server in the form of id_server.
func idServer(w world) string { return strings.TrimPrefix(w.IdentityServer(), "https://") }
