package vault

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// keyringInMemory is a keyring in memory that can fail.
type keyringInMemory struct {
	mu      sync.Mutex
	set     map[string]string
	failing error         // error of every method
	full    error         // error of Set
	forgets bool          // Set stores nothing
	hangs   chan struct{} // if not nil, every method waits until it is closed
}

func (k *keyringInMemory) enter() error {
	if k.hangs != nil {
		<-k.hangs
	}
	return k.failing
}

func (k *keyringInMemory) Get(entry string) (string, error) {
	if err := k.enter(); err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.set[entry]; ok {
		return s, nil
	}
	return "", fs.ErrNotExist
}

func (k *keyringInMemory) Set(entry, secret string) error {
	if err := errors.Join(k.enter(), k.full); err != nil || k.forgets {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set == nil {
		k.set = map[string]string{}
	}
	k.set[entry] = secret
	return nil
}

func (k *keyringInMemory) Delete(entry string) error {
	if err := k.enter(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.set, entry)
	return nil
}

func TestKeyringIsPreferred(t *testing.T) {
	w := newWorld(t, "")
	ring := &keyringInMemory{}
	w.Keyring = ring
	v := w.start(t)
	save(t, v, ada, secret)
	if kind, err := w.start(t).Kind(t.Context()); kind != KindKeyring || err != nil {
		t.Errorf("kind %s, %v", kind, err)
	}
	if len(ring.set) != 1 || w.asked != nil || w.said != nil {
		t.Errorf("%d entries, asked %v, said %q", len(ring.set), w.asked, w.said)
	}
}

func TestPassphraseIsUsedWithAMessageIfTheKeyringFails(t *testing.T) {
	broken := errors.New("no bus")
	for name, ring := range map[string]*keyringInMemory{
		"absent": {failing: broken}, "full": {full: broken}, "forgetful": {forgets: true},
	} {
		w := newWorld(t, "")
		w.Keyring = ring
		save(t, w.start(t), ada, secret)
		wantHeld(t, w.start(t), ada, secret)
		if kind, err := w.start(t).Kind(t.Context()); kind != KindSealed || err != nil {
			t.Errorf("%s: kind %s, %v", name, kind, err)
		}
		if len(w.said) != 1 {
			t.Errorf("%s: said %q", name, w.said)
		}

		w = newWorld(t, "")
		w.Keyring, w.Passphrase = ring, nil
		if err := w.start(t).Save(t.Context(), ada, nil); !errors.Is(err, ErrNoKind) || !errors.Is(err, ErrNoKeyring) {
			t.Errorf("%s: without an Asker: %v", name, err)
		}
		w.Kind = KindKeyring
		v := w.start(t)
		if err := v.Save(t.Context(), ada, nil); !errors.Is(err, ErrNoKeyring) {
			t.Errorf("%s: wanted all the same: %v", name, err)
		}
		if files := filesIn(t, v, "vault"); files != nil {
			t.Errorf("%s: there lies %q", name, files)
		}
	}
}

func TestPlainVaultIsNeverChosenAutomatically(t *testing.T) {
	w := newWorld(t, "")
	w.Passphrase = nil
	v := w.start(t)
	if kind, err := v.Kind(t.Context()); !errors.Is(err, ErrNoKind) {
		t.Errorf("kind %s, %v", kind, err)
	}
	if err := v.Save(t.Context(), ada, nil); !errors.Is(err, ErrNoKind) {
		t.Error(err)
	}
}

func TestKeyringThatDoesNotRespondTimesOut(t *testing.T) {
	w, locked := newWorld(t, ""), newWorld(t, "")
	locked.Keyring = &keyringInMemory{}
	save(t, locked.start(t), ada, secret)
	synctest.Test(t, func(t *testing.T) {
		hangs := make(chan struct{})
		defer close(hangs)
		w.Keyring = &keyringInMemory{hangs: hangs}
		save(t, w.start(t), ada, secret)
		if len(w.said) != 1 || len(w.asked) != 1 {
			t.Errorf("said %q, asked %v", w.said, w.asked)
		}

		locked.Keyring = &keyringInMemory{hangs: hangs}
		if _, err := locked.start(t).Load(t.Context(), ada); !errors.Is(err, ErrNoKeyring) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), keyringLimit/2)
		defer cancel()
		if _, err := locked.start(t).Load(ctx, ada); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNoKeyring) {
			t.Errorf("the end of the context is not reported as such: %v", err)
		}
	})
}

