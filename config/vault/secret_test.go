package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func saveSecret(t *testing.T, v *Vault, name, text string) {
	t.Helper()
	if err := v.SaveSecret(t.Context(), name, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestSecretsAreStoredBesideSessions(t *testing.T) {
	const password = "password of the mail server"
	for kind, w := range everyKind(t) {
		v := w.start(t)
		save(t, v, ada, secret)
		saveSecret(t, v, "other", "x")
		saveSecret(t, v, "mail", password)
		save(t, v, grace, "second")

		next := w.start(t)
		w.asked = nil
		if names, err := next.Secrets(); err != nil || !slices.Equal(names, []string{"mail", "other"}) || w.asked != nil {
			t.Errorf("%s: listed %v, %v, asked %v", kind, names, err, w.asked)
		}
		if _, err := next.LoadSecret(t.Context(), "missing"); !errors.Is(err, fs.ErrNotExist) || w.asked != nil {
			t.Errorf("%s: %v, asked %v", kind, err, w.asked)
		}
		if got, err := next.LoadSecret(t.Context(), "mail"); err != nil || string(got) != password {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
		wantHeld(t, next, ada, secret)
		if names, err := next.Accounts(); err != nil || !slices.Equal(names, []Name{ada, grace}) {
			t.Errorf("%s: accounts %v, %v", kind, names, err)
		}
		if kind != KindPlain && bytes.Contains(read(t, v.Path()), []byte(password)) {
			t.Errorf("%s: the password is visible", kind)
		}
		if err := next.Drop(t.Context(), ada); err != nil {
			t.Error(err)
		}
		if got, err := v.LoadSecret(t.Context(), "mail"); err != nil || string(got) != password {
			t.Errorf("%s: after signing out %q, %v", kind, got, err)
		}
		for _, name := range []string{"mail", "other", "missing"} {
			if err := v.DropSecret(t.Context(), name); err != nil {
				t.Error(err)
			}
		}
		if names, err := next.Secrets(); err != nil || names != nil {
			t.Errorf("%s: left %v, %v", kind, names, err)
		}
		wantHeld(t, next, grace, "second")
	}
}

// An older program reads a vault without named secrets, and refuses one with them
// instead of taking it for damaged.
func TestVersionOfTheFile(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	first := func() string { line, _, _ := strings.Cut(string(read(t, v.Path())), "\n"); return line }
	save(t, v, ada, secret)
	if !strings.HasPrefix(first(), "mxinvite vault 1 ") {
		t.Error(first())
	}
	saveSecret(t, v, "mail", "x")
	if !strings.HasPrefix(first(), "mxinvite vault 2 ") {
		t.Error(first())
	}
	if err := v.DropSecret(t.Context(), "mail"); err != nil || !strings.HasPrefix(first(), "mxinvite vault 1 ") {
		t.Error(err, first())
	}
}

func TestSecretsSurviveAChangeOfTheKind(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	saveSecret(t, v, "mail", "x")
	w.Kind = ""
	v = w.start(t)
	if err := v.ChangeKind(t.Context(), KindSealed); err != nil {
		t.Fatal(err)
	}
	if got, err := w.start(t).LoadSecret(t.Context(), "mail"); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestInvalidNamesOfSecretsAreRefused(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	for _, name := range []string{"", "Mail", "a b", "a\nb", "ä", strings.Repeat("x", 65)} {
		if err := v.SaveSecret(t.Context(), name, nil); err == nil {
			t.Errorf("%q was saved", name)
		}
	}
	if err := v.DropSecret(t.Context(), "mail"); err != nil {
		t.Errorf("no vault: %v", err)
	}
	if names, err := v.Secrets(); err != nil || names != nil {
		t.Errorf("no vault: %v, %v", names, err)
	}
}
