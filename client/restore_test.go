package client_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// start resumes a session with the store at path, as a restarted program does.
func (n *testWorld) start(session client.Session, path string) *client.Account {
	n.t.Helper()
	s, err := store.Open(n.t.Context(), path)
	n.must(err)
	n.t.Cleanup(func() { s.Close() })
	opt := n.options()
	opt.Store = s
	a, err := client.Resume(opt, session)
	n.must(err)
	n.must(a.Restore(n.t.Context()))
	return a
}

func TestRestoreReadsWhatWasStored(t *testing.T) {
	n := newTestWorld(t)
	joined, open := n.invite("grace@navy.example"), n.invite("lin@kernel.example")
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	gone := id.RoomID(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Quiet", Members: []string{n.ada}}))
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")

	first := n.start(session, path)
	if first.Synced() || len(first.Rooms()) > 0 {
		t.Error("has rooms before it was restored")
	}
	n.must(first.Refresh(t.Context()))
	n.must(first.StoreError())
	asked := len(n.Requests())

	second := n.start(session, path)
	if len(n.Requests()) != asked {
		t.Error("restoring sent a request")
	}
	if !second.Synced() || time.Since(second.AsOf()) > time.Minute || len(second.Rooms()) != 2 {
		t.Errorf("synced %v as of %v with rooms %v", second.Synced(), second.AsOf(), second.Rooms())
	}
	for token, want := range map[string]invite.Status{joined: invite.Joined, open: invite.Pending} {
		if i, err := second.Invite(n.room, token); err != nil || i.Status != want {
			t.Errorf("%s, %v; want %s", i.Status, err, want)
		}
	}

	// The next sync returns only what happened between two starts: nothing is traced
	// again.
	n.must(n.Kick(string(gone), n.grace, n.ada))
	n.must(n.Kick(string(n.room), n.ada, n.grace))
	n.must(second.Refresh(t.Context()))
	if got := n.Count("GET", "/_matrix/client/v3/rooms/*/messages"); got != 1 {
		t.Errorf("traced %d times", got)
	}
	third := n.start(session, path)
	if i, _ := third.Invite(n.room, joined); i.Status != invite.Left || len(third.Rooms()) != 1 {
		t.Errorf("%s in rooms %v", i.Status, third.Rooms())
	}
}

func TestTwoProgramsOnOneStore(t *testing.T) {
	n := newTestWorld(t)
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	one := n.start(session, path)
	n.must(one.Refresh(t.Context()))
	two := n.start(session, path)
	for _, a := range []*client.Account{one, two, one, two} {
		n.invite("lin@kernel.example")
		n.must(a.Refresh(t.Context()))
		n.must(a.StoreError())
	}
	three := n.start(session, path)
	n.must(three.Refresh(t.Context()))
	for name, a := range map[string]*client.Account{"the one that came last": two, "a new one": three} {
		if got := len(a.Invites()); got != 4 {
			t.Errorf("%s has %d invites", name, got)
		}
	}
}

func TestUnknownSinceTokenRestartsTheSync(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	n.must(n.start(session, path).Refresh(t.Context()))
	a := n.start(session, path)
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Times: 1, Status: 400, Body: `{"errcode":"M_UNKNOWN","error":"Invalid stream token"}`})
	n.must(a.Refresh(t.Context()))
	if i, err := a.Invite(n.room, token); err != nil || i.Status != invite.Joined {
		t.Errorf("%s, %v", i.Status, err)
	}
}

// If the homeserver refuses a sync, the known rooms are kept, and the sync is not
// repeated at once.
func TestRefusedSyncIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		first bool // whether nothing is known before
		times int  // how many requests the homeserver refuses
	}{
		"for another reason":   {body: `{"errcode":"M_BAD_JSON","error":"filter"}`, times: 1},
		"without a word":       {body: `no`, times: 1},
		"the first":            {body: `{"errcode":"M_UNKNOWN","error":"filter"}`, first: true, times: 2},
		"the one asked anew":   {body: `{"errcode":"M_UNKNOWN","error":"filter"}`, times: 2},
		"by an invalid number": {body: `{"errcode":"M_INVALID_PARAM","error":"timeout"}`, times: 2},
	} {
		n := newTestWorld(t)
		n.invite("grace@navy.example")
		a := n.signIn(n.ada)
		if !c.first {
			n.must(a.Refresh(t.Context()))
		}
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Times: c.times, Status: 400, Body: c.body})
		var refused *client.ServerError
		if err := a.Refresh(t.Context()); !errors.As(err, &refused) || refused.Status != 400 {
			t.Errorf("%s: %v", name, err)
		}
		if a.Synced() == c.first || len(a.Rooms()) == 0 != c.first {
			t.Errorf("%s: has %d rooms", name, len(a.Rooms()))
		}
		if err := a.Refresh(t.Context()); err != nil {
			t.Errorf("%s: afterwards: %v", name, err)
		}
	}
}

func TestSignOutDeletesTheStoredRooms(t *testing.T) {
	n := newTestWorld(t)
	n.invite("grace@navy.example")
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	a := n.start(session, path)
	n.must(a.Refresh(t.Context()))
	n.must(a.SignOut(t.Context()))
	if again := n.start(session, path); again.Synced() || len(again.Rooms()) > 0 {
		t.Errorf("still has %v", again.Rooms())
	}
}

func TestSyncWithoutChangesIsNotStoredForMinutes(t *testing.T) {
	n := newTestWorld(t)
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	var later time.Duration
	opt := n.options()
	opt.Now = func() time.Time { return time.Now().Add(later) }
	var err error
	opt.Store, err = store.Open(t.Context(), path)
	n.must(err)
	t.Cleanup(func() { opt.Store.Close() })
	a, err := client.Resume(opt, session)
	n.must(err)

	other, err := store.Open(t.Context(), path)
	n.must(err)
	t.Cleanup(func() { other.Close() })
	version, err := other.Version(t.Context())
	n.must(err)
	wantStored := func(stored bool, when string) {
		t.Helper()
		n.must(a.Refresh(t.Context()))
		n.must(a.StoreError())
		v, err := other.Version(t.Context())
		n.must(err)
		if (v != version) != stored {
			t.Errorf("%s: stored: %v", when, !stored)
		}
		version = v
	}
	wantStored(true, "the first sync")
	later += 4 * time.Minute
	wantStored(false, "no change after four minutes")
	later += 2 * time.Minute
	wantStored(true, "no change after six minutes")
	wantStored(false, "no change after that")
	token := n.invite("grace@navy.example")
	wantStored(true, "a change after a sync that was not stored")
	if _, err := n.start(session, path).Invite(n.room, token); err != nil {
		t.Error(err)
	}
}
