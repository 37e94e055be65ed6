package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/style"
)

// progress is how far something has come that takes long; the zero progress is
// of nothing.
type progress struct{ done, total int }

func (p progress) none() bool { return p.total < 2 }

// bar draws it in so many columns, with the numbers behind it. What is done differs
// not by colour alone.
func (p progress) bar(st style.Styles, width int) string {
	full := width * p.done / max(1, p.total)
	return st.Accent.Render(strings.Repeat("━", full)) + st.Rule.Render(strings.Repeat("─", width-full)) +
		fmt.Sprintf(" %d of %d", p.done, p.total)
}

// progressBar is the terminal's own progress: of what the person waits for, or
// else of what goes on in the background with a known end.
func (sh *shell) progressBar() *tea.ProgressBar {
	p := sh.work
	if p.none() {
		if p = sh.sending.progress(); p.none() || sh.sending.outbox.Last.IsZero() {
			return nil
		}
	}
	if p.done == 0 && !sh.work.none() {
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	state := tea.ProgressBarDefault
	if sh.sending.outbox.Paused && sh.work.none() {
		state = tea.ProgressBarWarning
	}
	return tea.NewProgressBar(state, 100*p.done/p.total)
}

// progress is how many have gone of those that were put into the outbox together
// with what still waits.
func (s *sending) progress() progress {
	waiting := map[int64]bool{} // by when they were queued
	for _, i := range s.outbox.Items {
		if i.State == client.ItemQueued || i.State == client.ItemSending {
			waiting[i.QueuedAt.UnixMilli()] = true
		}
	}
	var p progress
	for _, i := range s.outbox.Items {
		if !waiting[i.QueuedAt.UnixMilli()] {
			continue
		}
		p.total++
		if i.State != client.ItemQueued && i.State != client.ItemSending {
			p.done++
		}
	}
	return p
}
