package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/stats"
)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

func now() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

// never is an age for a time that is not known.
const never = time.Duration(math.MinInt64)

func ago(age time.Duration) time.Time {
	if age == never {
		return time.Time{}
	}
	return now().Add(-age)
}

func pending(age time.Duration) invite.Invite {
	return invite.Invite{RoomID: "!r", Sender: "@ada", Status: invite.Pending, SentAt: ago(age), FirstSentAt: ago(age)}
}

func accepted(status invite.Status, sent, first time.Duration, users int) invite.Invite {
	i := pending(sent)
	i.Status, i.Acceptance = status, &invite.Acceptance{Users: users, First: ago(first), At: ago(first)}
	return i
}

func revoked(sent, at time.Duration) invite.Invite {
	i := pending(sent)
	i.Status, i.Revocation = invite.Revoked, &invite.Revocation{At: ago(at)}
	return i
}

func malformed(sent time.Duration) invite.Invite {
	i := pending(sent)
	i.Status = invite.Malformed
	return i
}

func traced(id.RoomID) bool   { return true }
func untraced(id.RoomID) bool { return false }

func TestEachInviteIsCountedOnce(t *testing.T) {
	got := stats.Of(stats.Each([]invite.Invite{
		pending(hour), pending(never),
		accepted(invite.Invited, 2*day, day, 1), accepted(invite.Joined, 3*day, day, 4),
		accepted(invite.Left, 3*day, day, 1), accepted(invite.Banned, 3*day, day, 1),
		revoked(3*day, day), malformed(day),
	}), traced, now()).All
	if got.Sent != 8 || got.Accepted != 4 || got.Joined != 1 || got.Users != 7 || got.Pending != 2 || got.Revoked != 1 || got.Malformed != 1 || got.Uncertain != 0 {
		t.Errorf("%+v", got)
	}
}

func TestPendingInvitesByAge(t *testing.T) {
	got := stats.Of(stats.Each([]invite.Invite{
		pending(0), pending(day - 1), // less than a day
		pending(day), pending(7*day - 1), // a week
		pending(7 * day),                     // a month
		pending(30 * day), pending(89 * day), // three months
		pending(90 * day), pending(1000 * day), // older
		pending(never),                            // unknown
		accepted(invite.Joined, day, day, 1),      // not pending
		revoked(100*day, day), malformed(5 * day), // not pending
	}), traced, now()).All
	want := [5]int{2, 2, 1, 2, 2}
	if d := cmp.Diff(want, got.Ages); d != "" || got.Undated != 1 || got.Pending != 10 {
		t.Errorf("%d without a time of %d: %s", got.Undated, got.Pending, d)
	}
}

// share returns the share of those that were accepted within 7 days.
func share(traced func(id.RoomID) bool, invites ...invite.Invite) stats.Share {
	return stats.Of(stats.Each(invites), traced, now()).All.Shares[1]
}

