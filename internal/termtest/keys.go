package termtest

import (
	"fmt"
	"io"
	"strings"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Send types raw bytes at once, then settles. Do not send anything after the
// key that ends the program: Bubble Tea would leave a goroutine behind.
func (term *Terminal) Send(s string) {
	term.tb.Helper()
	_, _ = io.WriteString(term.keyboard, s)
	waits := term.kind.waits()
	switch i := strings.LastIndexByte(s, '\x1b'); {
	case i >= 0 && i >= len(s)-2:
		time.Sleep(waits.Esc + time.Millisecond) // it may begin a sequence
	case len(s) > 2 && i < 0:
		time.Sleep(waits.Quiet + time.Millisecond) // it may be part of a paste
	}
	term.Settle()
}

// SendParts sends the parts of s one after the other, with a pause between two of
// them, then settles.
func (term *Terminal) SendParts(pause time.Duration, parts ...string) {
	term.tb.Helper()
	for n, part := range parts {
		if n > 0 {
			time.Sleep(pause)
		}
		_, _ = io.WriteString(term.keyboard, part)
		synctest.Wait()
	}
	time.Sleep(term.kind.waits().Esc + time.Millisecond)
	term.Settle()
}

// Press presses keys one by one and settles after each. Keys have the names of
// Bubble Tea ("enter", "shift+tab", "ctrl+c", "alt+x", "pgdown", "f1", "space",
// "?") and are encoded as by xterm.
func (term *Terminal) Press(keys ...string) {
	term.tb.Helper()
	for _, key := range keys {
		s, ok := keystroke(key)
		if !ok {
			term.tb.Fatalf("no key is named %q", key)
		}
		term.Send(s)
	}
}

// Paste pastes s, in brackets if the program has enabled bracketed paste. Line
// feeds become carriage returns, as in xterm and VTE.
func (term *Terminal) Paste(s string) {
	term.tb.Helper()
	s = strings.ReplaceAll(s, "\n", "\r")
	if term.mode(ansi.ModeBracketedPaste) {
		s = ansi.BracketedPasteStart + s + ansi.BracketedPasteEnd
	}
	term.Send(s)
}

// Click clicks the left button at column x and line y, counted from 0. Nothing
// is sent if the program has not enabled the mouse.
func (term *Terminal) Click(x, y int) {
	term.tb.Helper()
	left := ansi.EncodeMouseButton(ansi.MouseLeft, false, false, false, false)
	term.mouse(ansi.MouseSgr(left, x, y, false) + ansi.MouseSgr(left, x, y, true))
}

// Wheel turns the mouse wheel at column x and line y by a number of steps, down
// or, if negative, up.
func (term *Terminal) Wheel(x, y, notches int) {
	term.tb.Helper()
	button := ansi.MouseWheelDown
	if notches < 0 {
		button, notches = ansi.MouseWheelUp, -notches
	}
	notch := ansi.MouseSgr(ansi.EncodeMouseButton(button, false, false, false, false), x, y, false)
	term.mouse(strings.Repeat(notch, notches))
}

// mouse sends s if the program has enabled the mouse.
func (term *Terminal) mouse(s string) {
	term.tb.Helper()
	if term.mode(ansi.ModeMouseButtonEvent) || term.mode(ansi.ModeMouseAnyEvent) {
		term.Send(s)
	}
}

// mode reports whether the program has set mode m.
func (term *Terminal) mode(m ansi.Mode) bool {
	term.display.mu.Lock()
	defer term.display.mu.Unlock()
	return term.display.modes[m]
}

// Modifiers in the encoding of xterm:
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-PC-Style-Function-Keys
const (
	shift = 1 << iota
	alt
	ctrl
)

// keystroke returns the bytes that xterm sends for a key.
func keystroke(key string) (s string, ok bool) {
	mods, name := cutModifiers(key)
	if number, final, ok := functionKey(name); ok {
		switch {
		case mods != 0:
			return fmt.Sprintf("\x1b[%s;%d%s", number, mods+1, final), true
		case final == "~":
			return "\x1b[" + number + "~", true
		case "P" <= final && final <= "S": // f1 to f4
			return "\x1bO" + final, true
		}
		return "\x1b[" + final, true
	}
	char, ok := character(name)
	switch {
	case !ok || mods == 0:
		return string(char), ok
	case mods&alt != 0:
		s, ok := keystroke(strings.Replace(key, "alt+", "", 1))
		return "\x1b" + s, ok
	case mods == shift && name == "tab":
		return "\x1b[Z", true
	case mods == ctrl && name == "space":
		return "\x00", true
	case mods == ctrl && '@' <= char && char <= '~':
		return string(char & 0x1F), true
	}
	return fmt.Sprintf("\x1b[27;%d;%d~", mods+1, char), true // modifyOtherKeys, which Bubble Tea enables
}

// cutModifiers splits "ctrl+shift+up" into the modifiers and the key.
func cutModifiers(key string) (mods int, name string) {
	if rest, ok := strings.CutPrefix(key, "ctrl+"); ok {
		key, mods = rest, mods|ctrl
	}
	if rest, ok := strings.CutPrefix(key, "alt+"); ok {
		key, mods = rest, mods|alt
	}
	if rest, ok := strings.CutPrefix(key, "shift+"); ok {
		key, mods = rest, mods|shift
	}
	return mods, key
}

// character returns the character of a key.
func character(name string) (char rune, ok bool) {
	switch name {
	case "enter":
		return '\r', true
	case "tab":
		return '\t', true
	case "esc":
		return '\x1b', true
	case "backspace":
		return '\x7f', true
	case "space":
		return ' ', true
	}
	if r := []rune(name); len(r) == 1 {
		return r[0], true
	}
	return 0, false
}

// functionKey returns the number of a key and the final byte of its sequence.
func functionKey(name string) (number, final string, ok bool) {
	if final, ok := map[string]string{
		"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H",
		"f1": "P", "f2": "Q", "f3": "R", "f4": "S",
	}[name]; ok {
		return "1", final, true
	}
	number, ok = map[string]string{
		"insert": "2", "delete": "3", "pgup": "5", "pgdown": "6",
		"f5": "15", "f6": "17", "f7": "18", "f8": "19", "f9": "20", "f10": "21", "f11": "23", "f12": "24",
	}[name]
	return number, "~", ok
}
