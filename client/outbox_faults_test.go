package client_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// failWrites makes writes to a store fail, as on a full disk, until mend is called.
// when is the part of a CREATE TRIGGER statement after the name.
func (n *testWorld) failWrites(path string, when ...string) (mend func()) {
	n.t.Helper()
	do := func(statement string) {
		n.t.Helper()
		db, err := sql.Open("sqlite", path)
		n.must(err)
		defer db.Close()
		_, err = db.ExecContext(context.Background(), statement)
		n.must(err)
	}
	for i, w := range when {
		do(fmt.Sprintf(`CREATE TRIGGER failing%d %s BEGIN SELECT abs(-9223372036854775807 - 1); END`, i, w))
	}
	return func() {
		for i := range when {
			do(fmt.Sprintf(`DROP TRIGGER failing%d`, i))
		}
	}
}

// startRunner runs a runner in another goroutine and sends its turns to a channel. The
// runner ends with ctx.
func (n *testWorld) startRunner(ctx context.Context, a *client.Account) <-chan client.Turn {
	turns := make(chan client.Turn, 10_000)
	go func() {
		defer close(turns)
		r := a.Runner("test")
		defer r.Close()
		for {
			turn := r.Next(ctx)
			if ctx.Err() != nil {
				return
			}
			turns <- turn
		}
	}()
	return turns
}

// turnErrors returns the errors of the turns so far.
func turnErrors(turns <-chan client.Turn) (list []error) {
	for {
		select {
		case turn := <-turns:
			if turn.Err != nil {
				list = append(list, turn.Err)
			}
		default:
			return list
		}
	}
}

func TestNothingIsSentIfTheStoreCannotBeWritten(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fails []string
		mails int // number of mails while writes fail
	}{
		{"queued to sending", []string{`BEFORE UPDATE ON outbox WHEN NEW.state = 'sending'`}, 0},
		{"sending to sent", []string{`BEFORE UPDATE ON outbox WHEN NEW.state = 'sent'`}, 1},
		{"the address book", []string{`BEFORE INSERT ON addresses`}, 1},
		{"the pace", []string{`BEFORE INSERT ON notes WHEN NEW.name = 'paces'`}, 1},
		{"the sender", []string{`BEFORE INSERT ON notes WHEN NEW.name = 'sender'`}, 0},
		{"all", []string{`BEFORE INSERT ON notes`, `BEFORE UPDATE ON outbox`, `BEFORE INSERT ON addresses`}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				path := filepath.Join(t.TempDir(), "store.db")
				a := n.start(n.signIn(n.ada).Session(), path)
				n.must(a.Refresh(t.Context()))
				n.LimitInvites(0.01, 2)
				addresses := hundredAddresses()[:6]
				n.queue(a, addresses...)
				mails := func() (count int) {
					for _, address := range addresses {
						if got := len(n.Mails(address)); got > 1 {
							t.Errorf("%s got %d mails", address, got)
						} else {
							count += got
						}
					}
					return count
				}
				mend := n.failWrites(path, tc.fails...)
				ctx, cancel := context.WithCancel(t.Context())
				turns := n.startRunner(ctx, a)
				time.Sleep(time.Hour)
				if got := mails(); got != tc.mails {
					t.Errorf("%d mails while nothing can be written", got)
				}
				said := turnErrors(turns)
				if len(said) == 0 || !strings.Contains(said[len(said)-1].Error(), "store") {
					t.Errorf("said %v", said)
				}
				mend()
				time.Sleep(time.Hour)
				synctest.Wait()
				if got, o := mails(), n.outbox(a); got != 6 || o.Count(client.ItemSent) != 6 {
					t.Errorf("%d mails, %v", got, n.states(a))
				}
				if posts := n.Count("POST", invitePath); posts > 7 {
					t.Errorf("%d requests for 6 invites", posts)
				}
				for _, i := range n.outbox(a).Items {
					if to, ok := a.AddressOf(i.Room, i.Token); !ok || to != i.Address {
						t.Errorf("%v went to %v", i, to)
					}
				}
				cancel()
				synctest.Wait()
			})
		})
	}
}

