package ui

import (
	"context"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// A screen is one page, or a card over one. Its methods run on the event loop
// and never block. A key works exactly where the screen's help names it.
type screen interface {
	help.KeyMap
	init() tea.Cmd                                // start the screen's work
	update(msg tea.Msg) tea.Cmd                   // change the screen
	view(width, height int) (string, *tea.Cursor) // draw the screen; change nothing
	title() string
}

// A layer is a screen on the stack and the leash on its work.
type layer struct {
	screen
	cancel context.CancelFunc
	card   bool // drawn over the page below it
}

// A closer is a screen that has something to undo when it is closed.
type closer interface{ closed() }

// end ends the screen's work.
func (l layer) end() {
	l.cancel()
	if c, ok := l.screen.(closer); ok {
		c.closed()
	}
}

// open puts a page on top. Its work ends when it is closed.
func (sh *shell) open(page func(context.Context) screen) tea.Cmd {
	return sh.push(page, false)
}

// openCard puts a card over the page on top.
func (sh *shell) openCard(card func(context.Context) screen) tea.Cmd {
	return sh.push(card, true)
}

func (sh *shell) push(f func(context.Context) screen, card bool) tea.Cmd {
	ctx, cancel := context.WithCancel(sh.ctx)
	s := f(ctx)
	sh.stack = append(sh.stack, layer{s, cancel, card})
	return s.init()
}

// close takes the screen on top away, unless it is the last.
func (sh *shell) close() {
	if n := len(sh.stack); n > 1 {
		sh.stack[n-1].end()
		sh.stack = sh.stack[:n-1]
	}
}

// leadsBack reports whether there is a screen below the one on top.
func (sh *shell) leadsBack() bool { return len(sh.stack) > 1 }

// closeScreen takes a screen away wherever it is in the stack.
func (sh *shell) closeScreen(s screen) {
	for i, l := range sh.stack {
		if l.screen == s && len(sh.stack) > 1 {
			l.end()
			sh.stack = append(sh.stack[:i:i], sh.stack[i+1:]...)
			return
		}
	}
}

// restart closes everything and begins with one page.
func (sh *shell) restart(page func(context.Context) screen) tea.Cmd {
	for _, l := range sh.stack {
		l.end()
	}
	sh.stack = nil
	return sh.open(page)
}

// page is where the page on top is in the stack, below the cards.
func (sh *shell) page() int {
	n := len(sh.stack) - 1
	for sh.stack[n].card {
		n--
	}
	return n
}

// top is the screen that gets the keys.
func (sh *shell) top() screen { return sh.stack[len(sh.stack)-1].screen }

// An answer is the result of work, on its way to the screen that asked for it.
type answer struct {
	ctx context.Context
	to  screen
	msg tea.Msg
}

// ask runs f in the background and brings its result to the screen that asked.
// If ctx ends first the result is dropped unread: no screen hears an answer it
// no longer waits for. Screens end contexts on the event loop only, so there is
// no race to lose.
func ask(ctx context.Context, to screen, f func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg { return answer{ctx, to, f(ctx)} }
}

// offers reports whether a screen's help names a key at this moment, by whatever
// words.
func offers(s screen, b key.Binding) bool {
	for _, group := range s.FullHelp() {
		for _, k := range group {
			if k.Enabled() && widget.ActionOf(k) == widget.ActionOf(b) {
				return true
			}
		}
	}
	return false
}
