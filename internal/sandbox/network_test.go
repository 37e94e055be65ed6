package sandbox

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// try sends a request of which only the error matters.
func try(w *World, req *http.Request) error {
	resp, err := w.RoundTrip(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func fetch(t *testing.T, w *World, rawURL string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rawURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return try(w, req)
}

func TestHostSelectsTheServer(t *testing.T) {
	w, _ := newWorld()
	c := &caller{t: t, w: w}
	wellKnown := c.send("GET", "https://example.org/.well-known/matrix/client", "", nil).ok(t)
	if wellKnown["m.homeserver"].(object)["base_url"] != "https://matrix.example.org/" ||
		wellKnown["m.identity_server"].(object)["base_url"] != "https://id.example.org" {
		t.Errorf("well-known: %v", wellKnown)
	}
	c.send("GET", "https://matrix.example.org/_matrix/client/versions", "", nil).ok(t)
	c.send("GET", "https://id.example.org/_matrix/identity/v2", "", nil).ok(t)
	c.send("GET", "https://matrix.example.org/_matrix/client/v3/nonsense", "", nil).
		fails(t, 404, "M_UNRECOGNIZED", "Unrecognized request")
	c.send("DELETE", "https://matrix.example.org/_matrix/client/v3/joined_rooms", "", nil).
		fails(t, 405, "M_UNRECOGNIZED", "Unrecognized request")
	err := fetch(t, w, "https://nowhere.example/")
	if err == nil || err.Error() != "dial tcp: lookup nowhere.example: no such host" {
		t.Errorf("unknown host: %v", err)
	}
}

func TestSignInRefusals(t *testing.T) {
	w, _ := newWorld()
	c := &caller{t: t, w: w}
	login := func(user, password any) response {
		return c.hs("POST", "login", object{
			"type": "m.login.password", "identifier": object{"type": "m.id.user", "user": user}, "password": password,
		})
	}
	login("ada", "wrong").fails(t, 403, "M_FORBIDDEN", "Invalid username or password")
	login("unknown", "ada").fails(t, 403, "M_FORBIDDEN", "Invalid username or password")
	login("@ada:example.org", "ada").ok(t)
	login("ada", 7).fails(t, 400, "M_INVALID_PARAM", "Bad parameter: password")
	c.hs("GET", "account/whoami", nil).fails(t, 401, "M_MISSING_TOKEN", "Missing access token")
	c.token = "wrong"
	a := c.hs("GET", "account/whoami", nil)
	a.fails(t, 401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
	if a.body["soft_logout"] != false {
		t.Errorf("body: %s", a.raw)
	}
	ada := signIn(t, w, "ada")
	ada.hs("POST", "logout", object{}).ok(t)
	ada.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, room := newWorld()
		ada := signIn(t, w, "ada")
		whoami := w.HomeserverURL() + "/_matrix/client/v3/account/whoami"

		remove := w.Inject(Fault{Method: "GET", Path: "/_matrix/client/v3/account/*", Delay: 3 * time.Second})
		start := time.Now()
		ada.hs("GET", "account/whoami", nil).ok(t)
		if got := time.Since(start); got != 3*time.Second {
			t.Errorf("passed %v", got)
		}
		remove()

		w.Inject(Fault{Path: "/_matrix/client/", Times: 1, Refuse: true})
		before := len(w.Requests())
		if err := fetch(t, w, whoami); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("refused: %v", err)
		}
		if got := len(w.Requests()); got != before {
			t.Error("a refused request arrived")
		}

		w.Inject(Fault{Path: "/_matrix/client/", Times: 1, Status: 503, Body: "busy", Header: http.Header{"Retry-After": {"9"}}})
		if a := ada.hs("GET", "account/whoami", nil); a.status != 503 || string(a.raw) != "busy" || a.header.Get("Retry-After") != "9" {
			t.Errorf("answered: %+v", a)
		}
		ada.hs("GET", "account/whoami", nil).ok(t)

		path := "/_matrix/client/v3/rooms/*/send/m.room.message/*"
		w.Inject(Fault{Path: path, Times: 1, Lose: true, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodPut,
			w.HomeserverURL()+"/_matrix/client/v3/rooms/"+url.PathEscape(room)+"/send/m.room.message/1",
			strings.NewReader(`{"body":"hello","msgtype":"m.text"}`))
		req.Header.Set("Authorization", "Bearer "+ada.token)
		if err := try(w, req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("lost: %v", err)
		}
		if e := ada.events(room); e[len(e)-1]["type"] != "m.room.message" {
			t.Error("a lost request was not carried out")
		}
		if got := w.Count("PUT", path); got != 1 {
			t.Errorf("%d requests", got)
		}
	})
}

func TestIdentityServerDownIsARefusedConnection(t *testing.T) {
	w, _ := newWorld()
	w.SetIdentityServerDown(true)
	err := fetch(t, w, w.IdentityServerURL()+"/_matrix/identity/v2")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("down: %v", err)
	}
	w.SetIdentityServerDown(false)
	if err := fetch(t, w, w.IdentityServerURL()+"/_matrix/identity/v2"); err != nil {
		t.Error(err)
	}
}

