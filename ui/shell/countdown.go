package shell

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
	Left  string // such as "5m"; empty if an invite is due or none is waiting
	ticks int    // the number of starts; only the tick of the latest start counts
}

// countdownMsg arrives when the text of the countdown changes.
type countdownMsg struct{ tick int }

// countDown reads the clock, and does so again when the text changes. While an invite
// is due, it reads the outbox every second.
func (s *Sending) countDown() tea.Cmd {
	s.Next.Left = ""
	s.Next.ticks++
	if s.Waiting() == 0 || s.Outbox.Paused || s.Outbox.Next.IsZero() || s.account == nil {
		return nil
	}
	wait := time.Second
	if left := s.Outbox.Next.Sub(s.now()); left > 0 {
		s.Next.Left = formatWait(left)
		wait = untilTextChanges(left)
	}
	msg := countdownMsg{s.Next.ticks}
	return tea.Tick(wait, func(time.Time) tea.Msg { return msg })
}

// countedDown handles a countdownMsg.
func (s *Sending) countedDown(msg countdownMsg) tea.Cmd {
	if s.account == nil || msg.tick != s.Next.ticks {
		return nil
	}
	if !s.Outbox.Next.After(s.now()) {
		s.Next.Left = ""
		return s.Read()
	}
	return s.countDown()
}

// formatWait returns a duration as text: in minutes, and in seconds during the last
// minute.
func formatWait(left time.Duration) string {
	switch {
	case left <= time.Minute:
		return fmt.Sprintf("%ds", ceil(left, time.Second))
	case left <= time.Hour:
		return fmt.Sprintf("%dm", ceil(left, time.Minute))
	case left > 48*time.Hour:
		return fmt.Sprintf("%d days", ceil(left, 24*time.Hour))
	default:
		minutes := ceil(left, time.Minute)
		return fmt.Sprintf("%dh %dm", minutes/60, minutes%60)
	}
}

// untilTextChanges returns how long the result of inTime stays the same.
func untilTextChanges(left time.Duration) time.Duration {
	unit := time.Minute
	if left <= time.Minute {
		unit = time.Second
	}
	return left - time.Duration(ceil(left, unit)-1)*unit
}

// ceil returns d in units, rounded up.
func ceil(d, unit time.Duration) int { return int((d + unit - 1) / unit) }
