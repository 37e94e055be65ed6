package serve

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/lineedit"
)

const (
	// maxColumns and maxRows limit the size of the screen, and with it the work
	// of drawing it.
	maxColumns, maxRows = 500, 200
	// maxAhead limits the input that the program has not read yet, in bytes.
	maxAhead = 64 << 10
)

// windowSize is the size of a window in SSH requests (RFC 4254, section 6.7).
type windowSize struct{ Columns, Rows, PixelWidth, PixelHeight uint32 }

// A Size is the size of a terminal in cells.
type Size struct{ Width, Height int }

// A Terminal is the terminal of a visitor. It works without a pseudo-terminal
// of the operating system. A screen reads keys with [Terminal.Keys]. Other
// programs read lines, which the visitor can edit while typing, and ctrl+c
// interrupts them.
type Terminal struct {
	channel   io.ReadWriter
	out       io.Writer
	touch     func()
	interrupt func()
	sizes     chan Size // contains the newest size

	reading sync.Mutex // held while a line is read; guards editor and rest
	editor  lineedit.Editor
	rest    string // the part of a line that Read has not returned yet

	mu      sync.Mutex
	changed *sync.Cond
	size    Size
	ahead   []byte          // typed but not read yet
	screen  <-chan struct{} // closed when the current screen has ended; nil before the first one
	asking  bool            // a line is being read
	eof     bool            // nothing more will be typed
}

func newTerminal(channel gossh.Channel, touch, interrupt func()) *Terminal {
	t := &Terminal{
		channel: channel, out: ssh.NewPtyWriter(channel), touch: touch, interrupt: interrupt,
		sizes: make(chan Size, 1),
	}
	t.changed = sync.NewCond(&t.mu)
	return t
}

// Size returns the terminal's size.
func (t *Terminal) Size() Size {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.size
}

// Sizes returns a channel with the newest size after each change.
func (t *Terminal) Sizes() <-chan Size { return t.sizes }

func (t *Terminal) resize(to windowSize) {
	if to.Columns == 0 || to.Rows == 0 { // the client does not know it
		to.Columns, to.Rows = 80, 24
	}
	size := Size{int(min(to.Columns, maxColumns)), int(min(to.Rows, maxRows))}
	t.mu.Lock()
	defer t.mu.Unlock()
	if size == t.size {
		return
	}
	t.size = size
	select {
	case <-t.sizes: // an older size
	default:
	}
	t.sizes <- size
}

