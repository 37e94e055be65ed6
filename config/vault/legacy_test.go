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

const legacySecret = `{"user_id":"@ada:example.org","homeserver":"https://matrix.example.org","access_token":"syt_of_ada"}`

// withLegacy writes an unencrypted session file as versions before the vault
// did.
func withLegacy(t *testing.T, w *world, text string) string {
	t.Helper()
	w.Legacy = LegacyFile{Path: filepath.Join(w.Dir, "session.json"), Name: func(secret []byte) (Name, error) {
		var n Name
		if json.Unmarshal(secret, &n) != nil {
			return n, errors.New("not the JSON of a session")
		}
		return n, nil
	}}
	write(t, w.Legacy.Path, []byte(text))
	return w.Legacy.Path
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func TestLegacyFileIsReadUntilTheFirstSave(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withLegacy(t, w, legacySecret)
	v := w.start(t)
	if names, err := v.Accounts(); err != nil || !cmp.Equal(names, []Name{ada}) {
		t.Errorf("listed %v, %v", names, err)
	}
	wantHeld(t, v, ada, legacySecret)
	if gone(path) || w.asked != nil {
		t.Fatal("listing moved it into the vault")
	}
	save(t, v, grace, "new")
	if !gone(path) {
		t.Error("the unencrypted file still exists")
	}
	next := w.start(t)
	wantHeld(t, next, ada, legacySecret)
	wantHeld(t, next, grace, "new")
}

func TestNewSecretReplacesTheLegacyFile(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withLegacy(t, w, legacySecret)
	save(t, w.start(t), ada, "new")
	wantHeld(t, w.start(t), ada, "new")
	if !gone(path) {
		t.Error("the unencrypted file still exists")
	}

	withLegacy(t, w, legacySecret) // as if the program was killed before it removed the file
	v := w.start(t)
	wantHeld(t, v, ada, "new")
	save(t, v, grace, "more")
	wantHeld(t, v, ada, "new")
	if !gone(path) {
		t.Error("the unencrypted file still exists")
	}
}

func TestLegacyFileIsKeptIfTheVaultCannotBeWritten(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withLegacy(t, w, legacySecret)
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
	if string(read(t, path)) != legacySecret {
		t.Error("the unencrypted file changed")
	}
	wantHeld(t, v, ada, legacySecret)
}

func TestDropRemovesTheLegacyFile(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withLegacy(t, w, legacySecret)
	v := w.start(t)
	if err := v.Drop(t.Context(), grace); err != nil || gone(path) {
		t.Fatalf("another one: %v", err)
	}
	if err := v.Drop(t.Context(), ada); err != nil || !gone(path) {
		t.Errorf("got %v", err)
	}
	if files := filesIn(t, v, "vault"); files != nil || w.asked != nil {
		t.Errorf("the directory contains %q; asked %v", files, w.asked)
	}

	save(t, v, ada, "new")
	withLegacy(t, w, legacySecret)
	if err := v.Drop(t.Context(), ada); err != nil || !gone(path) {
		t.Errorf("in both: %v", err)
	}
	if names, err := v.Accounts(); len(names) != 0 || err != nil {
		t.Errorf("listed %v, %v", names, err)
	}
}

func TestDamagedLegacyFileIsRenamed(t *testing.T) {
	w := newWorld(t, KindSealed)
	path := withLegacy(t, w, `{"user_id": "syt_of`)
	v := w.start(t)
	_, listed := v.Accounts()
	_, loaded := v.Load(t.Context(), ada)
	for _, err := range []error{listed, loaded, v.Drop(t.Context(), ada)} {
		if damaged := new(DamagedError); !errors.As(err, &damaged) || damaged.Path != path || strings.Contains(err.Error(), "syt") {
			t.Errorf("got %v", err)
		}
	}
	save(t, v, ada, secret)
	aside := filesIn(t, v, "session.json.damaged-*")
	if len(aside) != 1 || string(read(t, aside[0])) != `{"user_id": "syt_of` || !gone(path) || len(w.said) != 1 {
		t.Errorf("set aside %q, said %q", aside, w.said)
	}
}
