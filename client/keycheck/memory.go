package keycheck

import (
	"maps"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
)

// How long an answer is good for, and how long its lack: a server that was
// restarted should not be called unreachable for long.
const (
	keepAnswer  = 10 * time.Minute
	keepSilence = time.Minute
)

// A memory holds the answers of late.
type memory struct {
	answers map[Question]remembered
	swept   time.Time
}

type remembered struct {
	answer
	until time.Time
}

func (m *memory) recall(q Question, now time.Time) (answer, bool) {
	r, ok := m.answers[q]
	return r.answer, ok && now.Before(r.until)
}

func (m *memory) keep(a answer, now time.Time) {
	if m.answers == nil {
		m.answers = map[Question]remembered{}
	}
	m.sweep(now)
	r := remembered{a, now.Add(keepAnswer)}
	if a.validity == invite.Unreachable {
		r.until = now.Add(keepSilence)
	}
	m.answers[a.question] = r
}

// sweep forgets what no longer counts, now and then: strangers decide how many
// questions there are.
func (m *memory) sweep(now time.Time) {
	if now.Sub(m.swept) < keepSilence {
		return
	}
	m.swept = now
	maps.DeleteFunc(m.answers, func(_ Question, r remembered) bool { return !now.Before(r.until) })
}
