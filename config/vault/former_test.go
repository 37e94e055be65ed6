package vault

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const formerSecret = `{"user_id":"@ada:example.org","homeserver":"https://matrix.example.org","access_token":"syt_of_ada"}`

// withFormer puts a plain file beside the vault, as programs before it wrote.
func withFormer(t *testing.T, w *world, text string) string {
	t.Helper()
	w.Former = Former{Path: filepath.Join(w.Dir, "session.json"), Name: func(secret []byte) (Name, error) {
		var n Name
		if json.Unmarshal(secret, &n) != nil {
			return n, errors.New("not the JSON of a session")
		}
		return n, nil
	}}
	write(t, w.Former.Path, []byte(text))
	return w.Former.Path
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func TestFormerFileCountsUntilTheVaultHasIt(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withFormer(t, w, formerSecret)
	v := w.start(t)
	if names, err := v.Accounts(); err != nil || !cmp.Equal(names, []Name{ada}) {
		t.Errorf("listed %v, %v", names, err)
	}
	wantHeld(t, v, ada, formerSecret)
	if gone(path) || w.asked != nil {
		t.Fatal("looking took it over")
	}
	save(t, v, grace, "new")
	if !gone(path) {
		t.Error("the plain file stays")
	}
	next := w.start(t)
	wantHeld(t, next, ada, formerSecret)
	wantHeld(t, next, grace, "new")
}

func TestNewSecretReplacesTheFormer(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withFormer(t, w, formerSecret)
	save(t, w.start(t), ada, "new")
	wantHeld(t, w.start(t), ada, "new")
	if !gone(path) {
		t.Error("the plain file stays")
	}

	withFormer(t, w, formerSecret) // as after a kill between the two
	v := w.start(t)
	wantHeld(t, v, ada, "new")
	save(t, v, grace, "more")
	wantHeld(t, v, ada, "new")
	if !gone(path) {
		t.Error("the plain file stays")
	}
}

func TestFormerFileStaysWhileTheVaultCannotBeWritten(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withFormer(t, w, formerSecret)
	w.Passphrase = nil
	v := w.start(t)
	if err := v.Save(t.Context(), ada, []byte("new")); !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	if err := os.MkdirAll(filepath.Join(v.Path()+".lock", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.answers(phrase)
	if err := w.start(t).Save(t.Context(), ada, []byte("new")); err == nil {
		t.Fatal("saved")
	}
	if string(read(t, path)) != formerSecret {
		t.Error("the plain file changed")
	}
	wantHeld(t, v, ada, formerSecret)
}

func TestDroppedFormerFileIsGone(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withFormer(t, w, formerSecret)
	v := w.start(t)
	if err := v.Drop(t.Context(), grace); err != nil || gone(path) {
		t.Fatalf("another one: %v", err)
	}
	if err := v.Drop(t.Context(), ada); err != nil || !gone(path) {
		t.Errorf("got %v", err)
	}
	if files := beside(t, v, "vault"); files != nil || w.asked != nil {
		t.Errorf("there lies %q; asked %v", files, w.asked)
	}

	save(t, v, ada, "new")
	withFormer(t, w, formerSecret)
	if err := v.Drop(t.Context(), ada); err != nil || !gone(path) {
		t.Errorf("in both: %v", err)
	}
	if names, err := v.Accounts(); len(names) != 0 || err != nil {
		t.Errorf("listed %v, %v", names, err)
	}
}

func TestDamagedFormerFileIsSetAside(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withFormer(t, w, `{"user_id": "syt_of`)
	v := w.start(t)
	_, listed := v.Accounts()
	_, loaded := v.Load(t.Context(), ada)
	for _, err := range []error{listed, loaded, v.Drop(t.Context(), ada)} {
		if damaged := new(DamagedError); !errors.As(err, &damaged) || damaged.Path != path || strings.Contains(err.Error(), "syt") {
			t.Errorf("got %v", err)
		}
	}
	save(t, v, ada, secret)
	aside := beside(t, v, "session.json.damaged-*")
	if len(aside) != 1 || string(read(t, aside[0])) != `{"user_id": "syt_of` || !gone(path) || len(w.said) != 1 {
		t.Errorf("set aside %q, said %q", aside, w.said)
	}
}
