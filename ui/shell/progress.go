package shell

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// progressBar returns the progress for the terminal's own display: of the operation
// that the user waits for, or else of a background operation with a known end.
func (m *Model) progressBar() *tea.ProgressBar {
	sh := m.Shell
	p := sh.Progress
	if p.None() {
		if p = sh.Sending.Progress(); p.None() || sh.Sending.Outbox.Last.IsZero() {
			return nil
		}
	}
	if p.Done == 0 && !sh.Progress.None() {
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	state := tea.ProgressBarDefault
	if sh.Sending.Outbox.Paused && sh.Progress.None() {
		state = tea.ProgressBarWarning
	}
	return tea.NewProgressBar(state, 100*p.Done/p.Total)
}

// Progress counts the invites of all batches with unfinished invites. A batch is
// the set of invites with the same queue time.
func (s *Sending) Progress() widget.Progress {
	waiting := map[int64]bool{} // by queue time
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
