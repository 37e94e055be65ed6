package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// readOutbox opens a store, checks it and returns the number of invites in the outbox.
func readOutbox(ctx context.Context, path string) (n int, err error) {
	s, err := Open(ctx, path)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return 0, err
	}
	list, err := s.Outbox(ctx, ada)
	return len(list), err
}

// A damaged byte may change a value, but an outbox with invites never looks empty.
func TestDamagedOutboxIsNeverEmpty(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{room("ops", 20)}})
	want := len(enqueue(t, s, "a", "b", "c"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := fileBytes(t, path)
	flipped, step := func(at int, to byte) []byte {
		damaged := slices.Clone(whole)
		damaged[at] ^= to
		return damaged
	}, 211
	if testing.Short() {
		step = 1009
	}
	damages := map[string][]byte{}
	for at := 0; at < len(whole); at += step {
		damages[fmt.Sprintf("byte %d flipped", at)] = flipped(at, 0xff)
		damages[fmt.Sprintf("%d bytes left", at)] = whole[:at]
	}
	for at := range 100 { // the header of the file
		damages[fmt.Sprintf("byte %d flipped", at)] = flipped(at, 0xff)
		damages[fmt.Sprintf("a bit of byte %d flipped", at)] = flipped(at, 1)
	}
	for name, damaged := range damages {
		path := filepath.Join(t.TempDir(), "store.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if n, err := readOutbox(t.Context(), path); err == nil && n != want {
			t.Errorf("%s: %d invites and no error", name, n)
		}
	}
}
