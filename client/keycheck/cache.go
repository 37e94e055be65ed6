package keycheck

import (
	"maps"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
)

// How long answers and failures are cached. Failures are cached for a short time
// because the server may only be restarting.
const (
	keepAnswer  = 10 * time.Minute
	keepFailure = time.Minute
)

// A cache stores answers.
type cache struct {
	answers map[Question]entry
	checked time.Time // time of the last removeExpired
}

type entry struct {
	answer
	until time.Time
}

func (m *cache) get(q Question, now time.Time) (answer, bool) {
	r, ok := m.answers[q]
	return r.answer, ok && now.Before(r.until)
}

func (m *cache) put(a answer, now time.Time) {
	if m.answers == nil {
		m.answers = map[Question]entry{}
	}
	m.removeExpired(now)
	r := entry{a, now.Add(keepAnswer)}
	if a.validity == invite.Unreachable {
		r.until = now.Add(keepFailure)
	}
	m.answers[a.question] = r
}

// removeExpired removes expired answers, at most once per keepFailure: other users
// determine how many questions there are.
func (m *cache) removeExpired(now time.Time) {
	if now.Sub(m.checked) < keepFailure {
		return
	}
	m.checked = now
	maps.DeleteFunc(m.answers, func(_ Question, r entry) bool { return !now.Before(r.until) })
}
