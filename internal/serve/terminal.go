package serve

import (
	"io"
	"sync"
	"unicode/utf8"

	"charm.land/ssh"
	"github.com/charmbracelet/x/ansi"
	gossh "golang.org/x/crypto/ssh"
)

const (
	// maxColumns and maxRows are more than any screen has: a larger window costs
	// the server and shows nobody more.
	maxColumns, maxRows = 500, 200
	// maxAhead is how much may be typed before the program reads it, in bytes.
	maxAhead = 64 << 10
	// maxLine is how long a line may be that is typed to a command, in bytes.
	maxLine = 4 << 10
)

// windowSize is the size of a window as SSH tells it (RFC 4254, section 6.7).
type windowSize struct{ Columns, Rows, PixelWidth, PixelHeight uint32 }

// A Size is that of a terminal, in cells.
type Size struct{ Width, Height int }

// A Terminal is that of a visitor. There is no device of this machine behind it:
// what a kernel does for a terminal here, it does itself. A command is given
// whole lines, which can be mended while they are typed; a screen is given keys.
type Terminal struct {
	channel   io.ReadWriter
	out       io.Writer
	touch     func()
	interrupt func()
	sizes     chan Size // holds the newest

	mu      sync.Mutex
	changed *sync.Cond
	size    Size
	ahead   []byte // typed and not read yet
	line    []byte // typed and not finished yet
	raw     bool
	hidden  bool
	eof     bool
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
	case <-t.sizes: // nobody needs to know of it any more
	default:
	}
	t.sizes <- size
}

// Raw has keys passed on as they come, for a screen.
func (t *Terminal) Raw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.raw = true
	t.ahead = append(t.ahead, t.line...)
	t.line = nil
	t.changed.Broadcast()
}

// Hide says whether what is typed is hidden.
func (t *Terminal) Hide(hidden bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hidden = hidden
}

// Write shows text. A line break begins a new line, as on any terminal.
func (t *Terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Read returns what was typed.
func (t *Terminal) Read(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.ahead) == 0 && !t.eof {
		t.changed.Wait()
	}
	if len(t.ahead) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.ahead)
	t.ahead = t.ahead[n:]
	t.changed.Broadcast()
	return n, nil
}

// close lets nobody wait any more.
func (t *Terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.eof = true
	t.changed.Broadcast()
}

// listen takes what is typed until there is nobody to type any more.
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

// typed takes bytes from the visitor. For a screen that does not read them it
// waits, so that none is lost; then the visitor's end waits as well.
func (t *Terminal) typed(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, b := range p {
		if t.raw {
			for len(t.ahead) >= maxAhead && !t.eof {
				t.changed.Wait()
			}
			t.ahead = append(t.ahead, p[i:]...)
			t.changed.Broadcast()
			return
		}
		t.edit(b)
	}
}

// The keys that work while a line is typed.
const (
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyBack      = 0x08
	keyErase     = 0x15
	keyDelete    = 0x7f
)

// edit takes a byte of a line.
func (t *Terminal) edit(b byte) {
	switch {
	case t.eof:
		// There is no line any more.
	case b == '\r' || b == '\n':
		t.finish("\n")
		t.echo("\r\n")
	case b == keyInterrupt:
		t.line = nil
		t.echo("^C\r\n")
		t.interrupt()
	case b == keyEnd && len(t.line) == 0:
		t.eof = true
		t.changed.Broadcast()
	case b == keyEnd:
		t.finish("")
	case b == keyErase:
		for len(t.line) > 0 {
			t.takeBack()
		}
	case b == keyBack || b == keyDelete:
		t.takeBack()
	case b < ' ' && b != '\t':
		// No key that means anything here.
	case len(t.line) < maxLine && len(t.ahead) < maxAhead:
		t.line = append(t.line, b)
		t.echo(string([]byte{b}))
	}
}

// finish lets the line be read.
func (t *Terminal) finish(end string) {
	t.ahead = append(append(t.ahead, t.line...), end...)
	t.line = nil
	t.changed.Broadcast()
}

// takeBack erases the last letter.
func (t *Terminal) takeBack() {
	if len(t.line) == 0 {
		return
	}
	r, size := utf8.DecodeLastRune(t.line)
	t.line = t.line[:len(t.line)-size]
	for range ansi.StringWidth(string(r)) {
		t.echo("\b \b")
	}
}

// echo shows what was typed, unless it is hidden.
func (t *Terminal) echo(s string) {
	if !t.hidden {
		_, _ = io.WriteString(t.channel, s)
	}
}