func TestOneOriginServesEverything(t *testing.T) {
	var w *World
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.ServeHTTP(rw, r) }))
	defer srv.Close()
	w = New(Options{HomeserverURL: srv.URL, IdentityServerURL: srv.URL})
	w.AddUser("ada", "ada", "Ada")
	room := w.CreateRoom("@ada:example.org", RoomOptions{})
	c := &caller{t: t, w: w, over: srv.Client().Transport}
	body := c.hs("POST", "login", object{
		"type": "m.login.password", "identifier": object{"type": "m.id.user", "user": "ada"}, "password": "ada",
	}).ok(t)
	c.token, c.id = signedjson.String(body["access_token"]), signedjson.String(body["user_id"])
	c.register()
	c.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{
		"medium": "email", "address": "dave@example.org", "id_server": strings.TrimPrefix(srv.URL, "http://"), "id_access_token": c.is,
	}).ok(t)
	content := c.invites(room)[0]["content"].(object)
	if got := signedjson.String(content["key_validity_url"]); !strings.HasPrefix(got, srv.URL) {
		t.Errorf("key validity URL %s", got)
	}
	a := c.send("OPTIONS", srv.URL+"/_matrix/client/v3/sync", "", nil)
	if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("OPTIONS: %d %v", a.status, a.header)
	}
}

func TestSimulateAcceptsInvites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Options{})
		w.AddUser("ada", "ada", "Ada")
		room := w.CreateRoom("@ada:example.org", RoomOptions{})
		mustInvite(t, w, room, "@ada:example.org", "early@example.org")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.Simulate(ctx, 10*time.Second)
		}()
		synctest.Wait()
		mustInvite(t, w, room, "@ada:example.org", "ada.lovelace@example.org")
		revoked := mustInvite(t, w, room, "@ada:example.org", "revoked@example.org")
		if _, err := w.SendState(room, "@ada:example.org", "m.room.third_party_invite", revoked, object{}); err != nil {
			t.Fatal(err)
		}
		who := "@ada.lovelace:example.org"
		for _, x := range []struct {
			pass time.Duration
			want string
		}{{9 * time.Second, ""}, {2 * time.Second, "invite"}, {5 * time.Second, "join"}} {
			time.Sleep(x.pass)
			synctest.Wait()
			if got := w.Membership(room, who); got != x.want {
				t.Errorf("membership %q, want %q", got, x.want)
			}
		}
		if got := w.Membership(room, "@revoked:example.org"); got != "" {
			t.Errorf("membership after a revoked invite: %s", got)
		}
		if got := w.Membership(room, "@early:example.org"); got != "" {
			t.Errorf("membership of an earlier invite: %s", got)
		}
		mustInvite(t, w, room, "@ada:example.org", "late@example.org")
		cancel()
		<-done
	})
}

func TestSimulateRaisesPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		w := New(Options{Now: func() time.Time {
			if broken.Load() {
				panic("no time")
			}
			return time.Now()
		}})
		w.AddUser("ada", "ada", "Ada")
		room := w.CreateRoom("@ada:example.org", RoomOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		heard := make(chan any)
		go func() {
			defer func() { heard <- recover() }()
			w.Simulate(ctx, 10*time.Second)
		}()
		synctest.Wait()
		mustInvite(t, w, room, "@ada:example.org", "grace@example.org")
		mustInvite(t, w, room, "@ada:example.org", "linus@example.org")
		broken.Store(true)
		time.Sleep(time.Minute)
		cancel()
		if got := <-heard; got != "no time" {
			t.Errorf("received %v", got)
		}
	})
}
