//go:build unix

package terminput

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A TTY is a terminal of this machine. Bubble Tea sets its mode by its file
// descriptor. It has no name, so that Bubble Tea does not wait for input itself: it
// would wait while a part of the input is held here.
type TTY struct {
	*Reader
	file       *os.File
	wake, wait *os.File // a pipe
	closed     bool
}

// OpenTTY returns a terminal whose input is read in whole sequences.
func OpenTTY(f *os.File, waits Waits) (*TTY, error) {
	wait, wake, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	t := &TTY{file: f, wake: wake, wait: wait}
	t.Reader = NewReader(interruptible{t}, waits)
	return t, nil
}

// Fd returns the file descriptor of the terminal.
func (t *TTY) Fd() uintptr { return t.file.Fd() }

// Write writes to the terminal.
func (t *TTY) Write(p []byte) (int, error) { return t.file.Write(p) }

// Interrupt ends a call of Read, and if there is none, the next one, with [io.EOF].
func (t *TTY) Interrupt() { _, _ = t.wake.Write([]byte{0}) }

// Drain reads and drops what the terminal still sends; see [Reader.Drain].
func (t *TTY) Drain(asked time.Time) { t.Reader.Drain(file{t.file}, asked) }

// Close ends reading, and does not close the terminal.
func (t *TTY) Close() error {
	t.Interrupt()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return errors.Join(t.wake.Close(), t.wait.Close())
}

// interruptible is the input of a terminal until Interrupt is called.
type interruptible struct{ *TTY }

// ReadWithin reads input that comes within a time.
func (t interruptible) ReadWithin(p []byte, wait time.Duration) (int, error) {
	if t.closed {
		return 0, io.EOF
	}
	ready, err := readable(wait, t.file, t.wait)
	switch {
	case err != nil:
		return 0, err
	case ready == t.wait:
		var b [1]byte
		_, _ = ready.Read(b[:])
		return 0, io.EOF
	}
	return ready.Read(p)
}

// file is the input of a terminal.
type file struct{ *os.File }

// ReadWithin reads input that comes within a time.
func (f file) ReadWithin(p []byte, wait time.Duration) (int, error) {
	if _, err := readable(wait, f.File); err != nil {
		return 0, err
	}
	return f.Read(p)
}

// readable waits until one of some files has input. Poll does not know terminals on
// macOS, so it uses select.
func readable(wait time.Duration, files ...*os.File) (*os.File, error) {
	var timeout *unix.Timeval
	if wait >= 0 {
		tv := unix.NsecToTimeval(wait.Nanoseconds())
		timeout = &tv
	}
	var set unix.FdSet
	most := 0
	for _, f := range files {
		set.Set(int(f.Fd()))
		most = max(most, int(f.Fd()))
	}
	n, err := unix.Select(most+1, &set, nil, nil, timeout)
	switch {
	case errors.Is(err, unix.EINTR), err == nil && n == 0:
		return nil, os.ErrDeadlineExceeded // the caller looks at the clock
	case err != nil:
		return nil, os.NewSyscallError("select", err)
	}
	for _, f := range files {
		if set.IsSet(int(f.Fd())) {
			return f, nil
		}
	}
	return nil, os.ErrDeadlineExceeded
}
