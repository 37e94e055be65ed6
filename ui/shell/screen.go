package shell

import (
	"context"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// A Screen is one page, or a card over one. Its methods run on the event loop
// and never block. A key works exactly where the screen's help names it.
type Screen interface {
	help.KeyMap
	Init() tea.Cmd                                // start the screen's work
	Update(msg tea.Msg) tea.Cmd                   // change the screen
	View(width, height int) (string, *tea.Cursor) // draw the screen; change nothing
	Title() string
}

// A layer is a screen on the stack and the leash on its work.
type layer struct {
	Screen
	cancel context.CancelFunc
	card   bool // drawn over the page below it
}

// A closer is a screen that has something to undo when it is closed.
type closer interface{ closed() }

// end ends the screen's work.
func (l layer) end() {
	l.cancel()
	if c, ok := l.Screen.(closer); ok {
		c.closed()
	}
}

// Open puts a page on top. Its work ends when it is closed.
func (sh *Shell) Open(page func(context.Context) Screen) tea.Cmd {
	return sh.push(page, false)
}

// OpenCard puts a card over the page on top.
func (sh *Shell) OpenCard(card func(context.Context) Screen) tea.Cmd {
	return sh.push(card, true)
}

func (sh *Shell) push(f func(context.Context) Screen, card bool) tea.Cmd {
	ctx, cancel := context.WithCancel(sh.Ctx)
	s := f(ctx)
	sh.stack = append(sh.stack, layer{s, cancel, card})
	return s.Init()
}

// Close takes the screen on top away, unless it is the last.
func (sh *Shell) Close() {
	if n := len(sh.stack); n > 1 {
		sh.stack[n-1].end()
		sh.stack = sh.stack[:n-1]
	}
}

// LeadsBack reports whether there is a screen below the one on top.
func (sh *Shell) LeadsBack() bool { return len(sh.stack) > 1 }

// CloseScreen takes a screen away wherever it is in the stack.
func (sh *Shell) CloseScreen(s Screen) {
	for i, l := range sh.stack {
		if l.Screen == s && len(sh.stack) > 1 {
			l.end()
			sh.stack = append(sh.stack[:i:i], sh.stack[i+1:]...)
			return
		}
	}
}

// Restart closes everything and begins with one page.
func (sh *Shell) Restart(page func(context.Context) Screen) tea.Cmd {
	for _, l := range sh.stack {
		l.end()
	}
	sh.stack = nil
	return sh.Open(page)
}

// page is where the page on top is in the stack, below the cards.
func (sh *Shell) page() int {
	n := len(sh.stack) - 1
	for sh.stack[n].card {
		n--
	}
	return n
}

// Top is the screen that gets the keys.
func (sh *Shell) Top() Screen { return sh.stack[len(sh.stack)-1].Screen }

// An answer is the result of work, on its way to the screen that asked for it.
type answer struct {
	ctx context.Context
	to  Screen
	msg tea.Msg
}

// Ask runs f in the background and brings its result to the screen that asked.
// If ctx ends first the result is dropped unread: no screen hears an answer it
// no longer waits for. Screens end contexts on the event loop only, so there is
// no race to lose.
func Ask(ctx context.Context, to Screen, f func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg { return answer{ctx, to, f(ctx)} }
}

// After brings a message to a screen after a while, unless ctx ends first.
func After(ctx context.Context, to Screen, wait time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(wait, func(time.Time) tea.Msg { return answer{ctx, to, msg} })
}

// Offers reports whether a screen's help names a key at this moment, by whatever
// words.
func Offers(s Screen, b key.Binding) bool {
	for _, group := range s.FullHelp() {
		for _, k := range group {
			if k.Enabled() && widget.ActionOf(k) == widget.ActionOf(b) {
				return true
			}
		}
	}
	return false
}
