package shell

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// progressBar is the terminal's own progress: of what the person waits for, or
// else of what goes on in the background with a known end.
func (m *Model) progressBar() *tea.ProgressBar {
	sh := m.Shell
	p := sh.Work
	if p.None() {
		if p = sh.Sending.Progress(); p.None() || sh.Sending.Outbox.Last.IsZero() {
			return nil
		}
	}
	if p.Done == 0 && !sh.Work.None() {
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	state := tea.ProgressBarDefault
	if sh.Sending.Outbox.Paused && sh.Work.None() {
		state = tea.ProgressBarWarning
	}
	return tea.NewProgressBar(state, 100*p.Done/p.Total)
}

// Progress is how many have gone of those that were put into the outbox together
// with what still waits.
func (s *Sending) Progress() widget.Progress {
	waiting := map[int64]bool{} // by when they were queued
	for _, i := range s.Outbox.Items {
		if i.State == client.ItemQueued || i.State == client.ItemSending {
			waiting[i.QueuedAt.UnixMilli()] = true
		}
	}
	var p widget.Progress
	for _, i := range s.Outbox.Items {
		if !waiting[i.QueuedAt.UnixMilli()] {
			continue
		}
		p.Total++
		if i.State != client.ItemQueued && i.State != client.ItemSending {
			p.Done++
		}
	}
	return p
}