func TestMissingKeyIsNotReportedAsDamage(t *testing.T) {
	for name, ring := range map[string]map[string]string{"gone": nil, "garbled": {"": "x"}} {
		w := newWorld(t, KindKeyring)
		w.Keyring = &keyringInMemory{}
		v := w.start(t)
		save(t, v, ada, secret)
		before := read(t, v.Path())
		lost := &keyringInMemory{set: map[string]string{}}
		for entry := range w.Keyring.(*keyringInMemory).set {
			if ring != nil {
				lost.set[entry] = ring[""]
			}
		}
		w.Keyring = lost
		v = w.start(t)
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, ErrKeyGone) {
			t.Errorf("%s: loaded: %v", name, err)
		}
		if err := v.Save(t.Context(), grace, nil); !errors.Is(err, ErrKeyGone) {
			t.Errorf("%s: saved: %v", name, err)
		}
		if string(before) != string(read(t, v.Path())) {
			t.Errorf("%s: it was overwritten", name)
		}
	}
}

// The entry contains the key of another vault.
func TestWrongKeyFromTheKeyringIsReportedAsDamage(t *testing.T) {
	w := newWorld(t, KindKeyring)
	ring := &keyringInMemory{}
	w.Keyring = ring
	save(t, w.start(t), ada, secret)
	other, _ := seal.NewKey().MarshalText()
	for entry := range ring.set {
		ring.set[entry] = string(other)
	}
	v := w.start(t)
	if _, err := v.Load(t.Context(), ada); !isDamaged(err) {
		t.Errorf("got %v", err)
	}
	save(t, v, grace, "new")
	if aside := filesIn(t, v, "vault.damaged-*"); len(aside) != 1 {
		t.Errorf("set aside %q", aside)
	}
	wantHeld(t, w.start(t), grace, "new")
}

func TestKeyringEntryIsRemovedIfTheSaveFails(t *testing.T) {
	w := newWorld(t, KindKeyring)
	ring := &keyringInMemory{}
	w.Keyring = ring
	if err := w.start(t).Save(t.Context(), ada, make([]byte, maxFile)); err == nil {
		t.Fatal("saved")
	}
	if len(ring.set) != 0 {
		t.Errorf("%d entries stay", len(ring.set))
	}
}

// The errors are those of go-keyring on Linux: without a session bus, without
// dbus-launch, without a Secret Service, and with a locked one.
func TestKeyringErrorsArePlainEnglish(t *testing.T) {
	for raw, want := range map[string]string{
		"dial unix /run/user/1000/bus: connect: no such file or directory":        " (no D-Bus session)",
		`exec: "dbus-launch": executable file not found in $PATH`:                 " (no D-Bus session)",
		"The name org.freedesktop.secrets was not provided by any .service files": " (no program provides the Secret Service)",
		"org.freedesktop.Secret.Error.IsLocked":                                   " (it is locked)",
		"exit status 36":                                                          "",
	} {
		w := newWorld(t, "")
		w.Keyring, w.Passphrase = &keyringInMemory{failing: errors.New(raw)}, nil
		err := w.start(t).ProbeKeyring(t.Context())
		if !errors.Is(err, ErrNoKeyring) || err.Error() != "the system keyring is not available on this machine"+want {
			t.Errorf("%q is told as %v", raw, err)
		}
	}
}
