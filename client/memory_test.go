package client_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/budget"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// recordedMemory is a Memory without a limit that records what is counted.
type recordedMemory struct {
	mu               sync.Mutex
	used, peak, kept int64
	refuse           error
}

func (m *recordedMemory) Take(bytes int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used += bytes
	m.peak = max(m.peak, m.used)
	return m.refuse
}

func (m *recordedMemory) Give(bytes int64) { _ = m.Take(-bytes) }

func (m *recordedMemory) Keep(bytes int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = bytes
	return m.refuse
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// largeAccount returns a world in which Ada has 1,000 rooms with three invites each.
func largeAccount(t *testing.T) (*sandbox.World, client.Options, client.Session) {
	t.Helper()
	w := sandbox.New(sandbox.Options{Now: time.Now})
	ada := w.AddUser("ada", password, "Ada")
	for r := range 1000 {
		room := w.CreateRoom(ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
		for i := range 3 {
			if _, err := w.InviteByEmail(room, ada, fmt.Sprintf("person%d@place%d.example", i, r)); err != nil {
				t.Fatal(err)
			}
		}
	}
	opt := client.Options{Transport: w, Now: time.Now}
	hs, err := discovery.Find(t.Context(), w, ada)
	if err != nil {
		t.Fatal(err)
	}
	a, err := login.WithPassword(t.Context(), opt, hs, ada, password)
	if err != nil {
		t.Fatal(err)
	}
	return w, opt, a.Session()
}

func TestFirstSyncOfALargeAccountFitsIntoASession(t *testing.T) {
	w, opt, s := largeAccount(t)
	b := budget.New(512<<20, 64<<20)
	share := b.Share(func(err error) { t.Error(err) })
	opt.Memory, opt.Transport = share, share.Transport(w)
	a, err := client.Resume(opt, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(a.Rooms()); n != 1000 {
		t.Errorf("%d rooms", n)
	}
	t.Logf("%d KiB are counted for the rooms", b.Used()>>10)
	share.Close()
	if n := b.Used(); n != 0 {
		t.Errorf("%d bytes are not given back", n)
	}
}

func TestRoomsUseNoMoreMemoryThanIsCounted(t *testing.T) {
	_, opt, s := largeAccount(t)
	counted := new(recordedMemory)
	opt.Memory = counted
	a, err := client.Resume(opt, s)
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	used := heap() - before
	t.Logf("%d KiB are counted, and %d KiB are used", counted.kept>>10, used>>10)
	if counted.kept < used {
		t.Errorf("%d bytes are counted, but %d are used", counted.kept, used)
	}
	if counted.used != 0 {
		t.Errorf("%d bytes of requests are not given back", counted.used)
	}
	runtime.KeepAlive(a)
}

func TestSyncThatIsTooLargeChangesNoToken(t *testing.T) {
	n := newTestWorld(t)
	full := errors.New("full")
	limit := &recordedMemory{refuse: full}
	a := n.signIn(n.ada)
	opt := n.options()
	opt.Memory = limit
	a, err := client.Resume(opt, a.Session())
	n.must(err)
	if err := a.Refresh(t.Context()); !errors.Is(err, full) {
		t.Fatal(err)
	}
	limit.refuse = nil
	n.must(a.Refresh(t.Context()))
	if len(a.Rooms()) != 1 {
		t.Error(a.Rooms())
	}
}
