package vault

import (
	"context"
	"errors"
	"io/fs"
	"testing"
)

func TestPrepareCreatesTheGivenKind(t *testing.T) {
	for _, kind := range []Kind{KindKeyring, KindSealed, KindPlain} {
		w := newWorld(t, "")
		w.Keyring, w.Passphrase = &keyringInMemory{}, nil
		v := w.start(t)
		if _, err := v.Current(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is one already: %v", kind, err)
		}
		if locked, err := v.Locked(t.Context()); locked || err != nil {
			t.Errorf("%s: locked %v, %v", kind, locked, err)
		}
		if err := v.Prepare(t.Context(), KindSealed, "another choice"); err != nil {
			t.Fatal(err)
		}
		if err := v.Prepare(t.Context(), kind, phrase); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: loaded: %v", kind, err)
		}
		save(t, v, ada, secret)
		if got, err := v.Current(); got != kind || err != nil {
			t.Errorf("%s: is of kind %s, %v", kind, got, err)
		}
		if err := v.Prepare(t.Context(), kind, phrase); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: prepared over the one there is: %v", kind, err)
		}
		v = w.start(t)
		locked, err := v.Locked(t.Context())
		if locked != (kind == KindSealed) || err != nil {
			t.Errorf("%s: locked %v, %v", kind, locked, err)
		}
		if locked {
			if err := v.UnlockWith(t.Context(), phrase); err != nil {
				t.Fatal(err)
			}
		}
		wantHeld(t, v, ada, secret)
	}
}

func TestUnusedPreparedKeyIsRemovedFromTheKeyring(t *testing.T) {
	w := newWorld(t, "")
	ring := &keyringInMemory{}
	w.Keyring = ring
	v := w.start(t)
	for _, kind := range []Kind{KindKeyring, KindKeyring, KindPlain} {
		if err := v.Prepare(t.Context(), kind, ""); err != nil {
			t.Fatal(err)
		}
	}
	if len(ring.set) != 0 {
		t.Errorf("%d entries stay", len(ring.set))
	}
}

func TestUnlockWithTriesOnePassphrase(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.Passphrase = func(context.Context, Reason) (string, error) { return "", errors.New("asked") }
	v := w.start(t)
	for _, wrong := range []string{"", "wrong"} {
		if err := v.UnlockWith(t.Context(), wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%q opens it: %v", wrong, err)
		}
	}
	if locked, err := v.Locked(t.Context()); !locked || err != nil {
		t.Errorf("locked %v, %v", locked, err)
	}
	if err := v.UnlockWith(t.Context(), phrase); err != nil {
		t.Error(err)
	}
	if locked, err := v.Locked(t.Context()); locked || err != nil {
		t.Errorf("locked %v, %v", locked, err)
	}
	wantHeld(t, v, ada, secret)
}
