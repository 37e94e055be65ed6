package termtest

import (
	"bytes"
	"encoding/base64"
	"image/color"
	"io"
	"strings"
	"sync"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// display is the output side of the terminal: an emulator, with the sequences
// that it does not support. Reading from it returns the terminal's replies.
type display struct {
	mu        sync.Mutex
	emu       *vt.Emulator
	written   int    // bytes written so far
	raw       []byte // bytes since the last call of Raw
	title     string
	clipboard string
	hidden    bool // whether the cursor is visible
	modes     map[ansi.Mode]bool
	gone      bool
}

func newDisplay(k Kind, width, height int) *display {
	d := &display{emu: vt.NewEmulator(width, height), modes: make(map[ansi.Mode]bool)}
	if k.Light {
		d.emu.SetDefaultBackgroundColor(color.White)
		d.emu.SetDefaultForegroundColor(color.Black)
	}
	d.emu.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { d.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { d.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { d.modes[m] = false },
	})
	d.emu.RegisterOscHandler(0, d.setTitle)
	d.emu.RegisterOscHandler(2, d.setTitle)
	d.emu.RegisterOscHandler(52, d.setClipboard)
	d.emu.RegisterCsiHandler(ansi.Command('?', '$', 'p'), d.reportMode)
	if k.Mute {
		d.mute()
	}
	return d
}

// Write writes p to the screen. As a terminal that is not in raw mode, it adds
// a carriage return to a line feed: Bubble Tea relies on it when its input is
// not a terminal.
func (d *display) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return 0, io.ErrClosedPipe
	}
	d.written += len(p)
	d.raw = append(d.raw, p...)
	if _, err := d.emu.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Read reads the terminal's replies.
func (d *display) Read(p []byte) (int, error) { return d.emu.Read(p) }

func (d *display) hangUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone = true
	// emu.Close would race with a pending Read.
	_ = d.emu.InputPipe().(io.Closer).Close()
}

// setTitle handles OSC 0 and OSC 2. The emulator ignores titles with a
// semicolon.
func (d *display) setTitle(data []byte) bool {
	_, d.title, _ = strings.Cut(string(data), ";")
	return true
}

// setClipboard handles OSC 52.
func (d *display) setClipboard(data []byte) bool {
	parts := strings.SplitN(string(data), ";", 3)
	if len(parts) != 3 {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return false
	}
	d.clipboard = string(text)
	return true
}

// reportMode replies to queries about modes that the emulator does not support.
func (d *display) reportMode(params ansi.Params) bool {
	n, _, _ := params.Param(0, 0)
	mode := ansi.DECMode(n)
	if mode != ansi.ModeSynchronizedOutput && mode != ansi.ModeUnicodeCore {
		return false
	}
	setting := ansi.ModeReset
	if d.modes[mode] {
		setting = ansi.ModeSet
	}
	_, _ = io.WriteString(d.emu.InputPipe(), ansi.ReportMode(mode, setting))
	return true
}

// mute makes the terminal ignore queries.
func (d *display) mute() {
	ignore := func(ansi.Params) bool { return true }
	for _, cmd := range []int{
		'c', ansi.Command('>', 0, 'c'), // device attributes
		'n', ansi.Command('?', 0, 'n'), // status and cursor position
		ansi.Command(0, '$', 'p'), ansi.Command('?', '$', 'p'), // modes
	} {
		d.emu.RegisterCsiHandler(cmd, ignore)
	}
	for _, cmd := range []int{10, 11, 12} { // colors
		d.emu.RegisterOscHandler(cmd, func(data []byte) bool { return bytes.HasSuffix(data, []byte(";?")) })
	}
}

func (d *display) resize(width, height int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.emu.Resize(width, height)
}

func (d *display) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written
}

// Screen returns the text on the screen, without trailing spaces and empty
// lines. It ends with a line feed.
func (term *Terminal) Screen() string {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	var text strings.Builder
	for y := range d.emu.Height() {
		var line strings.Builder
		for x := range d.emu.Width() {
			if c := d.emu.CellAt(x, y); c != nil {
				line.WriteString(c.Content) // the second half of a wide cell is empty
			}
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimRight(text.String(), "\n") + "\n"
}

// Size returns the size of the terminal in cells.
func (term *Terminal) Size() (width, height int) {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.emu.Width(), d.emu.Height()
}

// Cell returns the cell in column x and line y, counted from 0. It is the zero
// Cell outside of the screen and for the second half of a wide cell.
func (term *Terminal) Cell(x, y int) uv.Cell {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.emu.CellAt(x, y); c != nil {
		return *c
	}
	return uv.Cell{}
}

// Cursor returns the position of the cursor, and whether it is visible.
func (term *Terminal) Cursor() (x, y int, visible bool) {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	pos := d.emu.CursorPosition()
	return pos.X, pos.Y, !d.hidden
}

// Title returns the title of the window.
func (term *Terminal) Title() string {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.title
}

// Clipboard returns the text that the program copied last (OSC 52).
func (term *Terminal) Clipboard() string {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clipboard
}

// Raw returns the bytes the program wrote since the last call.
func (term *Terminal) Raw() []byte {
	d := term.display
	d.mu.Lock()
	defer d.mu.Unlock()
	raw := d.raw
	d.raw = nil
	return raw
}
