package config

import (
	"os"
	"path/filepath"
	"testing"
)

// home returns a home that does not exist yet.
func home(t *testing.T) Home {
	t.Helper()
	return At(filepath.Join(t.TempDir(), "deep", "mxinvite"))
}

func files(t *testing.T, h Home) []string {
	t.Helper()
	entries, err := os.ReadDir(h.Dir())
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

func TestUsedAccountIsRemembered(t *testing.T) {
	h := home(t)
	if used, err := h.DefaultAccount(); used != "" || err != nil {
		t.Errorf("at first: %q, %v", used, err)
	}
	for _, account := range []string{"@ada:example.org https://matrix.example.org", "@grace:example.org https://matrix.example.org"} {
		if err := h.SetDefaultAccount(account); err != nil {
			t.Fatal(err)
		}
		if used, err := h.DefaultAccount(); used != account || err != nil {
			t.Errorf("%q, %v", used, err)
		}
	}
	if names := files(t, h); len(names) != 1 {
		t.Errorf("the directory contains %q", names)
	}
}
