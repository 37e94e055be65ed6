package vault

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
)

func TestConcurrentProgramsKeepEachOthersAccounts(t *testing.T) {
	const to = 25
	v := newWorld(t, KindSealed).start(t)
	users := []string{"@ada:x", "@grace:x", "@ken:x"}
	var g errgroup.Group
	for _, user := range users[1:] {
		cmd, lines := start(t, "count", v.opt.Dir, user, strconv.Itoa(to))
		g.Go(func() error {
			for lines.Scan() {
			}
			return cmd.Wait()
		})
	}
	g.Go(func() error { return count(t.Context(), v.opt.Dir, Name{users[0], ada.Homeserver}, to) })
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, user := range users {
		wantHeld(t, v, Name{user, ada.Homeserver}, string(numbered(to)))
	}
	if files := filesIn(t, v, "*"); len(files) != 2 {
		t.Errorf("the directory contains %q", files)
	}
}

// If two programs save the same account, one of the two secrets is stored
// completely.
func TestLastSaveOfAnAccountWins(t *testing.T) {
	v := newWorld(t, KindSealed).start(t)
	var g errgroup.Group
	for _, to := range []int{20, 21} {
		g.Go(func() error {
			for range to {
				if err := v.Save(t.Context(), ada, numbered(to)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := v.Load(t.Context(), ada)
	if err != nil || string(got) != string(numbered(20)) && string(got) != string(numbered(21)) {
		t.Errorf("loaded %.20q, %v", got, err)
	}
}

func TestConcurrentProgramsCreateOneVault(t *testing.T) {
	for range 5 {
		w := newWorld(t, KindKeyring)
		ring := &keyringInMemory{}
		w.Keyring = ring
		var all sync.WaitGroup
		for i := range 6 {
			v := w.start(t)
			all.Go(func() {
				if err := v.Save(t.Context(), Name{strconv.Itoa(i), ada.Homeserver}, []byte("x")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if names, err := w.start(t).Accounts(); len(names) != 6 || err != nil {
			t.Errorf("listed %v, %v", names, err)
		}
		if len(ring.set) != 1 {
			t.Errorf("%d entries in the keyring", len(ring.set))
		}
	}
}

func TestFileLockOfAnotherProgramTimesOut(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	save(t, v, ada, secret)
	l := flock.New(v.Path() + ".lock")
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	v.lockTimeout = time.Millisecond
	if err := v.Save(t.Context(), ada, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	wantHeld(t, v, ada, secret) // reading needs no file lock
}

// Killed at any moment, a program leaves a complete vault with its last
// reported secret, and the next program removes its temporary files.
func TestKilledProgramLeavesACompleteVault(t *testing.T) {
	const kills = 20
	v := newWorld(t, KindSealed).start(t)
	save(t, v, grace, "other")
	for range kills {
		cmd, lines := start(t, "count", v.opt.Dir, ada.UserID, "1000000")
		lines.Scan() // wait until it saves
		begun, said := time.Now(), 1
		lines.Scan()
		time.AfterFunc(rand.N(3*time.Since(begun)), func() { _ = cmd.Process.Kill() })
		for more := true; more; more = lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				said = n
			}
		}
		_ = cmd.Wait() // the error says that it was killed

		got, err := v.Load(t.Context(), ada)
		if err != nil || string(got) != string(numbered(said)) && string(got) != string(numbered(said+1)) {
			t.Fatalf("loaded %.20q, %v, after %d was saved", got, err, said)
		}
		wantHeld(t, v, grace, "other")
	}
	write(t, v.Path()+".new-1", []byte("half"))
	save(t, v, ada, secret)
	if files := filesIn(t, v, "*"); len(files) != 2 {
		t.Errorf("the directory contains %q", files)
	}
}

// While one program asks for a new passphrase, another program changes the
// vault.
func TestChangeIsRepeatedAfterAConcurrentChange(t *testing.T) {
	w, other := newWorld(t, KindPlain), newWorld(t, "")
	v := w.start(t)
	save(t, v, ada, secret)
	other.Dir = w.Dir
	ask, overtaken := w.Passphrase, false
	w.Passphrase = func(ctx context.Context, why Reason) (string, error) {
		if !overtaken {
			overtaken = true
			v := other.start(t)
			save(t, v, grace, "new")
			if err := v.ChangeKind(ctx, KindPlain); err != nil { // uses another key
				t.Error(err)
			}
		}
		return ask(ctx, why)
	}
	v = w.start(t)
	if err := v.ChangeKind(t.Context(), KindSealed); err != nil {
		t.Fatal(err)
	}
	if len(w.asked) != 1 || !overtaken {
		t.Errorf("asked %v", w.asked)
	}
	wantHeld(t, v, ada, secret)
	wantHeld(t, v, grace, "new")
}

// The vault is damaged after prepare has read it. The damaged file is kept.
func TestVaultDamagedDuringASaveIsRenamed(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	write(t, v.Path(), []byte("damaged"))
	if err := v.rewrite(keyed{}, func(contents) {}); !errors.Is(err, errChanged) || !isDamaged(err) {
		t.Errorf("got %v", err)
	}
	if err := v.ChangeKind(t.Context(), KindPlain); !isDamaged(err) {
		t.Errorf("changed: %v", err)
	}
	save(t, v, ada, "new")
	aside := filesIn(t, v, "vault.damaged-*")
	if len(aside) != 1 || string(read(t, aside[0])) != "damaged" {
		t.Errorf("set aside %q", aside)
	}
	wantHeld(t, w.start(t), ada, "new")
}
