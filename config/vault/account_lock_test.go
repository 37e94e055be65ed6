package vault

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAccountIsLockedByOneAtATime(t *testing.T) {
	w := newWorld(t, KindPlain)
	v, other := w.start(t), w.start(t)
	unlock, err := v.LockAccount(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	save(t, other, ada, secret) // takes no notice of it
	ctx, cancel := context.WithTimeout(t.Context(), 5*knock)
	defer cancel()
	for _, v := range []*Vault{v, other} {
		if _, err := v.LockAccount(ctx, ada); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("locked twice: %v", err)
		}
	}
	free, err := other.LockAccount(t.Context(), grace)
	if err != nil {
		t.Fatal(err)
	}
	free()
	time.AfterFunc(5*knock, unlock)
	free, err = other.LockAccount(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	free()
}

// The lock of a program that is killed is free.
func TestKilledProgramLeavesNoAccountLocked(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	cmd, lines := start(t, "hold", v.opt.Dir, ada.UserID)
	lines.Scan() // it has the lock
	ctx, cancel := context.WithTimeout(t.Context(), 5*knock)
	defer cancel()
	if _, err := v.LockAccount(ctx, ada); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("locked twice: %v", err)
	}
	_ = cmd.Process.Kill()
	unlock, err := v.LockAccount(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	_ = cmd.Wait()
}
