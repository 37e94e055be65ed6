package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

type session struct {
	User  string `json:"user"`
	Token string `json:"token"`
}

// home returns one that does not exist yet.
func home(t *testing.T) Home {
	t.Helper()
	return At(filepath.Join(t.TempDir(), "deep", "mxinvite"))
}

func TestSessionComesBackAsItWasSaved(t *testing.T) {
	h, want := home(t), session{"@ada:example.org", "secret"}
	for range 2 { // the second time over the first
		if err := h.SaveSession(want); err != nil {
			t.Fatal(err)
		}
	}
	var got session
	if err := h.LoadSession(&got); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if names := files(t, h); len(names) != 1 {
		t.Errorf("there lie %q; want the session alone", names)
	}
}

func TestNoSessionIsNotExist(t *testing.T) {
	h := home(t)
	if err := h.LoadSession(new(session)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := h.DropSession(); err != nil {
		t.Errorf("nothing to drop: %v", err)
	}
}

func TestDroppedSessionIsGone(t *testing.T) {
	h := home(t)
	if err := errors.Join(h.SaveSession(session{}), h.DropSession()); err != nil {
		t.Fatal(err)
	}
	if err := h.LoadSession(new(session)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	h := home(t)
	if err := h.SaveSession(session{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{h.Dir(): fs.ModeDir | 0o700, h.SessionPath(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestDirectoryOfOnesOwnKeepsItsMode(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := At(dir).SaveSession(session{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestDamagedSessionIsReportedAndSetAside(t *testing.T) {
	for name, damage := range map[string]string{
		"empty": "", "cut short": `{"user": "@ada:exa`, "no object": `"syt_secret"`, "zeros": "\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			h := At(t.TempDir())
			if err := os.WriteFile(h.SessionPath(), []byte(damage), 0o600); err != nil {
				t.Fatal(err)
			}
			err := h.LoadSession(new(session))
			if damaged := new(DamagedError); !errors.As(err, &damaged) || damaged.Path != h.SessionPath() {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes the file: %v", err)
			}
			if err := h.SaveSession(session{User: "@ada:example.org"}); err != nil {
				t.Fatal(err)
			}
			aside, _ := filepath.Glob(filepath.Join(h.Dir(), "session.json.damaged-*"))
			if len(aside) != 1 {
				t.Fatalf("there lie %q", files(t, h))
			}
			if kept, _ := os.ReadFile(aside[0]); string(kept) != damage {
				t.Errorf("%q was kept of %q", kept, damage)
			}
		})
	}
}

func TestFailureLeavesTheOldSession(t *testing.T) {
	h, want := home(t), session{"@ada:example.org", "secret"}
	if err := h.SaveSession(want); err != nil {
		t.Fatal(err)
	}
	if err := h.SaveSession(func() {}); err == nil { // no JSON can be made of it
		t.Fatal("saved what cannot be saved")
	}
	var got session
	if err := h.LoadSession(&got); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if names := files(t, h); len(names) != 1 {
		t.Errorf("there lie %q", names)
	}
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