func TestShareCountsOnlyInvitesOfWhichTheDaysHavePassed(t *testing.T) {
	for name, tc := range map[string]struct {
		traced func(id.RoomID) bool
		invite invite.Invite
		want   stats.Share
	}{
		"accepted in time":                           {traced, accepted(invite.Joined, 20*day, 19*day, 1), stats.Share{Accepted: 1, Of: 1}},
		"accepted at the last moment":                {traced, accepted(invite.Joined, 20*day, 13*day, 1), stats.Share{Accepted: 1, Of: 1}},
		"accepted in time, and left":                 {traced, accepted(invite.Left, 20*day, 19*day, 1), stats.Share{Accepted: 1, Of: 1}},
		"accepted too late":                          {traced, accepted(invite.Joined, 20*day, 13*day-1, 1), stats.Share{Of: 1}},
		"accepted, but too young":                    {traced, accepted(invite.Joined, 6*day, 5*day, 1), stats.Share{}},
		"just old enough":                            {traced, pending(7 * day), stats.Share{Of: 1}},
		"too young by a moment":                      {traced, pending(7*day - 1), stats.Share{}},
		"accepted at an unknown time":                {traced, accepted(invite.Joined, 20*day, never, 1), stats.Share{Unknown: 1, Of: 1}},
		"accepted before it was sent":                {traced, accepted(invite.Joined, 20*day, 21*day, 1), stats.Share{Unknown: 1, Of: 1}},
		"accepted in the future":                     {traced, accepted(invite.Joined, 20*day, -day, 1), stats.Share{Unknown: 1, Of: 1}},
		"sent at an unknown time":                    {traced, accepted(invite.Joined, never, 5*day, 1), stats.Share{}},
		"sent in the future":                         {traced, pending(-day), stats.Share{}},
		"pending, and the history is not read":       {untraced, pending(20 * day), stats.Share{Unknown: 1, Of: 1}},
		"revoked after the days":                     {traced, revoked(20*day, 13*day), stats.Share{Of: 1}},
		"revoked before the days passed":             {traced, revoked(20*day, 13*day+1), stats.Share{}},
		"revoked at an unknown time":                 {traced, revoked(20*day, never), stats.Share{}},
		"revoked early, and the history is not read": {untraced, revoked(20*day, 15*day), stats.Share{Unknown: 1, Of: 1}},
		"revoked later, and the history is not read": {untraced, revoked(20*day, 2*day), stats.Share{Unknown: 1, Of: 1}},
		"malformed":                                  {traced, malformed(20 * day), stats.Share{}},
	} {
		if d := cmp.Diff(tc.want, share(tc.traced, tc.invite)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	least, most := share(traced, accepted(invite.Joined, 20*day, 19*day, 1), pending(9*day), pending(8*day), accepted(invite.Left, 10*day, never, 1)).Range()
	if least != 25 || most != 50 {
		t.Errorf("%v to %v percent", least, most)
	}
	if least, most := (stats.Share{}).Range(); least != 0 || most != 0 {
		t.Errorf("of none: %v to %v", least, most)
	}
}

func TestMedianIsOfThoseWithKnownTimes(t *testing.T) {
	in := func(after time.Duration) invite.Invite {
		return accepted(invite.Joined, 40*day, 40*day-after, 1)
	}
	unknown := []invite.Invite{
		accepted(invite.Joined, 40*day, never, 1), accepted(invite.Joined, never, 3*day, 1), accepted(invite.Joined, 3*day, 4*day, 1),
		pending(30 * day), revoked(30*day, day), malformed(3 * day),
	}
	for _, tc := range []struct {
		invites []invite.Invite
		want    time.Duration
		of      int
	}{
		{nil, 0, 0},
		{[]invite.Invite{in(5 * hour)}, 5 * hour, 1},
		{[]invite.Invite{in(9 * day), in(hour), in(3 * hour)}, 3 * hour, 3},
		{[]invite.Invite{in(10 * hour), in(hour), in(20 * day), in(4 * hour)}, 7 * hour, 4},
		{[]invite.Invite{in(0), in(0)}, 0, 2},
	} {
		got := stats.Of(stats.Each(append(tc.invites, unknown...)), traced, now()).All
		if got.Median != tc.want || got.Timed != tc.of {
			t.Errorf("%v of %d, want %v of %d", got.Median, got.Timed, tc.want, tc.of)
		}
	}
}

func TestInvitesByWeek(t *testing.T) {
	got := stats.Of(stats.Each([]invite.Invite{
		pending(0), pending(7*day - 1), accepted(invite.Joined, day, hour, 1), // the last week
		revoked(7*day, day), malformed(8 * day), // the week before
		accepted(invite.Left, 26*7*day-1, day, 1), // the first
		pending(26 * 7 * day), pending(never), pending(-time.Hour),
		pending(-time.Minute), // clocks differ by a little
	}), traced, now()).All.Weeks
	var want [stats.WeekCount]stats.Week
	want[25], want[24], want[0] = stats.Week{Sent: 4, Accepted: 1, Pending: 3}, stats.Week{Sent: 2}, stats.Week{Sent: 1, Accepted: 1}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestInvitesByRoomAndInviter(t *testing.T) {
	unknown := revoked(never, day)
	unknown.Sender = ""
	other := pending(day)
	other.RoomID = "!s"
	overwritten := pending(day)
	overwritten.Sender, overwritten.OriginalSender = "@mallory", "@ada"
	got := stats.Of(stats.Each([]invite.Invite{pending(day), overwritten, unknown, other}), traced, now())
	if len(got.Inviters) != 2 || got.Inviters[0].UserID != "@ada" || got.Inviters[0].Sent != 3 || got.Inviters[1].UserID != "" || got.Inviters[1].Sent != 1 {
		t.Errorf("%+v", got.Inviters)
	}
	if len(got.Rooms) != 2 || got.Rooms[0].ID != "!r" || got.Rooms[0].Sent != 3 {
		t.Errorf("%+v", got.Rooms)
	}
}

func TestRoomsThatAreNotTracedAreUncertain(t *testing.T) {
	other := pending(day)
	other.RoomID = "!s"
	got := stats.Of(stats.Each([]invite.Invite{pending(day), other, malformed(day)}), func(r id.RoomID) bool { return r == "!s" }, now()).All
	if got.Pending != 2 || got.Uncertain != 1 {
		t.Errorf("%+v", got)
	}
}

// hostileTime returns a time that a homeserver may claim.
func hostileTime(rng *rand.Rand) time.Time {
	switch rng.IntN(6) {
	case 0:
		return time.Time{}
	case 1:
		return time.UnixMilli(math.MaxInt64)
	case 2:
		return time.UnixMilli(math.MinInt64)
	case 3:
		return time.UnixMilli(rng.Int64() - math.MaxInt64/2)
	case 4:
		return time.UnixMilli(0)
	}
	return now().Add(-time.Duration(rng.Int64N(int64(400 * day))))
}

func randomInvites(rng *rand.Rand, n int) []invite.Invite {
	invites := make([]invite.Invite, n)
	for k := range invites {
		i := &invites[k]
		i.RoomID, i.Sender = id.RoomID(rune('a'+rng.IntN(8))), id.UserID(rune('A'+rng.IntN(4)))
		i.FirstSentAt, i.Status = hostileTime(rng), invite.Statuses()[rng.IntN(len(invite.Statuses()))]
		i.Acceptance = &invite.Acceptance{Users: 1 + rng.IntN(3), First: hostileTime(rng)}
		i.Revocation = &invite.Revocation{At: hostileTime(rng)}
	}
	return invites
}

// counts are the figures of a summary that can be added up.
type counts struct {
	sums   [9]int
	ages   [5]int
	shares [3]stats.Share
	weeks  [stats.WeekCount]stats.Week
}

func (c *counts) add(s stats.Summary) {
	for n, value := range []int{s.Sent, s.Accepted, s.Joined, s.Users, s.Pending, s.Uncertain, s.Revoked, s.Malformed, s.Undated} {
		c.sums[n] += value
	}
	for n := range c.ages {
		c.ages[n] += s.Ages[n]
	}
	for n, s := range s.Shares {
		c.shares[n] = stats.Share{Accepted: c.shares[n].Accepted + s.Accepted, Unknown: c.shares[n].Unknown + s.Unknown, Of: c.shares[n].Of + s.Of}
	}
	for n, w := range s.Weeks {
		c.weeks[n] = stats.Week{Sent: c.weeks[n].Sent + w.Sent, Accepted: c.weeks[n].Accepted + w.Accepted, Pending: c.weeks[n].Pending + w.Pending}
	}
}

// The figures of the rooms and those of the inviters add up to those of all, also with
// times that cannot be right.
func TestFiguresAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		invites := randomInvites(rng, rng.IntN(300))
		got := stats.Of(stats.Each(invites), func(r id.RoomID) bool { return r < "d" }, now())
		var all, rooms, inviters counts
		all.add(got.All)
		for _, r := range got.Rooms {
			rooms.add(r.Summary)
			checkSummary(t, r.Summary)
		}
		for _, i := range got.Inviters {
			inviters.add(i.Summary)
		}
		if rooms != all || inviters != all {
			t.Fatalf("all %+v\nrooms %+v\ninviters %+v", all, rooms, inviters)
		}
		if checkSummary(t, got.All); got.All.Sent != len(invites) {
			t.Errorf("%d of %d invites", got.All.Sent, len(invites))
		}
	}
}

// checkSummary checks what is always true.
func checkSummary(t *testing.T, s stats.Summary) {
	t.Helper()
	pending, weeks := s.Undated, 0
	for _, n := range s.Ages {
		pending += n
	}
	for _, w := range s.Weeks {
		weeks += w.Sent
		if w.Accepted+w.Pending > w.Sent {
			t.Errorf("a week: %+v", w)
		}
	}
	for _, share := range s.Shares {
		if least, most := share.Range(); least < 0 || most > 100 || least > most {
			t.Errorf("%+v is %v to %v percent", share, least, most)
		}
	}
	switch {
	case s.Accepted+s.Pending+s.Revoked+s.Malformed != s.Sent, pending != s.Pending, weeks > s.Sent,
		s.Joined > s.Accepted, s.Users < s.Accepted, s.Uncertain > s.Pending, s.Timed > s.Accepted,
		s.Median < 0 || s.Median > 20*365*day:
		t.Errorf("%+v", s)
	}
}

func BenchmarkOf(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	invites := randomInvites(rng, 10_000)
	for n := range invites {
		invites[n].RoomID = id.RoomID(rune('a' + n%1000))
	}
	for b.Loop() {
		stats.Of(stats.Each(invites), traced, now())
	}
}
