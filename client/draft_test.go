package client_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDraftIsThereAtTheNextStart(t *testing.T) {
	n := newTown(t)
	session, path := n.signIn(n.ada).Session(), filepath.Join(t.TempDir(), "store.db")
	a := n.start(session, path)
	draft := []string{"grace@navy.example\nlin@kernel.example", "rob@be"}
	n.must(a.KeepDraft(t.Context(), draft))
	got, err := n.start(session, path).Draft(t.Context())
	if diff := cmp.Diff(draft, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	files, err := filepath.Glob(path + "*")
	n.must(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		n.must(err)
		if bytes.Contains(data, []byte("grace")) {
			t.Errorf("%s tells of it", file)
		}
	}
	other := n.signIn(n.ada).Session() // with another key
	if got, err := n.start(other, path).Draft(t.Context()); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
	n.must(a.KeepDraft(t.Context(), nil))
	if got, err := a.Draft(t.Context()); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
}
