package vault

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPassphraseIsAskedForOnce(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	wantHeld(t, v, ada, secret)
	v = w.start(t)
	wantHeld(t, v, ada, secret)
	save(t, v, grace, "new")
	wantHeld(t, v, grace, "new")
	if d := cmp.Diff([]Reason{New, Unlock}, w.asked); d != "" {
		t.Error(d)
	}
}

func TestWrongPassphraseMayBeTypedAgain(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.answers("correct hose", "", phrase)
	w.asked = nil
	wantHeld(t, w.start(t), ada, secret)
	if d := cmp.Diff([]Reason{Unlock, Again, Again}, w.asked); d != "" {
		t.Error(d)
	}
}

func TestWrongPassphraseChangesNothing(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	before := read(t, v.Path())
	w.answers("wrong")
	w.asked = nil
	v = w.start(t)
	if got, err := v.Load(t.Context(), ada); !errors.Is(err, ErrPassphrase) || got != nil {
		t.Errorf("loaded %q, %v", got, err)
	}
	if len(w.asked) != tries {
		t.Errorf("asked %v", w.asked)
	}
	for i, err := range []error{
		v.Save(t.Context(), grace, nil), v.Drop(t.Context(), ada), v.ChangePassphrase(t.Context()), v.ChangeKind(t.Context(), KindPlain),
	} {
		if !errors.Is(err, ErrPassphrase) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if !bytes.Equal(before, read(t, v.Path())) {
		t.Error("the file changed")
	}
}

func TestWithoutAnAskerTheVaultIsLocked(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.Passphrase = nil
	v := w.start(t)
	if _, err := v.Load(t.Context(), ada); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
	w = newWorld(t, KindSealed)
	w.Passphrase = nil
	if err := w.start(t).Save(t.Context(), ada, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
}

func TestErrorOfTheAskerIsReturned(t *testing.T) {
	w := newWorld(t, KindSealed)
	leave := func(context.Context, Reason) (string, error) { return "", context.Canceled }
	ask := w.Passphrase
	w.Passphrase = leave
	if err := w.start(t).Save(t.Context(), ada, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.Passphrase = ask
	save(t, w.start(t), ada, secret)
	w.Passphrase = leave
	if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestEmptyPassphraseIsRefused(t *testing.T) {
	w := newWorld(t, KindSealed)
	w.answers("")
	v := w.start(t)
	if err := v.Save(t.Context(), ada, nil); err == nil || filesIn(t, v, "vault") != nil {
		t.Errorf("got %v", err)
	}
}

func lockOf(t *testing.T, v *Vault) lock {
	t.Helper()
	f, err := v.readVault()
	if err != nil {
		t.Fatal(err)
	}
	return f.Lock
}

func TestOutdatedParametersAreRenewedAtTheNextSave(t *testing.T) {
	w := newWorld(t, KindSealed)
	older := cheap
	older.now = older.least
	v, err := open(w.Options, older)
	if err != nil {
		t.Fatal(err)
	}
	save(t, v, ada, secret)
	before := lockOf(t, v)

	next := w.start(t)
	w.asked = nil
	wantHeld(t, next, ada, secret)
	if lockOf(t, next) != before {
		t.Error("loading wrote")
	}
	save(t, next, grace, "new")
	after := lockOf(t, next)
	if after.Argon2id != cheap.now || after.Salt == before.Salt {
		t.Errorf("renewed to %+v", after.Argon2id)
	}
	wantHeld(t, v, ada, secret) // the other program knows the passphrase
	if d := cmp.Diff([]Reason{Unlock}, w.asked); d != "" {
		t.Error(d)
	}
	save(t, v, ada, "newer") // an older program does not weaken the lock
	if lockOf(t, v) != after {
		t.Error("weakened")
	}
	wantHeld(t, w.start(t), ada, "newer")
}

// With the real parameters, which take tens of milliseconds.
func TestDefaultParametersEncryptAndDecrypt(t *testing.T) {
	w := newWorld(t, KindSealed)
	for _, do := range []func(*Vault){
		func(v *Vault) { save(t, v, ada, secret) },
		func(v *Vault) { wantHeld(t, v, ada, secret) },
	} {
		v, err := Open(w.Options)
		if err != nil {
			t.Fatal(err)
		}
		do(v)
		if got := lockOf(t, v).Argon2id; got != defaultCosts.now {
			t.Errorf("sealed with %+v", got)
		}
	}
	if !defaultCosts.allow(defaultCosts.now) || !defaultCosts.allow(defaultCosts.least) || !defaultCosts.allow(defaultCosts.most) || defaultCosts.outdated(defaultCosts.now) {
		t.Error("the bounds exclude what they hold")
	}
}

func TestPassphraseCanBeChanged(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.answers(phrase, "battery staple")
	w.asked = nil
	v := w.start(t)
	before := lockOf(t, v)
	if err := v.ChangePassphrase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Reason{Unlock, New}, w.asked); d != "" || lockOf(t, v).Salt == before.Salt {
		t.Error("the salt did not change, or:", d)
	}
	save(t, v, grace, "new")

	w.answers("battery staple")
	wantHeld(t, w.start(t), ada, secret)
	w.answers(phrase)
	if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, ErrPassphrase) {
		t.Errorf("the old one: %v", err)
	}
}

func TestChangedPassphraseIsAskedForInOtherPrograms(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	w.answers(phrase, "battery staple")
	if err := w.start(t).ChangePassphrase(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.asked = nil
	wantHeld(t, v, ada, secret)
	save(t, v, ada, "new")
	if d := cmp.Diff([]Reason{Unlock}, w.asked); d != "" {
		t.Error(d)
	}
}

func TestChangePassphraseNeedsASealedVault(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	save(t, v, ada, secret)
	if err := v.ChangePassphrase(t.Context()); !errors.Is(err, ErrNotSealed) {
		t.Errorf("got %v", err)
	}
}

func TestEveryKindCanBeChangedToEveryKind(t *testing.T) {
	kinds := slices.Collect(func(yield func(Kind) bool) {
		for kind := range everyKind(t) {
			if !yield(kind) {
				return
			}
		}
	})
	for _, from := range kinds {
		for _, to := range kinds {
			w := newWorld(t, "")
			ring := &keyringInMemory{}
			w.Keyring = ring
			w.Agent = newAgent(t, newSSHKey(t)).dial
			w.Kind = from
			save(t, w.start(t), ada, secret)
			w.Kind = ""
			v := w.start(t)
			if err := v.ChangeKind(t.Context(), to); err != nil {
				t.Fatal(from, to, err)
			}
			wantHeld(t, v, ada, secret)
			wantHeld(t, w.start(t), ada, secret)
			if kind, err := v.Kind(t.Context()); kind != to || err != nil {
				t.Errorf("%s to %s: is %s, %v", from, to, kind, err)
			}
			entries := 0
			if to == KindKeyring {
				entries = 1
			}
			if len(ring.set) != entries {
				t.Errorf("%s to %s: %d entries in the keyring", from, to, len(ring.set))
			}
		}
	}
}

func TestFailedChangeDoesNotChangeTheVault(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	save(t, v, ada, secret)
	w.Passphrase = nil
	w.Keyring = &keyringInMemory{full: errors.New("full")}
	v = w.start(t)
	for kind, want := range map[Kind]error{KindSealed: ErrLocked, KindKeyring: ErrNoKeyring, KindAgent: ErrNoAgent} {
		if err := v.ChangeKind(t.Context(), kind); !errors.Is(err, want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := v.ChangeKind(t.Context(), "safe"); err == nil {
		t.Error("changed to an unknown kind")
	}
	wantHeld(t, v, ada, secret)
	wantHeld(t, w.start(t), ada, secret)
}
