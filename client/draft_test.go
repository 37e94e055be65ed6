package client_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client"
)

func TestDraftIsRestored(t *testing.T) {
	n := newTestWorld(t)
	session, path := n.signIn(n.ada).Session(), filepath.Join(t.TempDir(), "store.db")
	a := n.start(session, path)
	draft := client.Draft{At: time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC), Texts: []string{"grace@navy.example\nlin@kernel.example", "rob@be"}, Way: client.ByLink}
	n.must(a.SaveDraft(t.Context(), draft))
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
	if got, err := n.start(other, path).Draft(t.Context()); err != nil || got.Texts != nil {
		t.Errorf("%+v, %v", got, err)
	}
	n.must(a.SaveDraft(t.Context(), client.Draft{}))
	if got, err := a.Draft(t.Context()); err != nil || got.Texts != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFirstFormatOfDraftsIsRead(t *testing.T) {
	var draft client.Draft
	if err := json.Unmarshal([]byte(`["grace@navy.example","rob@be"]`), &draft); err != nil || len(draft.Texts) != 2 || !draft.At.IsZero() {
		t.Errorf("%+v, %v", draft, err)
	}
}
