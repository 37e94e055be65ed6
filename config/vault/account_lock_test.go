package vault

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAccountLockIsExclusive(t *testing.T) {
	w := newWorld(t, KindPlain)
	v, other := w.start(t), w.start(t)
	unlock, err := v.LockAccount(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	save(t, other, ada, secret) // Save does not need the lock
	ctx, cancel := context.WithTimeout(t.Context(), 5*lockPollInterval)
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
	time.AfterFunc(5*lockPollInterval, unlock)
	free, err = other.LockAccount(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	free()
}

// The operating system releases the lock of a killed program.
func TestAccountLockIsReleasedWhenTheProgramIsKilled(t *testing.T) {
	w := newWorld(t, KindPlain)
	v := w.start(t)
	cmd, lines := start(t, "hold", v.opt.Dir, ada.UserID)
	lines.Scan() // wait until it has the lock
	ctx, cancel := context.WithTimeout(t.Context(), 5*lockPollInterval)
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