func TestEnqueueFailsIfTheStoreCannotBeWritten(t *testing.T) {
	n := newTestWorld(t)
	path := filepath.Join(t.TempDir(), "store.db")
	a := n.start(n.signIn(n.ada).Session(), path)
	n.must(a.Refresh(t.Context()))
	plan, err := a.Plan(t.Context(), n.room, n.invitee("one@navy.example"))
	n.must(err)
	other, err := a.Plan(t.Context(), n.room, n.invitee("two@navy.example"))
	n.must(err)
	mend := n.failWrites(path, `BEFORE INSERT ON outbox WHEN (SELECT count(*) FROM outbox) = 1`)
	if items, err := a.Enqueue(t.Context(), []client.Plan{plan, other}); err == nil || len(items) > 0 {
		t.Errorf("%v, %v", items, err)
	}
	if o := n.outbox(a); len(o.Items) > 0 {
		t.Errorf("half of it: %v", o.Items)
	}
	mend()
	if items, err := a.Enqueue(t.Context(), []client.Plan{plan, other}); err != nil || len(items) != 2 {
		t.Errorf("%v, %v", items, err)
	}
}

func TestBothSpellingsOfADomainAreQueuedOnce(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	n.queue(a, "ada@bücher.example")
	plan, err := a.Plan(t.Context(), n.room, n.invitee("ada@xn--bcher-kva.example"))
	n.must(err)
	if !plan.Queued {
		t.Error("it is not shown as queued")
	}
}

// accountWithClock returns an account whose clock differs from the real time by offset,
// in nanoseconds.
func (n *testWorld) accountWithClock(offset *atomic.Int64) *client.Account {
	n.t.Helper()
	s, err := store.Open(n.t.Context(), filepath.Join(n.t.TempDir(), "store.db"))
	n.must(err)
	n.t.Cleanup(func() { s.Close() })
	opt := n.options()
	opt.Store = s
	opt.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())).Round(0) } // without the monotonic clock reading
	a, err := client.Resume(opt, n.signIn(n.ada).Session())
	n.must(err)
	n.must(a.Refresh(n.t.Context()))
	return a
}

// Whenever the clock is set while invites wait, at most one request is sent too early,
// and each request is at most one interval late.
func TestSetClockDelaysNothing(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, -10 * 365 * 24 * time.Hour, 24 * time.Hour, -time.Second, time.Minute} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				var offset atomic.Int64
				a := n.accountWithClock(&offset)
				n.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
				n.queue(a, hundredAddresses()[:10]...)
				begun := time.Now()
				r := a.Runner("test")
				for range 6 {
					r.Next(t.Context())
				}
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
				r.Next(ctx)
				cancel()
				offset.Add(int64(jump))
				r.Close()
				n.runOutbox(a)
				if posts := n.Count("POST", invitePath); posts > 12 {
					t.Errorf("%d requests for 10 invites", posts)
				}
				if late := time.Since(begun) - 5*400*time.Second; late < 0 || late > 410*time.Second {
					t.Errorf("%s late", late)
				}
				if n.outbox(a).Count(client.ItemSent) != 10 {
					t.Errorf("%v", n.states(a))
				}
			})
		})
	}
}

func TestClockSetBackDoesNotExtendABackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		var offset atomic.Int64
		a := n.accountWithClock(&offset)
		n.queue(a, "one@navy.example")
		n.Inject(sandbox.Fault{Path: lookupPath, Times: 3, Refuse: true})
		r := a.Runner("test")
		defer r.Close()
		for turn := r.Next(t.Context()); turn.RetryIn < 4*time.Second; turn = r.Next(t.Context()) {
			if turn.Err == nil {
				t.Fatalf("%+v", turn)
			}
		}
		offset.Add(-int64(365 * 24 * time.Hour))
		begun := time.Now()
		if turn := r.Next(t.Context()); turn.Item.State != client.ItemSent || time.Since(begun) > 10*time.Second {
			t.Errorf("%+v after %s", turn, time.Since(begun))
		}
	})
}

