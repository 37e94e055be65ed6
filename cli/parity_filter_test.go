package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/internal/duration/durationtest"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const day = 24 * time.Hour

// newFilterWorld returns a world with invites by three senders, two of them with
// similar names, to two rooms. They are up to 400 days old. The world is always the
// same.
func newFilterWorld(t *testing.T) *testAccount {
	t.Helper()
	v := newTestAccount(t)
	adalbert := v.AddUser("adalbert", password, "Adalbert")
	board := v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "Board", Alias: "board", Preset: "private_chat"})
	for _, room := range []string{v.room, board} {
		for _, user := range []string{v.grace, adalbert} {
			_, err := v.SendState(room, v.ada, "m.room.member", user, map[string]any{"membership": "invite"})
			v.must(err)
			v.must(v.Join(room, user))
		}
	}
	send := func(room, sender, address string) {
		_, err := v.InviteByEmail(room, sender, address)
		v.must(err)
	}
	ages := []time.Duration{400 * day, 300 * day, 100 * day, 30 * day, 29 * day, 2 * day, 13 * time.Hour, time.Hour, time.Minute, 0}
	for n, age := range ages {
		name := strings.Repeat(string(rune('a'+n)), 4)
		send(v.room, v.ada, name+"@bell.example")
		send(board, []string{v.grace, adalbert}[n%2], name+"@place.example")
		if n < len(ages)-1 {
			time.Sleep(age - ages[n+1])
		}
	}
	send(v.room, v.ada, "jjjj@bell.example") // a duplicate
	send(v.room, adalbert, "joined@kernel.example")
	v.must(v.Bind("joined@kernel.example", v.AddUser("lin", password, "Lin")))
	time.Sleep(10 * time.Second)
	return v
}

// statuses returns the statuses of all invites, and whether they were revoked, by token.
func (v *testAccount) statuses() map[string]string {
	v.t.Helper()
	listed, _ := v.run(exit.OK, "list", "--json", "--check")
	var invites []struct {
		Token   string `json:"token"`
		Status  string `json:"status"`
		Revoked string `json:"revoked_by"`
	}
	v.must(json.Unmarshal([]byte(listed), &invites))
	all := map[string]string{}
	for _, i := range invites {
		all[i.Token] = i.Status + " " + i.Revoked
	}
	return all
}

// The same filter revokes the same invites by the flags of revoke, by marks on the
// screen, and by words in the accessible mode.
func TestFacesRevokeTheSameInvitesByFilter(t *testing.T) {
	for _, tt := range []struct{ name, flags, screen, words string }{
		{"own", "--by me", "by:me status:pending", "by:me"},
		{"sender", "--by ada", "by:ada status:pending", "by:ada"},
		{"sender with @", "--by @adalbert", "by:@adalbert status:pending", "by:@adalbert"},
		{"Matrix ID", "--by @grace:example.org", "by:@grace:example.org status:pending", "by:@grace:example.org"},
		{"age", "--older-than 30d", "older:30d status:pending", "older:30d"},
		{"sender and age", "--by adalbert --older-than 1d12h", "by:adalbert older:1d12h status:pending", "by:adalbert older:1d12h"},
		{"room", "board --all-pending", "room:board status:pending", "board --all-pending"},
		{"accepted", "--status joined,invited", "-status:pending", "joined invited"},
		{"warning", "--warn duplicate", "warn:duplicate status:pending", "duplicate"},
		{"needs a look", "--needs-look", "status:pending warn:duplicate", "needs-look"}, // no other invite in this world needs a look
	} {
		t.Run(tt.name, func(t *testing.T) {
			var byFlags, onScreen, byWords map[string]string
			synctest.Test(t, func(t *testing.T) {
				v := newFilterWorld(t)
				before := v.statuses()
				v.run(exit.OK, append(append([]string{"revoke"}, strings.Fields(tt.flags)...), "--yes")...)
				byFlags = v.statuses()
				if maps.Equal(before, byFlags) {
					t.Error("nothing was revoked")
				}
			})
			synctest.Test(t, func(t *testing.T) {
				v := newFilterWorld(t)
				term := v.shownToAda()
				term.Press("/")
				term.Send(tt.screen + "\r")
				term.Press("ctrl+a", "x", "y")
				term.Wait(time.Minute)
				onScreen = v.statuses()
			})
			synctest.Test(t, func(t *testing.T) {
				v := newFilterWorld(t)
				v.w.InTTY, v.w.OutTTY, v.w.ErrTTY = true, true, true
				v.w.In = strings.NewReader("revoke " + tt.words + "\nyes\nquit\n")
				v.run(exit.OK, "--accessible")
				v.w.InTTY, v.w.OutTTY, v.w.ErrTTY = false, false, false
				byWords = v.statuses()
			})
			if d := cmp.Diff(byFlags, onScreen); d != "" {
				t.Errorf("the command (-) and the screen (+) differ:\n%s", d)
			}
			if d := cmp.Diff(byFlags, byWords); d != "" {
				t.Errorf("the command (-) and the accessible mode (+) differ:\n%s", d)
			}
		})
	}
}

