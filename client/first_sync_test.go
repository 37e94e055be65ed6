package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const (
	slidingPath  = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
	syncPath     = "/_matrix/client/v3/sync"
	joinedPath   = "/_matrix/client/v3/joined_rooms"
	versionsPath = "/_matrix/client/versions"
)

// withoutSliding is a homeserver without sliding sync.
var withoutSliding = sandbox.Fault{Path: versionsPath, Status: 200, Body: `{"versions":["v1.11"]}`}

// before is a transport that calls a function before the nth request for a window.
type before struct {
	http.RoundTripper
	mu   sync.Mutex
	seen int
	nth  int
	do   func()
}

func (b *before) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == slidingPath {
		b.mu.Lock()
		if b.seen++; b.seen == b.nth {
			b.do()
		}
		b.mu.Unlock()
	}
	return b.RoundTripper.RoundTrip(r)
}

// newAccount returns an account of Ada of which nothing is known, with another transport.
func (n *testWorld) newAccount(transport http.RoundTripper) *client.Account {
	n.t.Helper()
	opt := n.options()
	opt.Transport = transport
	a, err := client.Resume(opt, n.signIn(n.ada).Session())
	n.must(err)
	return a
}

// rooms creates rooms of Ada, with an invite each.
func (n *testWorld) rooms(number int) (rooms []string) {
	n.t.Helper()
	for r := range number {
		room := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
		_, err := n.InviteByEmail(room, n.ada, fmt.Sprintf("person%d@navy.example", r))
		n.must(err)
		rooms = append(rooms, room)
	}
	return rooms
}

// sameAsSync fails unless the account has the rooms, invites and events of a new one that
// reads all by /sync.
func (n *testWorld) sameAsSync(a *client.Account) {
	n.t.Helper()
	remove := n.Inject(withoutSliding)
	want := n.newAccount(n.World)
	n.must(want.Refresh(n.t.Context()))
	remove()
	if diff := cmp.Diff(want.Rooms(), a.Rooms()); diff != "" {
		n.t.Errorf("rooms (-sync +windows):\n%s", diff)
	}
	if diff := cmp.Diff(want.Invites(), a.Invites(), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		n.t.Errorf("invites (-sync +windows):\n%s", diff)
	}
	for _, i := range want.Invites() {
		history := func(a *client.Account) (events [][2]id.EventID) {
			for _, ev := range a.History(i.RoomID, i.Token) {
				events = append(events, [2]id.EventID{ev.ID, ev.Replaces})
			}
			return events
		}
		if diff := cmp.Diff(history(want), history(a)); diff != "" {
			n.t.Errorf("history of %s (-sync +windows):\n%s", i.DisplayName, diff)
		}
	}
}

