package serve

import (
	"context"
	"errors"
	"io"
	"sync"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/lineedit"
)

const (
	// maxColumns and maxRows are more than any screen has: a larger window costs
	// the server and shows nothing more.
	maxColumns, maxRows = 500, 200
	// maxAhead is how much may be typed before the program reads it, in bytes.
	maxAhead = 64 << 10
)

// windowSize is the size of a window as SSH tells it (RFC 4254, section 6.7).
type windowSize struct{ Columns, Rows, PixelWidth, PixelHeight uint32 }

// A Size is that of a terminal, in cells.
type Size struct{ Width, Height int }

// A Terminal is that of a visitor. There is no device of this machine behind it:
// what a kernel does for a terminal here, it does itself. A screen gets keys, by
// [Terminal.Keys]. Everything else gets lines, which are edited while they are
// typed; then ctrl+c interrupts the session.
type Terminal struct {
	channel   io.ReadWriter
	out       io.Writer
	touch     func()
	interrupt func()
	sizes     chan Size // holds the newest

	reading sync.Mutex // held while a line is read; guards the next two
	editor  lineedit.Editor
	rest    string // of a line that Read has not returned yet

	mu      sync.Mutex
	changed *sync.Cond
	size    Size
	ahead   []byte          // typed and not read yet
	screen  <-chan struct{} // closed when the screen that gets keys has ended; nil before the first
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

// Size is the terminal's size.
func (t *Terminal) Size() Size {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.size
}

// Sizes tells when the size changes. Of several changes in a row the last is
// told.
func (t *Terminal) Sizes() <-chan Size { return t.sizes }

func (t *Terminal) resize(to windowSize) {
	if to.Columns == 0 || to.Rows == 0 { // which says that it is not known
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
	case <-t.sizes: // it is out of date
	default:
	}
	t.sizes <- size
}

// Write shows text. A line break begins a new line, as on any terminal.
func (t *Terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Read returns what was typed, line by line. At ctrl+d it returns [io.EOF], or
// what the line has so far; it may be called again.
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

// ReadLine returns the next line without its end, or [io.EOF] at ctrl+d on an
// empty line. Unless echo is set the terminal does not show what is typed.
func (t *Terminal) ReadLine(ctx context.Context, echo bool) (string, error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	line, _, err := t.line(ctx, echo)
	return line, err
}

// line reads a line and how it ended. The caller holds reading.
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
		case b == keyInterrupt: // typed while there was a screen
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

// wait waits until something was typed. The caller holds mu.
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

// Keys returns the keys as they are typed, for a screen, until ctx ends. They
// include what was typed ahead. Nothing may read lines meanwhile.
func (t *Terminal) Keys(ctx context.Context) io.Reader {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen = ctx.Done()
	return keys{ctx, t}
}

// hasScreen reports whether a screen gets the keys. The caller holds mu.
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

// keys are what is typed while there is a screen.
type keys struct {
	ctx context.Context //nolint:containedctx // a reader has no other place for it
	*Terminal
}

// Read returns keys, or [io.EOF] once the screen has ended.
func (k keys) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wait(k.ctx) != nil {
		return 0, io.EOF
	}
	n := copy(p, k.ahead)
	k.ahead = k.ahead[n:]
	k.changed.Broadcast()
	return n, nil
}

// close ends the input: reads return what is there and then [io.EOF].
func (t *Terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.eof = true
	t.changed.Broadcast()
}

// listen reads what is typed until the visitor's side ends.
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

// typed notes what was typed. If the program does not read it waits, and so does
// the visitor's side: nothing is lost.
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

// interrupted interrupts the session. A question ends its line itself. The caller
// does not hold mu: the visitor's side may be slow to read.
func (t *Terminal) interrupted(asking bool) {
	if !asking {
		_, _ = io.WriteString(t.channel, "^C\r\n")
	}
	t.interrupt()
}