// shownCount matches the number of invites that a filter of the screen shows.
var shownCount = regexp.MustCompile(`(\d+) of (\d+) shown`)

// Every duration selects the same invites with --older-than and with older: on the
// screen, and newer: the others. Settings accept it too. A text that is not a duration
// is an error in all of them, which shows the format.
func TestFacesReadTheSameDurations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newFilterWorld(t)
		term := v.shownToAda()
		term.Press("/")
		all := len(v.statuses())
		filter := func(typed string) string {
			term.Press("ctrl+u")
			term.Send(typed)
			return term.Screen()
		}
		count := func(typed string) int {
			n := -1
			screen := filter(typed)
			if found := shownCount.FindStringSubmatch(screen); found != nil {
				_, _ = fmt.Sscan(found[1], &n)
			} else {
				t.Errorf("%s is no filter:\n%s", typed, screen)
			}
			return n
		}
		setting := "MXINVITE_INVITES_STALE_AFTER="
		withSetting := func(s string) string {
			before := v.w.Env
			defer func() { v.w.Env = before }()
			v.w.Env = append(slices.Clone(before), setting+s)
			code := exit.OK
			if _, valid := durationtest.Valid()[s]; !valid {
				code = exit.Error
			}
			_, said := v.run(code, "list", "--older-than", "1s")
			return said
		}
		for s := range durationtest.Valid() {
			listed, _ := v.run(exit.OK, "list", "--older-than", s)
			older := strings.Count(listed, "\n")
			if onScreen := count("older:" + s); onScreen != older {
				t.Errorf("older:%s shows %d invites, --older-than lists %d", s, onScreen, older)
			}
			if newer := count("newer:" + s); newer != all-older {
				t.Errorf("newer:%s shows %d invites of %d, --older-than lists %d", s, newer, all, older)
			}
			withSetting(s)
		}
		for _, s := range durationtest.Invalid() {
			if _, said := v.run(exit.Usage, "list", "--older-than", s); !strings.Contains(said, duration.Examples) {
				t.Errorf("--older-than %q: %s", s, said)
			}
			if said := withSetting(s); !strings.Contains(said, duration.Examples) {
				t.Errorf("the setting %q: %s", s, said)
			}
			for _, operator := range []string{"older:", "newer:"} {
				if screen := filter(operator + `"` + s + `"`); !strings.Contains(screen, "is not an age such as") {
					t.Errorf("%s%q:\n%s", operator, s, screen)
				}
			}
		}
	})
}

// The zero duration, which settings do not accept, selects the invites of the past.
func TestFacesSelectWithZeroDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newFilterWorld(t)
		listed, _ := v.run(exit.OK, "list", "--older-than", "0d")
		term := v.shownToAda()
		term.Press("/")
		term.Send("older:0d")
		n := strings.Count(listed, "\n")
		if !strings.Contains(term.Screen(), fmt.Sprintf("%d of %d shown", n, len(v.statuses()))) {
			t.Errorf("the command lists %d, the screen:\n%s", n, term.Screen())
		}
	})
}
