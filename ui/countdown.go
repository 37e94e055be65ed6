package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A countdown is the time until the next invite leaves the outbox, in words. The
// header, the outbox page and the status line all show these words. The clock is
// read when the words change and not when they are drawn, so that the three never
// differ.
type countdown struct {
	left  string // such as "5m"; empty if an invite is due or none waits
	ticks int    // how often it was started; of the ticks only the last one counts
}

// countdownMsg comes when the time until the next send reads differently.
type countdownMsg struct{ tick int }

// countDown reads the clock, and does so again when the words change. While an
// invite is due, the outbox is read every second.
func (s *sending) countDown() tea.Cmd {
	s.next.left = ""
	s.next.ticks++
	if s.waiting() == 0 || s.outbox.Paused || s.outbox.Next.IsZero() || s.account == nil {
		return nil
	}
	wait := time.Second
	if left := s.outbox.Next.Sub(s.now()); left > 0 {
		s.next.left = inTime(left)
		wait = untilReadsDifferently(left)
	}
	msg := countdownMsg{s.next.ticks}
	return tea.Tick(wait, func(time.Time) tea.Msg { return msg })
}

// countedDown handles the end of a tick.
func (s *sending) countedDown(msg countdownMsg) tea.Cmd {
	if s.account == nil || msg.tick != s.next.ticks {
		return nil
	}
	if !s.outbox.Next.After(s.now()) {
		s.next.left = ""
		return s.read()
	}
	return s.countDown()
}

// inTime says how long something is off, in minutes until the last one.
func inTime(left time.Duration) string {
	switch {
	case left <= time.Minute:
		return fmt.Sprintf("%ds", ceil(left, time.Second))
	case left <= time.Hour:
		return fmt.Sprintf("%dm", ceil(left, time.Minute))
	default:
		minutes := ceil(left, time.Minute)
		return fmt.Sprintf("%dh %dm", minutes/60, minutes%60)
	}
}

// untilReadsDifferently is how long inTime says the same.
func untilReadsDifferently(left time.Duration) time.Duration {
	unit := time.Minute
	if left <= time.Minute {
		unit = time.Second
	}
	return left - time.Duration(ceil(left, unit)-1)*unit
}

// ceil is how many units it takes to cover d.
func ceil(d, unit time.Duration) int { return int((d + unit - 1) / unit) }