// The timers of a laptop stop while it sleeps.
func TestLaptopSendsAtOnceAfterSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		var offset atomic.Int64
		a := n.accountWithClock(&offset)
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":3600000}`})
		n.queue(a, "one@navy.example", "two@navy.example")
		r := a.Runner("test")
		defer r.Close()
		r.Next(t.Context())
		time.AfterFunc(time.Second, func() { offset.Add(int64(8 * time.Hour)) })
		begun := time.Now()
		for range 2 {
			if turn := r.Next(t.Context()); turn.Item.State != client.ItemSent {
				t.Errorf("%+v", turn)
			}
			offset.Add(int64(8 * time.Hour))
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestConcurrentProgramsSendEachInviteOnce(t *testing.T) {
	n := newServedWorld(t)
	a, session, path := n.storedSession()
	n.Inject(sandbox.Fault{Path: invitePath, Delay: time.Millisecond})
	addresses := hundredAddresses()[:50]
	n.queue(a, addresses...)
	left := func() int { return n.outbox(a).Count(client.ItemQueued, client.ItemSending) }
	done := make(chan struct{})
	race := func(again bool) {
		defer func() { done <- struct{}{} }()
		for left() > 0 {
			s, err := store.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			opt := n.options()
			opt.Store = s
			other, err := client.Resume(opt, session)
			if err == nil {
				err = other.Refresh(t.Context())
			}
			if err != nil {
				t.Error(err)
				return
			}
			life := 2 * time.Second
			if again {
				life = rand.N(200 * time.Millisecond)
			}
			ctx, cancel := context.WithTimeout(t.Context(), life)
			r := other.Runner("one of two")
			for ctx.Err() == nil && left() > 0 {
				if turn := r.Next(ctx); turn.Err != nil && ctx.Err() == nil {
					t.Error(turn.Err)
				}
				if _, err := other.Outbox(t.Context()); err != nil { // which checks what program sends
					t.Error(err)
				}
			}
			cancel()
			r.Close()
			s.Close()
		}
	}
	go race(false)
	go race(true)
	<-done
	<-done
	for _, i := range n.outbox(a).Items {
		if mails := n.Mails(i.Address.Address); i.State != client.ItemSent || len(mails) != 1 || mails[0].Token != i.Token {
			t.Errorf("%s is %s (%s), %d mails", i.Address.Address, i.State, i.Reason, len(mails))
		}
	}
}

func TestStoredAddressesAreEncrypted(t *testing.T) {
	n := newTestWorld(t)
	path := filepath.Join(t.TempDir(), "store.db")
	a := n.start(n.signIn(n.ada).Session(), path)
	n.must(a.Refresh(t.Context()))
	n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`})
	n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502})
	n.must(n.Bind("hopper@navarra.example", n.grace))
	who := []string{"failed@navarra.example", "uncertain@navarra.example", "sent@navarra.example", "hopper@navarra.example", "cancelled@navarra.example", "waiting@navarra.example"}
	items := n.queue(a, who[:5]...)
	n.must(a.Cancel(t.Context(), items[4].Number))
	r := a.Runner("test")
	for range 4 {
		if turn := r.Next(t.Context()); turn.Err != nil {
			t.Fatal(turn.Err)
		}
	}
	r.Close()
	n.queue(a, who[5])
	files, err := filepath.Glob(path + "*")
	n.must(err)
	if len(files) < 2 {
		t.Fatalf("looked into %v", files)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		n.must(err)
		for _, address := range append(who, "navarra.example") {
			if strings.Contains(strings.ToLower(string(data)), address) {
				t.Errorf("%s is in %s", address, file)
			}
		}
	}
}
