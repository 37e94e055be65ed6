package invite_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mxinvite/mxinvite/client/invite"
)

// version returns an m.room.member event with the members that determine its order.
func version(t *testing.T, eventID, key string, at int, replaces string) invite.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"event_id":%q,"type":"m.room.member","state_key":%q,"origin_server_ts":%d,"content":{},"unsigned":{"replaces_state":%q}}`,
		eventID, key, at, replaces)
	ev, err := invite.ParseEvent([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func ids(events []invite.Event) []string {
	out := []string{}
	for _, ev := range events {
		out = append(out, string(ev.ID))
	}
	slices.Sort(out)
	return out
}

func TestOrder(t *testing.T) {
	v := func(eventID, key string, at int, replaces string) invite.Event {
		return version(t, eventID, key, at, replaces)
	}
	for _, tc := range []struct {
		name           string
		events         []invite.Event
		state, history []string
	}{
		{"nothing", nil, []string{}, []string{}},
		{"the newest", []invite.Event{v("$a", "k", 2, ""), v("$b", "k", 3, ""), v("$c", "k", 1, "")}, []string{"$b"}, []string{"$a", "$c"}},
		{"of the same time, the greater ID", []invite.Event{v("$b", "k", 1, ""), v("$a", "k", 1, "")}, []string{"$b"}, []string{"$a"}},
		{"two state keys", []invite.Event{v("$a", "k", 1, ""), v("$b", "l", 2, "")}, []string{"$a", "$b"}, []string{}},
		{"a wrong clock", []invite.Event{v("$a", "k", 9, ""), v("$b", "k", 1, "$a")}, []string{"$b"}, []string{"$a"}},
		{"a missing event", []invite.Event{v("$a", "k", 1, ""), v("$c", "k", 3, "$b")}, []string{"$c"}, []string{"$a"}},
		{"replaces an event of another state key", []invite.Event{v("$a", "k", 1, ""), v("$b", "l", 2, "$a")}, []string{"$a", "$b"}, []string{}},
		{"replaces itself", []invite.Event{v("$a", "k", 1, ""), v("$b", "k", 2, "$b")}, []string{"$b"}, []string{"$a"}},
		{"a circle", []invite.Event{v("$a", "k", 1, "$b"), v("$b", "k", 2, "$a")}, []string{"$b"}, []string{"$a"}},
		{"a circle and another event", []invite.Event{v("$a", "k", 5, "$b"), v("$b", "k", 6, "$a"), v("$c", "k", 1, "")}, []string{"$c"}, []string{"$a", "$b"}},
		{"copies", []invite.Event{v("$a", "k", 1, ""), v("$a", "k", 1, ""), v("$b", "k", 2, "$a"), v("$b", "k", 2, "")}, []string{"$b"}, []string{"$a"}},
		{"without IDs", []invite.Event{v("", "k", 1, ""), v("", "k", 2, ""), v("", "l", 1, "")}, []string{"", ""}, []string{""}},
	} {
		state, history := invite.Order(tc.events)
		if d := cmp.Diff([][]string{tc.state, tc.history}, [][]string{ids(state), ids(history)}); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
}

func TestOrderKeepsTheMostCompleteCopy(t *testing.T) {
	bare := version(t, "$b", "k", 2, "")
	linked := version(t, "$b", "k", 2, "$a")
	full, redacted := pending(t), pending(t)
	redacted.Content = []byte(`{}`)
	full.Replaces = "$before"
	for _, tc := range []struct {
		name   string
		copies []invite.Event
		want   invite.Event
	}{
		{"more unsigned", []invite.Event{bare, linked}, linked},
		{"redacted", []invite.Event{full, redacted}, redacted},
	} {
		for range 2 {
			state, history := invite.Order(tc.copies)
			if len(state) != 1 || len(history) != 0 {
				t.Fatalf("%s: %d and %d", tc.name, len(state), len(history))
			}
			if d := cmp.Diff(tc.want, state[0]); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.name, d)
			}
			slices.Reverse(tc.copies)
		}
	}
}

func TestOrderWithoutReplacesState(t *testing.T) {
	before := pending(t)
	now := event(t, invite.TypeThirdPartyInvite, "tok", "@ken:hs.test", `{}`)
	now.At = before.At.Add(1)
	for _, events := range [][]invite.Event{{before, now}, {now, before}} {
		state, history := invite.Order(events)
		got := invite.Fold(room, state, history)
		if len(got) != 1 || got[0].Status != invite.Revoked || got[0].Sender != "@ada:hs.test" {
			t.Errorf("%+v", got)
		}
	}
}

func TestOrderOfSeveralResponses(t *testing.T) {
	var all []invite.Event
	for _, name := range []string{
		"state_pending.json", "state_redeemed_onbind_joined.json", "messages_after_redeem.json",
		"state_redeemed_onbind_invited.json", "state_revoked.json",
	} {
		all = append(all, sample(t, name)...)
	}
	want := map[invite.Status]int{invite.Pending: 2, invite.Joined: 2, invite.Revoked: 1}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		state, history := invite.Order(all)
		if d := cmp.Diff(want, statuses(invite.Fold(room, state, history))); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	}
}

func TestOrderIgnoresTheOrderOfEvents(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	name := func() string { return string(rune('a' + rng.IntN(6))) }
	for range 2000 {
		var events []invite.Event
		for range rng.IntN(12) {
			id, replaces := "$"+name(), "$"+name()
			switch rng.IntN(6) {
			case 0:
				id = ""
			case 1:
				replaces = ""
			}
			events = append(events, version(t, id, string(rune('k'+rng.IntN(2))), rng.IntN(3), replaces))
		}
		state, history := invite.Order(events)
		want := [][]invite.Event{state, history}
		for range 5 {
			rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			state, history := invite.Order(events)
			if got := [][]invite.Event{state, history}; !reflect.DeepEqual(want, got) {
				t.Fatalf("the result depends on the order (-want +got):\n%s", cmp.Diff(want, got))
			}
		}
		checkOrder(t, events, state, history)
	}
}

// checkOrder checks that state has one event for each type and state key, and that
// no event is missing.
func checkOrder(t *testing.T, events, state, history []invite.Event) {
	t.Helper()
	type slot struct{ typ, key string }
	seen, kept := map[slot]bool{}, map[string]bool{}
	for _, ev := range state {
		s := slot{ev.Type, ev.StateKey}
		if seen[s] {
			t.Fatalf("%v has two events", s)
		}
		seen[s] = true
	}
	for _, ev := range slices.Concat(state, history) {
		kept[string(ev.ID)] = true
	}
	for _, ev := range events {
		if !kept[string(ev.ID)] {
			t.Fatalf("%s is missing", ev.ID)
		}
	}
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte(`{"event_id":"$a","type":"m.room.member","state_key":"k","unsigned":{"replaces_state":"$b"}}`),
		[]byte(`{"event_id":"$b","type":"m.room.member","state_key":"k","content":{},"unsigned":{"replaces_state":"$a"}}`),
		[]byte(`{"type":"m.room.third_party_invite","state_key":"t","content":{"public_key":"`+stdKey+`"}}`))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var events []invite.Event
		for _, raw := range [][]byte{a, b, c, a} {
			if ev, err := invite.ParseEvent(raw); err == nil {
				events = append(events, ev)
			}
		}
		state, history := invite.Order(events)
		checkOrder(t, events, state, history)
		invites := invite.Fold(room, state, history)
		slices.Reverse(events)
		state, history = invite.Order(events)
		again := invite.Fold(room, state, history)
		if d := cmp.Diff(invites, again, cmpopts.IgnoreUnexported(invite.Key{}, invite.Acceptance{})); d != "" {
			t.Errorf("the result depends on the order (-want +got):\n%s", d)
		}
	})
}
