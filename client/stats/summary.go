package stats

import (
	"slices"
	"time"
)

// A Summary has the figures of some invites. Sent is the sum of Accepted, Pending,
// Revoked and Malformed.
type Summary struct {
	Sent     int // all invites
	Accepted int // accepted by at least one user
	// Joined is how many of Accepted have a user who is in the room now.
	Joined int
	// Users is the number of users who accepted. It is larger than Accepted if several
	// users accepted the same link.
	Users   int
	Pending int
	// Uncertain is how many of Pending may have been accepted, because the history of
	// their rooms is not read yet.
	Uncertain int
	Revoked   int // revoked before they were accepted
	Malformed int // without a usable key, so that they cannot be accepted

	// Ages counts the pending invites by age, as in [AgeLimits]. Undated is how many of
	// Pending were sent at an unknown time.
	Ages    [ageCount]int
	Undated int

	Shares [shareCount]Share // as in [ShareDays]

	// Median is the median time between sending and accepting of the accepted invites
	// of which both times are known. Timed is the number of these; if it is 0, Median
	// is not known.
	Median time.Duration
	Timed  int

	// Weeks are the invites by the week in which they were sent, the oldest week first.
	// The last week ends now. Invites that are older, or sent at an unknown time, are in
	// none.
	Weeks [WeekCount]Week
}

// A Week counts the invites that were sent in a week, by their present status.
type Week struct{ Sent, Accepted, Pending int }

// WeekCount is the number of weeks in a [Summary].
const WeekCount = 26

const (
	day  = 24 * time.Hour
	week = 7 * day

	ageCount   = 5
	shareCount = 3
)

// AgeLimits returns the ages at which the groups of [Summary.Ages] end. The last group
// has no end.
func AgeLimits() [ageCount - 1]time.Duration {
	return [...]time.Duration{day, 7 * day, 30 * day, 90 * day}
}

// ShareDays returns the numbers of days of [Summary.Shares].
func ShareDays() [shareCount]int { return [...]int{1, 7, 30} }

// A Share is how many invites were accepted within a number of days after they were
// sent. Of has the invites that could be accepted for that long: those that were
// sent that long ago, and are not malformed and were not revoked before. Unknown is of
// how many of them it is not known whether they were accepted in time.
type Share struct{ Accepted, Unknown, Of int }

// Range returns the least and the largest possible share, in percent. If Of is 0,
// both are 0.
func (s Share) Range() (least, most float64) {
	if s.Of == 0 {
		return 0, 0
	}
	return 100 * float64(s.Accepted) / float64(s.Of), 100 * float64(s.Accepted+s.Unknown) / float64(s.Of)
}

// A tally adds up the invites of a summary.
type tally struct {
	Summary
	times []time.Duration // from sending to accepting
}

func (t *tally) add(o outcome) {
	t.Sent++
	switch o.kind {
	case accepted:
		t.Accepted++
		t.Users += o.users
		if o.joined {
			t.Joined++
		}
		if o.timed {
			t.times = append(t.times, o.after)
		}
	case pending:
		t.Pending++
		if !o.certain {
			t.Uncertain++
		}
		if o.dated {
			t.Ages[ageGroup(o.age)]++
		} else {
			t.Undated++
		}
	case revoked:
		t.Revoked++
	case malformed:
		t.Malformed++
	}
	for n, days := range ShareDays() {
		t.Shares[n].add(o, time.Duration(days)*day)
	}
	if n := int(o.age / week); o.dated && n < WeekCount {
		w := &t.Weeks[WeekCount-1-n]
		w.Sent++
		switch o.kind {
		case accepted:
			w.Accepted++
		case pending:
			w.Pending++
		case revoked, malformed:
		}
	}
}

// add counts an invite for the share of those that are accepted within some time.
func (s *Share) add(o outcome, within time.Duration) {
	if !o.dated || o.age < within {
		return // it may still be accepted in time
	}
	ended := o.kind == revoked && o.certain && (!o.timed || o.after < within)
	if o.kind == malformed || ended {
		return // it could not be accepted for so long
	}
	s.Of++
	switch {
	case o.kind == accepted && o.timed && o.after <= within:
		s.Accepted++
	case o.kind == accepted && !o.timed, !o.certain:
		s.Unknown++
	}
}

func ageGroup(age time.Duration) int {
	n, limits := 0, AgeLimits()
	for n < len(limits) && age >= limits[n] {
		n++
	}
	return n
}

func (t *tally) summary() Summary {
	if t.Timed = len(t.times); t.Timed > 0 {
		slices.Sort(t.times)
		lower, upper := t.times[(t.Timed-1)/2], t.times[t.Timed/2]
		t.Median = lower + (upper-lower)/2
	}
	return t.Summary
}

// SentByWeek returns the number of invites that were sent in each of the last n weeks,
// the oldest first.
func (s Summary) SentByWeek(n int) []int {
	sent := make([]int, 0, n)
	for _, w := range s.Weeks[WeekCount-n:] {
		sent = append(sent, w.Sent)
	}
	return sent
}
