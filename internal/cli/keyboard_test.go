package cli

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
)

// What one screen has not read the next one gets, also if the first still waits.
func TestKeyboardGoesFromScreenToScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, keys := io.Pipe()
		k := newKeyboard(t.Context(), from)
		read := func(r io.Reader, size int) string {
			buf := make([]byte, size)
			n, err := r.Read(buf)
			if err != nil {
				return err.Error()
			}
			return string(buf[:n])
		}
		ctx, leave := context.WithCancel(t.Context())
		first := k.until(ctx)
		go func() { _, _ = io.WriteString(keys, "one") }()
		if got := read(first, 2); got != "on" {
			t.Errorf("read %q", got)
		}
		leave()
		if got := read(first, 2); got != "EOF" {
			t.Errorf("read %q after it has ended", got)
		}
		ctx, leave = context.WithCancel(t.Context())
		second := k.until(ctx)
		if got := read(second, 9); got != "e" {
			t.Errorf("read %q", got)
		}
		waiting := make(chan string)
		go func() { waiting <- read(second, 9) }()
		synctest.Wait()
		leave()
		if got := <-waiting; got != "EOF" {
			t.Errorf("read %q", got)
		}
		go func() { _, _ = io.WriteString(keys, "two"); keys.Close() }()
		third := k.until(t.Context())
		if got := read(third, 9) + read(third, 9); got != "twoEOF" {
			t.Errorf("read %q", got)
		}
	})
}

// Whatever is typed when no screen is left holds nobody up.
func TestKeyboardEndsWithItsScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, keys := io.Pipe()
		ctx, leave := context.WithCancel(t.Context())
		k := newKeyboard(ctx, from)
		_ = k.until(ctx)
		go func() { _, _ = io.WriteString(keys, "late") }()
		synctest.Wait()
		leave()
		synctest.Wait() // otherwise the bubble ends with a goroutine in it
	})
}