// manyKinds creates rooms of every kind that a first sync meets.
func (n *testWorld) manyKinds() {
	n.t.Helper()
	n.rooms(130)
	n.CreateRoom(n.ada, sandbox.RoomOptions{Members: []string{n.grace}}) // without a name
	n.CreateRoom(n.ada, sandbox.RoomOptions{Alias: "only-an-alias"})
	for _, end := range []func(room string) error{
		func(room string) error { return n.Leave(room, n.ada) },
		func(room string) error { return n.Kick(room, n.grace, n.ada) },
		func(room string) error { return n.Ban(room, n.grace, n.ada) },
	} {
		n.must(end(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Gone", Members: []string{n.ada}})))
	}
	n.must(n.Invite(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Invited"}), n.grace, n.ada))
	accepted := n.invite("grace@navy.example")
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	revoked, redacted := n.invite("lin@kernel.example"), n.invite("rob@plan9.example")
	_, err := n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, revoked, map[string]any{})
	n.must(err)
	event, _ := n.StateEvent(string(n.room), invite.TypeThirdPartyInvite, redacted)
	n.must(n.Redact(string(n.room), n.ada, event))
	if accepted == "" {
		n.t.Fatal("no token")
	}
}

func TestFirstSyncInWindowsIsThatOfSync(t *testing.T) {
	n := newTestWorld(t)
	n.manyKinds()
	a := n.newAccount(n.World)
	asked := len(n.Requests())
	n.must(a.Refresh(t.Context()))
	var paths []string
	for _, r := range n.Requests()[asked:] {
		if !strings.Contains(r.URL.Path, "/rooms/") {
			paths = append(paths, r.URL.Path)
		}
	}
	want := []string{versionsPath, syncPath, joinedPath, slidingPath, slidingPath, slidingPath, slidingPath}
	slices.Sort(paths[2:])
	slices.Sort(want[2:])
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("the position is not requested before the rooms (-want +got):\n%s", diff)
	}
	n.sameAsSync(a)
	if done, total := a.Reading(); done != 0 || total != 0 {
		t.Errorf("%d of %d at the end", done, total)
	}
}

// A room that gets a message moves to the begin of the list, and all between move on.
func TestRoomThatMovesBetweenWindowsIsRead(t *testing.T) {
	n := newTestWorld(t)
	rooms := n.rooms(130)
	moves := &before{RoundTripper: n.World, nth: 2, do: func() {
		for _, room := range rooms[:40] { // the oldest: the last of the list
			_, err := n.SendMessage(room, n.ada, "hello")
			n.must(err)
		}
	}}
	a := n.newAccount(moves)
	n.must(a.Refresh(t.Context()))
	if len(a.Rooms()) != 131 || len(a.Invites()) != 130 {
		t.Errorf("%d rooms with %d invites", len(a.Rooms()), len(a.Invites()))
	}
	if moves.seen != 4 { // the windows, and the rooms that were in none
		t.Errorf("%d requests", moves.seen)
	}
	n.sameAsSync(a)
}

// The windows have events that the next /sync has as well, and the events before them.
func TestEventsDuringTheFirstSyncCountOnce(t *testing.T) {
	n := newTestWorld(t)
	rooms := n.rooms(30)
	left := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Left"})
	a := n.newAccount(&before{RoundTripper: n.World, nth: 1, do: func() {
		set := func(room, typ, key string, content map[string]any) {
			_, err := n.SendState(room, n.ada, typ, key, content)
			n.must(err)
		}
		for _, room := range []string{string(n.room), rooms[3]} {
			token, err := n.InviteByEmail(room, n.ada, "lin@kernel.example")
			n.must(err)
			set(room, invite.TypeThirdPartyInvite, token, map[string]any{})
			for _, name := range []string{"one", "two", "three"} {
				set(room, "m.room.name", "", map[string]any{"name": name})
			}
			_, err = n.InviteByEmail(room, n.ada, "rob@plan9.example")
			n.must(err)
		}
		n.must(n.Leave(left, n.ada))
		n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Joined"})
	}})
	n.must(a.Refresh(t.Context()))
	n.must(a.Refresh(t.Context()))
	n.sameAsSync(a)
}

func TestFirstSyncFallsBackToSync(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"not known":              {Path: slidingPath, Status: 404, Body: `{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}`},
		"an internal error":      {Path: slidingPath, Status: 500, Body: `{"errcode":"M_UNKNOWN","error":"Internal server error"}`},
		"a proxy":                {Path: slidingPath, Status: 502, Body: `<html>`},
		"no JSON":                {Path: slidingPath, Status: 200, Body: `{"pos":"1","rooms":{`},
		"no rooms":               {Path: slidingPath, Status: 200, Body: `{"pos":"1","rooms":{}}`},
		"no position":            {Path: slidingPath, Status: 200, Body: `{"rooms":{}}`},
		"a room without a state": {Path: slidingPath, Status: 200, Body: `{"pos":"1","rooms":{"!r:example.org":{}}}`},
		"no joined rooms":        {Path: joinedPath, Status: 200, Body: `{}`},
		"joined rooms of 1":      {Path: joinedPath, Status: 200, Body: `{"joined_rooms":[1]}`},
		"a long room ID":         {Path: joinedPath, Status: 200, Body: `{"joined_rooms":["!` + strings.Repeat("r", 300) + `"]}`},
		"endless rooms":          {Path: joinedPath, Status: 200, Body: `{"joined_rooms":[` + many(30_000) + `"!r"]}`},
		"rooms that are missing": {Path: joinedPath, Status: 200, Body: `{"joined_rooms":["!unknown:example.org"]}`},
		"no versions":            {Path: versionsPath, Status: 500, Body: `no`},
		"not supported":          withoutSliding,
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			n.rooms(130)
			a := n.newAccount(n.World)
			remove := n.Inject(fault)
			n.must(a.Refresh(t.Context()))
			remove()
			n.sameAsSync(a)
		})
	}
}

// many returns room IDs in JSON.
func many(rooms int) string {
	var b strings.Builder
	for n := range rooms {
		fmt.Fprintf(&b, `"!%d",`, n)
	}
	return b.String()
}

