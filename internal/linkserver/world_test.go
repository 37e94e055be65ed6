package linkserver_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const (
	public = "https://invite.example.org"
	ada    = id.UserID("@ada:example.org")
	grace  = "@grace:example.org"
	rob    = "@rob:example.org"
)

// A world is a sandbox with a links server, and a room of Ada.
type world struct {
	*sandbox.World
	t    *testing.T
	now  time.Time
	key  linkkey.Key
	opt  linkserver.Options
	host http.Handler
	log  bytes.Buffer
	room string
}

func newWorld(t *testing.T, change ...func(*linkserver.Options)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC), key: linkkey.New()}
	clock := func() time.Time { return w.now }
	w.World = sandbox.New(sandbox.Options{Seed: 1, Now: clock})
	for _, name := range []string{"ada", "grace", "rob", "ken"} {
		w.AddUser(name, "lovelace", name)
	}
	w.room = w.CreateRoom(string(ada), sandbox.RoomOptions{Name: "Compilers", Preset: "private_chat"})
	w.opt = linkserver.Options{
		PublicURL: public, Key: w.key, Uses: filepath.Join(t.TempDir(), "state", "links.db"), Transport: w.World, Now: clock,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	for _, c := range change {
		c(&w.opt)
	}
	w.start()
	w.AddHost("invite.example.org", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.host.ServeHTTP(rw, r) }))
	return w
}

// start starts the links server, also a second time with the same file.
func (w *world) start() {
	w.t.Helper()
	s, err := linkserver.New(w.t.Context(), w.opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	w.host = s.Handler()
}

// link issues an invite in the room, and returns its link.
func (w *world) link(terms linkkey.Terms) link.Link {
	w.t.Helper()
	issued := ownkey.New()
	key, err := issued.Key()
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := base64.RawStdEncoding.DecodeString(key.PublicUnpadded())
	if err != nil {
		w.t.Fatal(err)
	}
	content, err := issued.Content("link 1", w.key.ValidityURL(public, raw, terms))
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.SendState(w.room, string(ada), invite.TypeThirdPartyInvite, issued.Token, content); err != nil {
		w.t.Fatal(err)
	}
	c := linkkey.Capsule{Terms: terms, RoomID: id.RoomID(w.room), Sender: ada, RoomName: "Compilers"}
	seed, err := base64.RawURLEncoding.DecodeString(issued.PrivateKey)
	if err != nil || copy(c.Seed[:], seed) != ed25519.SeedSize {
		w.t.Fatal(err)
	}
	l := link.Link{RoomID: c.RoomID, Via: []string{"example.org"}, Sender: ada, Token: issued.Token, RoomName: "Compilers"}
	l.SetCapsule(public, w.key.Seal(issued.Token, c))
	return l
}

// once are the terms of a link for one user.
func once() linkkey.Terms { return linkkey.Terms{Uses: 1} }

// do sends a request, which has the address of a browser.
func (w *world) do(method, target, body string, header http.Header) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, target, strings.NewReader(body))
	r.RemoteAddr = "203.0.113.7:4711"
	for name, values := range header {
		if name == "Remote" {
			r.RemoteAddr = values[0]
			continue
		}
		r.Header[name] = values
	}
	rec := httptest.NewRecorder()
	w.host.ServeHTTP(rec, r)
	return rec
}

// post sends a form.
func (w *world) post(path string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(http.MethodPost, path, form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

func (w *world) accept(l link.Link, user string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.post("/accept", url.Values{"link": {l.Format(public)}, "mxid": {user}})
}

// sign sends the request of Element Web.
func (w *world) sign(l link.Link, user string) *httptest.ResponseRecorder {
	w.t.Helper()
	query := url.Values{"token": {l.Token}, "private_key": {l.PrivateKey()}, "mxid": {user}}
	return w.do(http.MethodPost, "/_matrix/identity/v2/sign-ed25519?"+query.Encode(), "", nil)
}

// isValid asks the validity URL in the event of an invite, as a homeserver.
func (w *world) isValid(token string) bool {
	w.t.Helper()
	_, raw := w.StateEvent(w.room, invite.TypeThirdPartyInvite, token)
	var content ownkey.Content
	if err := json.Unmarshal(raw, &content); err != nil {
		w.t.Fatal(err)
	}
	rec := w.do(http.MethodGet, strings.TrimPrefix(content.ValidityURL, public)+"?public_key="+url.QueryEscape(content.PublicKey), "", nil)
	var reply map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &reply); err != nil || rec.Code != http.StatusOK {
		w.t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	return reply["valid"] == true
}

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, s := range texts {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}
