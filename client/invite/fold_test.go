package invite_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mxinvite/mxinvite/client/invite"
)

const room = "!r:hs.test"

// The public key of the seed SHA-256("mx-3pid-vector-0"), in both alphabets of
// base64.
const (
	stdKey = "UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c"
	urlKey = "UIWqmD96kTF_LESctfwvn1YhWhr_Ab-t6lfa1MS9D7c"
)

// sample reads the events of a response of Synapse.
func sample(t *testing.T, name string) []invite.Event {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var raw []json.RawMessage
	if json.Unmarshal(data, &raw) != nil {
		var page struct{ Chunk []json.RawMessage }
		if err := json.Unmarshal(data, &page); err != nil {
			t.Fatal(err)
		}
		raw = page.Chunk
	}
	var events []invite.Event
	for _, r := range raw {
		ev, err := invite.ParseEvent(r)
		if err != nil {
			continue // a message event
		}
		events = append(events, ev)
	}
	return events
}

// event parses a state event with these members.
func event(t *testing.T, typ, key, sender, content string, more ...string) invite.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"event_id":"$%s-%s","type":%q,"state_key":%q,"sender":%q,"origin_server_ts":1000,"content":%s%s}`,
		key, sender, typ, key, sender, content, strings.Join(more, ""))
	ev, err := invite.ParseEvent([]byte(raw))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return ev
}

// pending returns an invite with the token "tok" that was not accepted.
func pending(t *testing.T) invite.Event {
	t.Helper()
	return event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test",
		`{"display_name":"gra...@nav...","public_key":"`+stdKey+`","key_validity_url":"https://is.test/valid"}`)
}

func acceptance(user, token string) string {
	return fmt.Sprintf(`{"membership":"invite","third_party_invite":{"display_name":"gra...@nav...","signed":{"mxid":%q,"token":%q,"signatures":{}}}}`, user, token)
}

func statuses(invites []invite.Invite) map[invite.Status]int {
	n := map[invite.Status]int{}
	for _, i := range invites {
		n[i.Status]++
	}
	return n
}

func TestStatusesInResponsesOfSynapse(t *testing.T) {
	history := sample(t, "messages_after_redeem.json")
	for _, tc := range []struct {
		name    string
		history []invite.Event
		want    map[invite.Status]int
	}{
		{"state_pending.json", nil, map[invite.Status]int{invite.Pending: 5}},
		{"state_revoked.json", nil, map[invite.Status]int{invite.Pending: 4, invite.Revoked: 1}},
		// The state has only one of the two invites that Bob accepted, because the
		// second member event replaced the first. The history has both.
		{"state_redeemed_onbind_invited.json", nil, map[invite.Status]int{invite.Pending: 3, invite.Invited: 1, invite.Revoked: 1}},
		{"state_redeemed_onbind_joined.json", nil, map[invite.Status]int{invite.Pending: 4, invite.Revoked: 1}},
		{"state_redeemed_onbind_joined.json", history, map[invite.Status]int{invite.Pending: 2, invite.Joined: 2, invite.Revoked: 1}},
	} {
		got := statuses(invite.Fold(room, sample(t, tc.name), tc.history))
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s with %d events of history (-want +got):\n%s", tc.name, len(tc.history), diff)
		}
	}
}

func TestStatusFollowsMembership(t *testing.T) {
	const grace = "@grace:hs.test"
	before := event(t, invite.TypeMember, grace, "@ada:hs.test", acceptance(grace, "tok"))
	for membership, want := range map[string]invite.Status{
		"join": invite.Joined, "leave": invite.Left, "ban": invite.Banned, "invite": invite.Invited,
	} {
		now := event(t, invite.TypeMember, grace, grace, `{"membership":"`+membership+`"}`)
		got := invite.Fold(room, []invite.Event{now, pending(t)}, []invite.Event{before})
		if len(got) != 1 || got[0].Status != want || got[0].Acceptance == nil || got[0].Acceptance.UserID != grace {
			t.Errorf("after %s: %+v, want status %s by %s", membership, got, want, grace)
		}
	}
}

func TestAcceptanceIsReadFromPrevContent(t *testing.T) {
	const grace = "@grace:hs.test"
	join := event(t, invite.TypeMember, grace, grace, `{"membership":"join"}`,
		`,"unsigned":{"replaces_state":"$inv","prev_sender":"@ada:hs.test","prev_content":`+acceptance(grace, "tok")+`}`)
	got := invite.Fold(room, []invite.Event{pending(t), join}, nil)
	want := &invite.Acceptance{UserID: grace, EventID: "$inv", Membership: "join", Users: 1, Proof: invite.ProofForged}
	if diff := cmp.Diff(want, got[0].Acceptance, cmpopts.IgnoreUnexported(invite.Acceptance{})); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyInviteMembershipIsAnAcceptance(t *testing.T) {
	const mallory = "@mallory:hs.test"
	for name, content := range map[string]string{
		"in a join":           strings.Replace(acceptance(mallory, "tok"), `"invite"`, `"join"`, 1),
		"for another user":    acceptance("@grace:hs.test", "tok"),
		"signed is a list":    `{"membership":"invite","third_party_invite":{"signed":[]}}`,
		"token is a number":   `{"membership":"invite","third_party_invite":{"signed":{"mxid":"@mallory:hs.test","token":5}}}`,
		"not an object":       `"join"`,
		"membership is a map": `{"membership":{}}`,
	} {
		ev := event(t, invite.TypeMember, mallory, mallory, content)
		if got := invite.Fold(room, []invite.Event{pending(t), ev}, nil); got[0].Status != invite.Pending {
			t.Errorf("%s: %s", name, got[0].Status)
		}
	}
}

func TestRevokedInviteKeepsNameAndSender(t *testing.T) {
	before := pending(t)
	now := event(t, invite.TypeThirdPartyInvite, "tok", "@ken:hs.test", `{}`,
		`,"unsigned":{"replaces_state":"`+string(before.ID)+`","prev_sender":"@ada:hs.test","prev_content":`+string(before.Content)+`}`)
	for name, history := range map[string][]invite.Event{"by prev_content": nil, "by history": {before}} {
		got := invite.Fold(room, []invite.Event{now}, history)[0]
		if got.Status != invite.Revoked || got.DisplayName != "gra...@nav..." || got.Sender != "@ada:hs.test" || got.Revocation.Sender != "@ken:hs.test" {
			t.Errorf("%s: %+v", name, got)
		}
		if got.SentAt.IsZero() != (history == nil) {
			t.Errorf("%s: sent at %v", name, got.SentAt)
		}
	}
	alone := event(t, invite.TypeThirdPartyInvite, "tok", "@ken:hs.test", `{}`)
	if got := invite.Fold(room, []invite.Event{alone}, nil)[0]; got.Status != invite.Revoked || got.Sender != "" {
		t.Errorf("without earlier events: %+v", got)
	}
}

func TestCircleOfReplacedEventsEnds(t *testing.T) {
	a := event(t, invite.TypeThirdPartyInvite, "tok", "@a:hs.test", `{}`, `,"unsigned":{"replaces_state":"$tok-@b:hs.test"}`)
	b := event(t, invite.TypeThirdPartyInvite, "tok", "@b:hs.test", `{}`, `,"unsigned":{"replaces_state":"$tok-@a:hs.test"}`)
	if got := invite.Fold(room, []invite.Event{a}, []invite.Event{a, b}); got[0].Status != invite.Revoked {
		t.Errorf("%+v", got)
	}
}

func TestInviteContent(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, tc := range []struct {
		name, content string
		status        invite.Status
		problems      []string // problems of the keys, in order
	}{
		{"one key", `{"public_key":"` + stdKey + `"}`, invite.Pending, []string{""}},
		{"url alphabet", `{"public_key":"` + urlKey + `"}`, invite.Pending, []string{""}},
		{"padded", `{"public_key":"` + stdKey + `="}`, invite.Pending, []string{""}},
		{"only in the list", `{"public_keys":[{"public_key":"` + urlKey + `"}]}`, invite.Pending, []string{""}},
		{"the same twice", `{"public_key":"` + stdKey + `","public_keys":[{"public_key":"` + urlKey + `"}]}`, invite.Pending, []string{""}},
		{"one usable key among others", `{"public_key":5,"public_keys":[7,{"public_key":"abc123"},{"public_key":"` + stdKey + `"}]}`, invite.Pending, []string{"not a string", "4 bytes instead of 32", ""}},
		{"null", `{"public_key":null}`, invite.Malformed, []string{"not a string"}},
		{"not base64", `{"public_key":"!"}`, invite.Malformed, []string{"not base64"}},
		{"a list without keys", `{"public_keys":[{},5]}`, invite.Malformed, nil},
		{"keys are a map", `{"public_keys":{}}`, invite.Revoked, nil},
		{"empty", `{}`, invite.Revoked, nil},
		{"redacted", `null`, invite.Revoked, nil},
		{"a list", `[]`, invite.Revoked, nil},
		{"a name of a megabyte", `{"display_name":"` + long + `","public_key":"` + stdKey + `"}`, invite.Pending, []string{""}},
		{"a member name in other case", `{"Public_Key":"` + stdKey + `"}`, invite.Revoked, nil},
		{"a repeated member", `{"public_key":"` + stdKey + `","public_key":7}`, invite.Malformed, []string{"not a string"}},
		{"name is a number", `{"display_name":1,"public_key":"` + stdKey + `"}`, invite.Pending, []string{""}},
	} {
		got := invite.Fold(room, []invite.Event{event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", tc.content)}, nil)[0]
		var problems []string
		for _, k := range got.Keys {
			problems = append(problems, k.Problem)
		}
		if got.Status != tc.status || !cmp.Equal(tc.problems, problems) {
			t.Errorf("%s: %s with keys %q, want %s with %q", tc.name, got.Status, problems, tc.status, tc.problems)
		}
	}
}

func TestFoldIgnoresTheOrderOfEvents(t *testing.T) {
	state := sample(t, "state_redeemed_onbind_joined.json")
	history := sample(t, "messages_after_redeem.json")
	want := invite.Fold(room, state, history)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rng.Shuffle(len(state), func(i, j int) { state[i], state[j] = state[j], state[i] })
		rng.Shuffle(len(history), func(i, j int) { history[i], history[j] = history[j], history[i] })
		got := invite.Fold(room, state, append(history, history[rng.IntN(len(history))]))
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(invite.Key{}, invite.Acceptance{})); diff != "" {
			t.Fatalf("the result depends on the order (-want +got):\n%s", diff)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		name, address string
		want          bool
	}{
		{"gra...@nav...", "grace@navy.example", true},
		{"gra...@nav...", "GRACE@Navy.example", true},
		{"gra...@nav...", "granny@navarra.example", true},
		{"gra...@nav...", "ada@navy.example", false},
		{"...@1.c...", "1@1.com", true},
		{"b...@ex....", "bob@ex.io", true},
		{"bob@ex.io", "bob@ex.io", true},
		{"Grace", "grace@navy.example", false},
		{"", "grace@navy.example", false},
		{"gra...@nav...", "gr", false},
		{"...@...", "é@ü", true},
		{"é...@ü...", "e@u", false},
	} {
		if got := invite.Matches(tc.name, tc.address); got != tc.want {
			t.Errorf("Matches(%q, %q) = %v", tc.name, tc.address, got)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add([]byte(`{"type":"m.room.third_party_invite","state_key":"t","content":{"public_key":"`+stdKey+`"}}`), []byte(`{"type":"m.room.member","state_key":"@a:b","content":`+acceptance("@a:b", "t")+`}`))
	f.Add([]byte(`{"type":"m.room.third_party_invite","state_key":"t","content":{},"unsigned":{"prev_content":{"public_keys":[1]}}}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var events []invite.Event
		for _, raw := range [][]byte{a, b} {
			if ev, err := invite.ParseEvent(raw); err == nil {
				events = append(events, ev)
			}
		}
		for _, i := range invite.Fold(room, events, events) {
			if i.Status == "" {
				t.Errorf("an invite without a status: %+v", i)
			}
			invite.Matches(i.DisplayName, i.Token)
		}
	})
}