func TestInterruptedFirstSyncContinues(t *testing.T) {
	n := newTestWorld(t)
	n.rooms(330)
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	a := n.start(session, path)
	begun := time.Now()
	n.Inject(sandbox.Fault{Path: slidingPath, Times: 2}) // the first window, and one of the next ones
	remove := n.Inject(sandbox.Fault{Path: slidingPath, Refuse: true})
	if err := a.Refresh(t.Context()); !is[*client.UnreachableError](err) || a.Synced() {
		t.Fatalf("%v after %s", err, time.Since(begun))
	}
	if done, total := a.Reading(); done != 120 && done != 20 || total != 331 || len(a.Rooms()) != done {
		t.Errorf("%d of %d, and %d rooms", done, total, len(a.Rooms()))
	}
	if killed := n.start(session, path); killed.Synced() || len(killed.Rooms()) > 0 {
		t.Errorf("a restarted program has %d rooms", len(killed.Rooms()))
	}
	remove()
	asked := len(n.Requests())
	n.must(a.Refresh(t.Context()))
	for _, r := range n.Requests()[asked:] {
		if r.URL.Path == syncPath || r.URL.Path == joinedPath {
			t.Errorf("%s is requested again", r.URL.Path)
		}
	}
	n.sameAsSync(a)
	if again := n.start(session, path); !again.Synced() || len(again.Rooms()) != 331 {
		t.Errorf("%d rooms are stored", len(again.Rooms()))
	}
}

// A proxy may break requests to the endpoint of sliding sync only.
func TestFirstSyncThatFailsAgainAndAgainIsDoneBySync(t *testing.T) {
	n := newTestWorld(t)
	n.rooms(30)
	a := n.newAccount(n.World)
	n.Inject(sandbox.Fault{Path: slidingPath, Refuse: true})
	for range 2 {
		if err := a.Refresh(t.Context()); !is[*client.UnreachableError](err) {
			t.Fatal(err)
		}
	}
	n.must(a.Refresh(t.Context()))
	n.sameAsSync(a)
}

func TestWatcherReturnsAfterEachWindow(t *testing.T) {
	n := newTestWorld(t)
	n.rooms(330)
	hold := make(chan struct{}, 8)
	a := n.newAccount(&holding{n.World, hold})
	w := a.Watch()
	w.EachWindow = true
	var seen []string
	hold <- struct{}{}
	for !a.Synced() {
		if c := w.Next(t.Context()); c.Err != nil {
			t.Fatal(c.Err)
		}
		done, total := a.Reading()
		seen = append(seen, fmt.Sprintf("%d of %d: %d", done, total, len(a.Rooms())))
		hold <- struct{}{}
	}
	want := []string{"20 of 331: 20", "120 of 331: 120", "220 of 331: 220", "320 of 331: 320"} // the end has no fixed order
	if diff := cmp.Diff(want, seen[:min(len(want), len(seen))]); diff != "" {
		t.Error(diff)
	}
	if len(a.Rooms()) != 331 {
		t.Errorf("%d rooms", len(a.Rooms()))
	}
}

// slowBody is a transport whose responses to /sync arrive in parts, with a pause before
// each.
type slowBody struct {
	http.RoundTripper
	parts int
	pause time.Duration
}

func (s slowBody) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.RoundTripper.RoundTrip(r)
	if err != nil || r.URL.Path != syncPath {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(&parts{ctx: r.Context(), rest: body, size: len(body)/s.parts + 1, pause: s.pause})
	return res, err
}

type parts struct {
	ctx   context.Context
	rest  []byte
	size  int
	pause time.Duration
}

func (p *parts) Read(to []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(p.pause):
	case <-p.ctx.Done():
		return 0, p.ctx.Err()
	}
	n := copy(to, p.rest[:min(p.size, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

// On a slow line, /sync may take minutes, and its rooms are counted as they arrive.
func TestFirstSyncOnASlowLineIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.rooms(99)
		n.Inject(withoutSliding)
		a := n.newAccount(slowBody{n.World, 200, time.Second})
		begun := time.Now()
		ended := make(chan error, 1)
		go func() { ended <- a.Refresh(t.Context()) }()
		seen := []string{}
		for len(ended) == 0 {
			time.Sleep(time.Second)
			if done, total := a.Reading(); len(seen) < 4 && done >= 25*len(seen) {
				seen = append(seen, fmt.Sprintf("%d of %d", done/25*25, total))
			}
		}
		n.must(<-ended)
		if diff := cmp.Diff([]string{"0 of 100", "25 of 100", "50 of 100", "75 of 100"}, seen); diff != "" {
			t.Error(diff)
		}
		if took := time.Since(begun); took < 3*time.Minute {
			t.Errorf("after %s", took)
		}
		if len(a.Rooms()) != 100 {
			t.Errorf("%d rooms", len(a.Rooms()))
		}
	})
}

func TestFirstSyncThatPausesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.Inject(withoutSliding)
		a := n.newAccount(slowBody{n.World, 2, 80 * time.Second})
		begun := time.Now()
		if err := a.Refresh(t.Context()); !is[*client.UnreachableError](err) || time.Since(begun) != 75*time.Second {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// holding is a transport that sends a request for a window when it receives.
type holding struct {
	http.RoundTripper
	hold chan struct{}
}

func (h *holding) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == slidingPath {
		<-h.hold
	}
	return h.RoundTripper.RoundTrip(r)
}

// is reports whether err is or wraps an E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
