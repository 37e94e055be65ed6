package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

// keepOpen keeps a store open until the process is killed.
func keepOpen(ctx context.Context, path string) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("open")
	select {}
}

func TestStoreInUseIsNotSetAside(t *testing.T) {
	path := closedStore(t)
	c := start(t, "open", path)
	c.lines.Scan() // "open"
	damaged := &DamagedError{Path: path}
	if aside, err := SetAside(damaged); !errors.Is(err, ErrInUse) {
		t.Errorf("set aside as %q, %v", aside, err)
	}
	c.kill()
	_ = c.cmd.Wait() // returns the error of the killed process
	if _, err := SetAside(damaged); err != nil {
		t.Error(err)
	}
}

// Two programs may find the same damage. The second one must not set the new store
// aside.
func TestNewStoreIsNotSetAside(t *testing.T) {
	path := closedStore(t)
	if err := os.WriteFile(path, []byte("this is no database\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged *DamagedError
	if _, err := Open(t.Context(), path); !errors.As(err, &damaged) {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if aside, err := SetAside(damaged); err != nil || (aside != "") != want {
			t.Errorf("set aside as %q, %v", aside, err)
		}
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestDeletedFileIsNotWrittenTo(t *testing.T) {
	s := open(t, closedStore(t))
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	if err := s.SetNote(t.Context(), ada, "paused", nil); !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v", err)
	}
}

func TestLossIsRememberedUntilConfirmed(t *testing.T) {
	path := closedStore(t)
	aside, err := SetAside(&DamagedError{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if lost := Lost(path); len(lost) != 1 || lost[0] != aside {
		t.Errorf("lost %q, want %q", lost, aside)
	}
	if err := ConfirmLost(path); err != nil {
		t.Fatal(err)
	}
	if lost := Lost(path); len(lost) > 0 {
		t.Errorf("lost %q after it was confirmed", lost)
	}
}