// Write writes text. "
// " is translated to "\r
// ".
func (t *Terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Read returns input line by line. At ctrl+d it returns the text of the line so
// far, or [io.EOF] if the line is empty. The next call continues with new
// input.
func (t *Terminal) Read(p []byte) (int, error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	if t.rest == "" {
		line, event, err := t.line(context.Background(), true)
		if err != nil {
			return 0, err
		}
		t.rest = line
		if event == lineedit.Enter {
			t.rest += "\n"
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// ReadLine returns the next line without its line break, or [io.EOF] at ctrl+d
// on an empty line. If echo is false, the terminal does not show the input.
func (t *Terminal) ReadLine(ctx context.Context, echo bool) (string, error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	line, _, err := t.line(ctx, echo)
	return line, err
}

// line reads a line and returns the event that ended it. The caller holds
// reading.
func (t *Terminal) line(ctx context.Context, echo bool) (string, lineedit.Event, error) {
	t.ask(true)
	defer t.ask(false)
	t.editor.Next()
	for {
		b, err := t.next(ctx)
		switch {
		case errors.Is(err, io.EOF) && t.editor.Text() != "":
			return t.editor.Text(), lineedit.End, nil
		case err != nil:
			return "", lineedit.None, err
		case b == keyInterrupt: // typed while a screen was open
			t.interrupt()
			return "", lineedit.None, context.Canceled
		}
		shown, event := t.editor.Type(b)
		if echo {
			_, _ = io.WriteString(t.channel, shown)
		}
		switch {
		case event == lineedit.End && t.editor.Text() == "":
			return "", event, io.EOF
		case event != lineedit.None:
			return t.editor.Text(), event, nil
		}
	}
}

func (t *Terminal) ask(asking bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asking = asking
}

// next waits for a byte.
func (t *Terminal) next(ctx context.Context) (byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.wait(ctx); err != nil {
		return 0, err
	}
	b := t.ahead[0]
	t.ahead = t.ahead[1:]
	t.changed.Broadcast()
	return b, nil
}

// wait waits for input. The caller holds mu.
func (t *Terminal) wait(ctx context.Context) error {
	if len(t.ahead) == 0 && !t.eof {
		defer context.AfterFunc(ctx, t.wake)()
	}
	for len(t.ahead) == 0 && !t.eof && ctx.Err() == nil {
		t.changed.Wait()
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(t.ahead) == 0:
		return io.EOF
	}
	return nil
}

func (t *Terminal) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed.Broadcast()
}

// Keys returns a reader of the raw input for a screen, until ctx ends. The
// input includes everything that was typed before the call and not read yet.
// Lines must not be read at the same time.
func (t *Terminal) Keys(ctx context.Context) Input {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen = ctx.Done()
	return Input{ctx, t}
}

// hasScreen reports whether a screen reads the input. The caller holds mu.
func (t *Terminal) hasScreen() bool {
	if t.screen == nil {
		return false
	}
	select {
	case <-t.screen:
		return false
	default:
		return true
	}
}

// An Input is the raw input of a terminal for a screen.
type Input struct {
	ctx      context.Context //nolint:containedctx // a reader has no other place for it
	terminal *Terminal
}

// Read returns input, or [io.EOF] after the screen has ended.
func (k Input) Read(p []byte) (int, error) { return k.read(k.ctx, p) }

// ReadWithin is Read, and returns [os.ErrDeadlineExceeded] if there is no input
// within a time. A negative time is no limit.
func (k Input) ReadWithin(p []byte, wait time.Duration) (int, error) {
	if wait < 0 {
		return k.Read(p)
	}
	ctx, cancel := context.WithTimeout(k.ctx, wait)
	defer cancel()
	n, err := k.read(ctx, p)
	if err != nil && k.ctx.Err() == nil && ctx.Err() != nil {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

// read returns input until ctx ends.
func (k Input) read(ctx context.Context, p []byte) (int, error) {
	t := k.terminal
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wait(ctx) != nil {
		return 0, io.EOF
	}
	n := copy(p, t.ahead)
	t.ahead = t.ahead[n:]
	t.changed.Broadcast()
	return n, nil
}

// close ends the input: reads return the remaining input and then [io.EOF].
func (t *Terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.eof = true
	t.changed.Broadcast()
}

// listen reads from the client until it closes its end.
func (t *Terminal) listen() {
	defer t.close()
	buf := make([]byte, 1024)
	for {
		n, err := t.channel.Read(buf)
		if n > 0 {
			t.touch()
			t.typed(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// keyInterrupt is ctrl+c.
const keyInterrupt = 0x03

// typed stores input. If the program does not read it, typed blocks, and SSH
// flow control stops the client.
func (t *Terminal) typed(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, b := range p {
		if b == keyInterrupt && !t.hasScreen() {
			t.ahead = nil
			asking := t.asking
			t.mu.Unlock()
			t.interrupted(asking)
			t.mu.Lock()
			continue
		}
		for len(t.ahead) >= maxAhead && !t.eof {
			t.changed.Wait()
		}
		t.ahead = append(t.ahead, b)
	}
	t.changed.Broadcast()
}

// interrupted cancels the session. If a line is being read, the line editor
// ends the line; otherwise ^C is shown. The caller does not hold mu, because
// writing to the client may block.
func (t *Terminal) interrupted(asking bool) {
	if !asking {
		_, _ = io.WriteString(t.channel, "^C\r\n")
	}
	t.interrupt()
}
