package shell

import (
	"context"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// A Screen is a page, or a card over a page. Its methods run on the event loop and
// must not block. A key works if and only if the screen's help names it.
type Screen interface {
	help.KeyMap
	Init() tea.Cmd                                // starts the screen's work
	Update(msg tea.Msg) tea.Cmd                   // changes the screen
	View(width, height int) (string, *tea.Cursor) // draws the screen; changes nothing
	Title() string
}

// A layer is a screen on the stack, with the function that cancels its context.
type layer struct {
	Screen
	cancel context.CancelFunc
	card   bool // drawn over the page below it
}

// A closer is a screen that must do something when it is closed.
type closer interface{ closed() }

// end cancels the context of the screen.
func (l layer) end() {
	l.cancel()
	if c, ok := l.Screen.(closer); ok {
		c.closed()
	}
}

// Open opens a page over all others. Its context ends when it is closed.
func (sh *Shell) Open(page func(context.Context) Screen) tea.Cmd {
	return sh.push(page, false)
}

// OpenCard opens a card over the top page.
func (sh *Shell) OpenCard(card func(context.Context) Screen) tea.Cmd {
	return sh.push(card, true)
}

func (sh *Shell) push(f func(context.Context) Screen, card bool) tea.Cmd {
	ctx, cancel := context.WithCancel(sh.Ctx)
	s := f(ctx)
	sh.stack = append(sh.stack, layer{s, cancel, card})
	return s.Init()
}

// Close closes the top screen, unless it is the only one.
func (sh *Shell) Close() {
	if n := len(sh.stack); n > 1 {
		sh.stack[n-1].end()
		sh.stack = sh.stack[:n-1]
	}
}

// CanGoBack reports whether there is a screen below the top screen.
func (sh *Shell) CanGoBack() bool { return len(sh.stack) > 1 }

// CloseScreen closes a screen at any position in the stack.
func (sh *Shell) CloseScreen(s Screen) {
	for i, l := range sh.stack {
		if l.Screen == s && len(sh.stack) > 1 {
			l.end()
			sh.stack = append(sh.stack[:i:i], sh.stack[i+1:]...)
			return
		}
	}
}

// Restart closes all screens and opens one page.
func (sh *Shell) Restart(page func(context.Context) Screen) tea.Cmd {
	for _, l := range sh.stack {
		l.end()
	}
	sh.stack = nil
	return sh.Open(page)
}

// page returns the index of the top page in the stack, below the cards.
func (sh *Shell) page() int {
	n := len(sh.stack) - 1
	for sh.stack[n].card {
		n--
	}
	return n
}

// Top returns the screen that receives the keys.
func (sh *Shell) Top() Screen { return sh.stack[len(sh.stack)-1].Screen }

// An answer is the result of an operation, addressed to the screen that started it.
type answer struct {
	ctx context.Context
	to  Screen
	msg tea.Msg
}

// Ask runs f in the background and delivers its result to a screen. If ctx ends first,
// the result is dropped. Contexts of screens end on the event loop only, so a closed
// screen never receives a result.
func Ask(ctx context.Context, to Screen, f func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg { return answer{ctx, to, f(ctx)} }
}

// After delivers a message to a screen after a delay, unless ctx ends first.
func After(ctx context.Context, to Screen, wait time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(wait, func(time.Time) tea.Msg { return answer{ctx, to, msg} })
}

// Offers reports whether a screen's help names a key now, with any description.
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
