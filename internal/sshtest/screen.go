package sshtest

import (
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/x/vt"
)

// A Screen is a terminal in memory.
type Screen struct {
	mu  sync.Mutex
	emu *vt.Emulator
}

// NewScreen returns a screen of the given size. Its replies to queries are
// written to keys.
func NewScreen(tb testing.TB, width, height int, keys io.Writer) *Screen {
	tb.Helper()
	s := &Screen{emu: vt.NewEmulator(width, height)}
	go func() { _, _ = io.Copy(keys, s.emu) }()
	tb.Cleanup(func() { _ = s.emu.InputPipe().(io.Closer).Close() })
	return s
}

// Write writes p to the screen.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emu.Write(p)
}

// Resize changes the size of the screen.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emu.Resize(width, height)
}

// Text returns the text on the screen, without colors.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(s.emu.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// Until waits until a text is on the screen.
func (s *Screen) Until(tb testing.TB, text string) {
	tb.Helper()
	if !Await(func() bool { return strings.Contains(s.Text(), text) }) {
		tb.Fatalf("%q did not appear on the screen:\n%s", text, s.Text())
	}
}
