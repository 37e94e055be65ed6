package linkserver_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// The page leads from the link to an ordinary invite.
func TestInviteIsAcceptedOnThePage(t *testing.T) {
	w := newWorld(t)
	l := w.link(linkkey.Terms{Uses: 3, Expires: w.now.Add(48 * time.Hour)})
	if home := w.do(http.MethodGet, "/", "", nil); home.Code != http.StatusOK || !strings.Contains(home.Body.String(), `action="/open"`) {
		t.Errorf("%d %s", home.Code, home.Body)
	}
	opened := w.post("/open", url.Values{"link": {"Hi Grace,\n\n" + l.Format(public) + "\n"}})
	for _, want := range []string{"Compilers", string(ada), "3 December 2026, 12:00 UTC", "for 3 more people", "mxinvite accept &#39;https://invite.example.org/#/room/", "I have no Matrix account yet"} {
		if !strings.Contains(opened.Body.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if opened.Code != http.StatusOK || w.Membership(w.room, grace) != "" {
		t.Errorf("%d, %s", opened.Code, w.Membership(w.room, grace))
	}
	// The page passes the link on to the next step.
	_, rest, _ := strings.Cut(opened.Body.String(), `name="link" value="`)
	passed, _, _ := strings.Cut(rest, `"`)
	done := w.post("/accept", url.Values{"link": {strings.ReplaceAll(passed, "&amp;", "&")}, "mxid": {" " + grace + " "}})
	if done.Code != http.StatusOK || !strings.Contains(done.Body.String(), "in your client now") || w.Membership(w.room, grace) != "invite" {
		t.Errorf("%d, %s, %s", done.Code, w.Membership(w.room, grace), done.Body)
	}
	if err := w.Join(w.room, grace); err != nil {
		t.Error(err)
	}
}

// A link works for the number of users that its sender chose, in all of its ways
// together, also after a restart.
func TestUsesAreCountedByUser(t *testing.T) {
	w := newWorld(t)
	l := w.link(linkkey.Terms{Uses: 2})
	if got := w.accept(l, grace); got.Code != http.StatusOK {
		t.Fatal(got.Code, got.Body)
	}
	for range 3 { // a user counts once
		if got := w.sign(l, grace); got.Code != http.StatusOK {
			t.Fatal(got.Code, got.Body)
		}
	}
	w.start()
	if got := w.sign(l, rob); got.Code != http.StatusOK {
		t.Fatal(got.Code, got.Body)
	}
	for name, code := range map[string]int{
		"by the page": w.accept(l, "@ken:example.org").Code, "by a client": w.sign(l, "@ken:example.org").Code,
	} {
		if code != http.StatusGone {
			t.Errorf("a third user %s: %d", name, code)
		}
	}
	if !w.isValid(l.Token) {
		t.Error("the signature for the second user is not valid")
	}
	w.now = w.now.Add(11 * time.Minute)
	if w.isValid(l.Token) {
		t.Error("the key is valid after all uses")
	}
	// Otherwise a user who was removed from the room could return.
	if got := w.sign(l, grace); got.Code != http.StatusGone {
		t.Errorf("the first user again: %d", got.Code)
	}
	if got := w.post("/open", url.Values{"link": {l.Format(public)}}); got.Code != http.StatusGone || !strings.Contains(got.Body.String(), "was used already") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestExpiredLink(t *testing.T) {
	w := newWorld(t)
	l := w.link(linkkey.Terms{Uses: 5, Expires: w.now.Add(time.Hour)})
	signed := w.sign(l, grace)
	if signed.Code != http.StatusOK || !w.isValid(l.Token) {
		t.Fatal(signed.Code)
	}
	w.now = w.now.Add(time.Hour)
	if w.isValid(l.Token) {
		t.Error("the key of an expired link is valid")
	}
	for name, got := range map[string]string{
		"open": w.post("/open", url.Values{"link": {l.Format(public)}}).Body.String(), "accept": w.accept(l, rob).Body.String(), "sign": w.sign(l, grace).Body.String(),
	} {
		if !strings.Contains(got, "This link has expired") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if code := w.accept(l, rob).Code; code != http.StatusGone || w.Membership(w.room, rob) != "" {
		t.Error(code)
	}
	// The homeserver refuses also a signature that was made before.
	var object map[string]any
	if err := json.Unmarshal(signed.Body.Bytes(), &object); err != nil {
		t.Fatal(err)
	}
	if err := w.Exchange(t.Context(), grace, w.room, object); err == nil || !strings.Contains(err.Error(), "certificate was invalid") {
		t.Error(err)
	}
}

// matrix-js-sdk posts the signurl with the Matrix ID, and sends the response to the
// homeserver as it is.
func TestSignatureForAClientIsAcceptedByTheHomeserver(t *testing.T) {
	w := newWorld(t)
	l := w.link(once())
	for name, request := range map[string][2]string{
		"in the query": {"?token=" + l.Token + "&private_key=" + l.PrivateKey() + "&mxid=" + url.QueryEscape(grace), ""},
		"in the body":  {"", `{"mxid":"` + grace + `","token":"` + l.Token + `","private_key":"` + l.PrivateKey() + `"}`},
	} {
		rec := w.do(http.MethodPost, "/_matrix/identity/v2/sign-ed25519"+request[0], request[1], http.Header{"Content-Type": {"application/json"}, "Origin": {"https://app.example"}})
		if rec.Code != http.StatusOK || rec.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("%s: %d %s", name, rec.Code, rec.Body)
		}
		var signed map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &signed); err != nil || signed["sender"] != string(ada) || signed["mxid"] != grace {
			t.Fatalf("%v %v", err, signed)
		}
		if err := w.Exchange(t.Context(), grace, w.room, signed); err != nil {
			t.Error(err)
		}
		if err := w.Exchange(t.Context(), rob, w.room, signed); err == nil {
			t.Error("the signature is accepted for another user")
		}
	}
	options := w.do(http.MethodOptions, "/_matrix/identity/v2/sign-ed25519", "", http.Header{"Origin": {"https://app.example"}, "Access-Control-Request-Method": {"POST"}})
	if options.Code != http.StatusNoContent || !strings.Contains(options.Header().Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("%d %v", options.Code, options.Header())
	}
	binding := w.do(http.MethodPost, "/_matrix/identity/v2/sign-ed25519?binding=true&token="+l.Token+"&private_key="+l.PrivateKey()+"&mxid="+url.QueryEscape(grace), "", nil)
	if binding.Code != http.StatusOK || strings.Contains(binding.Body.String(), "sender") {
		t.Errorf("%d %s", binding.Code, binding.Body)
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	l := w.link(once())
	foreign, plain := l, link.Link{RoomID: l.RoomID, Sender: ada, Token: l.Token}
	foreign.SetCapsule(public, linkkey.New().Seal(l.Token, linkkey.Capsule{Terms: once(), RoomID: l.RoomID, Sender: ada}))
	if err := plain.SetPrivateKey(ownkey.New().PrivateKey); err != nil {
		t.Fatal(err)
	}
	whole := l.Format(public)
	for _, c := range []struct {
		name, link, mxid string
		status           int
		says             string
	}{
		{"nothing", "", grace, http.StatusBadRequest, "no link was given"},
		{"no link", "hello", grace, http.StatusBadRequest, "not a whole link"},
		{"a part", strings.Replace(whole, l.PrivateKey(), l.PrivateKey()[:40], 1), grace, http.StatusNotFound, "not known here"},
		{"another token", strings.Replace(whole, l.Token, "AAAA", 1), grace, http.StatusNotFound, "not known here"},
		{"another server", foreign.Format(public), grace, http.StatusNotFound, "not known here"},
		{"without server", plain.Format(public), grace, http.StatusBadRequest, "mxinvite accept"},
		{"no Matrix ID", whole, "", http.StatusBadRequest, "A Matrix ID has an @"},
		{"an address", whole, "grace@navy.example", http.StatusBadRequest, "A Matrix ID has an @"},
		{"without @", whole, "grace:example.org", http.StatusBadRequest, "A Matrix ID has an @"},
		{"a bad server", whole, "@grace:exa mple", http.StatusBadRequest, "A Matrix ID has an @"},
		{"two users", whole, "@grace:example.org @rob:example.org", http.StatusBadRequest, "A Matrix ID has an @"},
		{"a script", whole, `@<script>alert(1)</script>:x y`, http.StatusBadRequest, "A Matrix ID has an @"},
		{"too long", whole, "@" + strings.Repeat("a", 300) + ":example.org", http.StatusBadRequest, "A Matrix ID has an @"},
		{"too much", strings.Repeat("a", 65<<10), grace, http.StatusRequestEntityTooLarge, "too long"},
	} {
		got := w.post("/accept", url.Values{"link": {c.link}, "mxid": {c.mxid}})
		if got.Code != c.status || !strings.Contains(got.Body.String(), c.says) || strings.Contains(got.Body.String(), "<script>alert") {
			t.Errorf("%s: %d\n%s", c.name, got.Code, got.Body)
		}
	}
	if !strings.Contains(w.accept(l, "@Grace/Hopper=1:example.org").Body.String(), "@Grace/Hopper=1:example.org") {
		t.Error("a historical user ID is refused")
	}
}

// The page says what a homeserver answered, and what else the user can do.
func TestHomeserverThatDoesNotInvite(t *testing.T) {
	bind := "/_matrix/federation/v1/3pid/onbind"
	for name, c := range map[string]struct {
		fault  sandbox.Fault
		status int
		says   string
	}{
		"down":         {sandbox.Fault{Method: "POST", Path: bind, Refuse: true}, http.StatusBadGateway, "does not respond"},
		"Dendrite":     {sandbox.Fault{Method: "POST", Path: bind, Status: 500, Body: `{"Err":""}`}, http.StatusBadGateway, "could not invite " + grace},
		"tuwunel":      {sandbox.Fault{Method: "POST", Path: bind, Status: 404, Body: `{"errcode":"M_UNRECOGNIZED"}`}, http.StatusBadGateway, "does not support"},
		"rate limited": {sandbox.Fault{Method: "POST", Path: bind, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED"}`}, http.StatusServiceUnavailable, "too many requests"},
	} {
		w := newWorld(t)
		l := w.link(once())
		remove := w.Inject(c.fault)
		got := w.accept(l, grace)
		for _, want := range []string{c.says, "Try again as", "https://app.element.io/#/room/", "mxinvite accept &#39;"} {
			if got.Code != c.status || !strings.Contains(got.Body.String(), want) {
				t.Errorf("%s: %d, no %q\n%s", name, got.Code, want, got.Body)
			}
		}
		remove()
		if got := w.accept(l, grace); got.Code != http.StatusOK || w.Membership(w.room, grace) != "invite" {
			t.Errorf("%s: again: %d", name, got.Code)
		}
	}
	w := newWorld(t)
	revoked, banned := w.link(once()), w.link(once())
	if _, err := w.SendState(w.room, string(ada), "m.room.third_party_invite", revoked.Token, map[string]any{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Ban(w.room, string(ada), rob); err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{w.accept(revoked, grace).Body.String(), w.accept(banned, rob).Body.String()} {
		if !strings.Contains(got, "the invite was revoked, or @") {
			t.Error(got)
		}
	}
}

// A homeserver that is not found does not use the link up.
func TestUnknownHomeserverIsNotCounted(t *testing.T) {
	w := newWorld(t)
	l := link.Link{RoomID: "!r:gone.example", Sender: "@ada:gone.example:x", Token: "T"}
	l.SetCapsule(public, w.key.Seal("T", linkkey.Capsule{Terms: once(), RoomID: l.RoomID, Sender: l.Sender}))
	if got := w.accept(l, grace); got.Code != http.StatusBadGateway {
		t.Error(got.Code)
	}
	if got := w.sign(l, rob); got.Code != http.StatusOK {
		t.Error("the link is used up:", got.Code)
	}
}

func TestIsValidNeedsAnAuthenticURL(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]string{
		"/valid/0.1.AAAAAAAAAAAAAAAAAAAAAA/isvalid?public_key=UIWqmD96kTF/LESctfwvn1YhWhr/Ab%2bt6lfa1MS9D7c": `{"valid":false}`,
		"/valid/nonsense/isvalid?public_key=x": `{"valid":false}`,
		"/valid/0.1.A/isvalid":                 `M_MISSING_PARAMS`,
	} {
		if got := w.do(http.MethodGet, target, "", nil); !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
}

// Names in a link are shown as text.
func TestHostileNamesAreShownAsText(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{`<script>alert(1)</script>`, `" onload="x`, "\x1b]52;c;x\a", "\u202eevil", "{{.Link}}", "'; rm -rf /;'"} {
		l := link.Link{RoomID: "!r:example.org", Sender: "@ada:example.org", Token: "T", RoomName: name, InviterName: name, Email: name}
		l.SetCapsule(public, w.key.Seal("T", linkkey.Capsule{Terms: once(), RoomID: l.RoomID, Sender: id.UserID("@a'<b>:example.org"), RoomName: name}))
		got := w.post("/open", url.Values{"link": {l.Format(public)}})
		for _, bad := range []string{"<script>alert", `onload="`, "\x1b", "\a", "\u202e", "<b>", "'; rm"} {
			if got.Code != http.StatusOK || strings.Contains(got.Body.String(), bad) {
				t.Errorf("%q: %d, %q\n%s", name, got.Code, bad, got.Body)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/nothing", "/page.css", "/page.js", "/robots.txt", "/valid/x/isvalid"} {
		h := w.do(http.MethodGet, path, "", nil).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff",
			"Strict-Transport-Security": "max-age", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
	local := newWorld(t, func(o *linkserver.Options) { o.PublicURL = "http://127.0.0.1:8080" })
	if h := local.do(http.MethodGet, "/", "", nil).Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
}

// The page needs nothing from other hosts.
func TestPagesUseOnlyThisServer(t *testing.T) {
	w := newWorld(t)
	l := w.link(once())
	for _, page := range []string{w.do(http.MethodGet, "/", "", nil).Body.String(), w.post("/open", url.Values{"link": {l.Format(public)}}).Body.String(), w.accept(l, grace).Body.String()} {
		for _, bad := range []string{`src="http`, `src="//`, "<style", " style=", " onclick=", "@import", "url("} {
			if strings.Contains(page, bad) {
				t.Errorf("the page has %s", bad)
			}
		}
	}
}

// The log has neither secrets nor Matrix IDs nor whole addresses.
func TestLogHasNoSecrets(t *testing.T) {
	w := newWorld(t)
	l := w.link(once())
	w.post("/open", url.Values{"link": {l.Format(public)}})
	w.accept(l, grace)
	w.sign(l, grace)
	w.do(http.MethodGet, "/"+l.PrivateKey()+"?token="+l.Token, "", nil)
	w.isValid(l.Token)
	for _, bad := range []string{l.Token, l.PrivateKey(), l.PrivateKey()[4:20], "grace", "203.0.113.7", w.room} {
		if strings.Contains(w.log.String(), bad) {
			t.Errorf("the log has %q:\n%s", bad, w.log.String())
		}
	}
	if !strings.Contains(w.log.String(), `route="POST /accept" status=200 from=203.0.113.0/24`) {
		t.Error(w.log.String())
	}
	stored, err := os.ReadFile(w.opt.Uses)
	if err != nil || strings.Contains(string(stored), "grace") {
		t.Errorf("%v, or a Matrix ID is stored", err)
	}
	if stat, err := os.Stat(w.opt.Uses); err != nil || stat.Mode().Perm() != 0o600 {
		t.Error(err, stat.Mode())
	}
}

func TestCheckPublicURL(t *testing.T) {
	for s, ok := range map[string]bool{
		"https://invite.example.org": true, "https://invite.example.org/": true, "https://invite.example.org:8443": true, "http://localhost:8080": true, "http://127.0.0.1:80": true, "http://[::1]:80": true,
		"http://invite.example.org": false, "https://invite.example.org/x": false, "https://a@b.example": false, "https://b.example?x": false, "https://b.example#x": false, "ftp://b.example": false, "invite.example.org": false, "": false,
	} {
		if err := linkserver.CheckPublicURL(s); (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// A request that has begun is finished when the server stops.
func TestServeFinishesRequests(t *testing.T) {
	w := newWorld(t)
	l := w.link(linkkey.Terms{Uses: 1})
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	begun, goOn := make(chan bool), make(chan bool)
	var once sync.Once
	w.opt.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		once.Do(func() { close(begun) })
		<-goOn
		return w.RoundTrip(r)
	})
	slow, err := linkserver.New(t.Context(), w.opt)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	ended := make(chan error, 1)
	go func() { ended <- slow.Serve(ctx, listener) }()
	status := make(chan int, 1)
	go func() {
		req, _ := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, "http://"+listener.Addr().String()+"/accept", strings.NewReader(url.Values{"link": {l.Format(public)}, "mxid": {grace}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			status <- 0
			return
		}
		_ = res.Body.Close()
		status <- res.StatusCode
	}()
	<-begun
	stop()
	close(goOn)
	if got := <-status; got != http.StatusOK {
		t.Error(got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
