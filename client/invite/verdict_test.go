package invite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/invite"
)

const longTerm = "cZ+rFDPSOSoWBs9gmQx2V4UcFLd0t2bRFtKjdQGXV14" // key of the identity server in the samples

func TestProofsInResponsesOfSynapse(t *testing.T) {
	history := sample(t, "messages_after_redeem.json")
	for name, past := range map[string][]invite.Event{
		"state_redeemed_onbind_invited.json": nil,
		"state_redeemed_onbind_joined.json":  history,
	} {
		accepted := 0
		for _, i := range invite.Fold(room, sample(t, name), past) {
			if i.Acceptance == nil {
				continue
			}
			accepted++
			j := i.Judge(invite.Facts{})
			if i.Acceptance.Proof != invite.ProofVerified || i.Acceptance.Key != longTerm || j.Verdict != invite.Honoured {
				t.Errorf("%s: %s by %q, %s: %+v", name, i.Acceptance.Proof, i.Acceptance.Key, j.Verdict, j.Checks)
			}
		}
		if accepted == 0 {
			t.Errorf("%s: no invite was accepted", name)
		}
	}
}

// results formats the checks of a judgement: name=result.
func results(j invite.Judgement) string {
	var out []string
	for _, c := range j.Checks {
		out = append(out, c.Name+"="+string(c.Result))
	}
	return strings.Join(out, " ")
}

func content(name string) string {
	return `{"display_name":"` + name + `","public_key":"` + stdKey + `","key_validity_url":"https://is.test/valid",
		"public_keys":[{"public_key":"` + stdKey + `","key_validity_url":"https://is.test/valid"},
		{"public_key":"` + longTerm + `","key_validity_url":"https://is.test/ephemeral"}]}`
}

func TestVerdictOfPendingInvite(t *testing.T) {
	with := func(first, second invite.Validity) func(invite.Key) invite.Validity {
		return func(k invite.Key) invite.Validity {
			if k.Public == stdKey {
				return first
			}
			return second
		}
	}
	replaced := event(t, invite.TypeThirdPartyInvite, "tok", "@eve:hs.test", content("gra...@nav..."),
		`,"unsigned":{"replaces_state":"$was","prev_sender":"@ada:hs.test","prev_content":`+content("gra...@nav...")+`}`)
	plain := event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", content("gra...@nav..."))
	noURL := event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", `{"public_keys":[{"public_key":"`+stdKey+`"}]}`)
	empty := event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", `{}`)
	broken := event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", `{"public_key":5}`)
	half := event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", `{"public_key":"abc123","public_keys":[{"public_key":"`+stdKey+`","key_validity_url":"https://is.test/v"}]}`)
	for _, tc := range []struct {
		name     string
		ev       invite.Event
		validity func(invite.Key) invite.Validity
		verdict  invite.Verdict
		checks   string
	}{
		{"both valid", plain, with(invite.Valid, invite.Valid), invite.Honoured, "usable-key=pass sender-is-inviter=pass key-valid=pass key-valid=pass"},
		{"one is enough", plain, with(invite.Invalid, invite.Valid), invite.Honoured, "usable-key=pass sender-is-inviter=pass key-valid=fail key-valid=pass"},
		{"none", plain, with(invite.Invalid, invite.Invalid), invite.Refused, "usable-key=pass sender-is-inviter=pass key-valid=fail key-valid=fail"},
		{"unreachable", plain, with(invite.Unreachable, invite.Invalid), invite.Unknown, "usable-key=pass sender-is-inviter=pass key-valid=unknown key-valid=fail"},
		{"unchecked", plain, nil, invite.Unknown, "usable-key=pass sender-is-inviter=pass key-valid=unknown key-valid=unknown"},
		{"no validity URL", noURL, nil, invite.Honoured, "usable-key=pass sender-is-inviter=pass key-valid=pass"},
		{"overwritten by another user", replaced, with(invite.Valid, invite.Valid), invite.Refused, "usable-key=pass sender-is-inviter=fail key-valid=pass key-valid=pass"},
		{"revoked", empty, with(invite.Valid, invite.Valid), invite.Refused, "usable-key=fail"},
		{"malformed", broken, with(invite.Valid, invite.Valid), invite.Refused, "usable-key=fail sender-is-inviter=pass"},
		{"one unusable key", half, with(invite.Valid, invite.Valid), invite.Honoured, "usable-key=pass sender-is-inviter=pass key-valid=fail key-valid=pass"},
	} {
		j := invite.Fold(room, []invite.Event{tc.ev}, nil)[0].Judge(invite.Facts{Validity: tc.validity})
		if j.Verdict != tc.verdict || results(j) != tc.checks {
			t.Errorf("%s: %s by %s\nwant %s by %s", tc.name, j.Verdict, results(j), tc.verdict, tc.checks)
		}
	}
}

func TestVerdictOfAcceptedInvite(t *testing.T) {
	const grace = "@grace:hs.test"
	state := pending(t)
	signed := acceptance(grace, "tok") // without signatures
	for _, tc := range []struct {
		name    string
		state   invite.Event
		sender  string
		verdict invite.Verdict
		fails   string
	}{
		{"forged", state, "@ada:hs.test", invite.Refused, "signature-matches-key=fail"},
		{"by another sender", state, "@eve:hs.test", invite.Refused, "sender-is-inviter=fail"},
	} {
		member := event(t, invite.TypeMember, grace, tc.sender, signed)
		i := invite.Fold(room, []invite.Event{tc.state, member}, nil)[0]
		j := i.Judge(invite.Facts{})
		if j.Verdict != tc.verdict || !strings.Contains(results(j), tc.fails) {
			t.Errorf("%s: %s by %s", tc.name, j.Verdict, results(j))
		}
	}
}

func TestAcceptanceOfRevokedInviteIsVerifiedWithEarlierKeys(t *testing.T) {
	history := sample(t, "messages_after_redeem.json")
	state := sample(t, "state_redeemed_onbind_joined.json")
	token := ""
	for _, i := range invite.Fold(room, state, history) {
		if i.Acceptance != nil {
			token = i.Token
		}
	}
	for n, ev := range state {
		if ev.Type == invite.TypeThirdPartyInvite && ev.StateKey == token {
			history = append(history, ev)
			state[n].Content, state[n].ID, state[n].Replaces = []byte(`{}`), "$revocation", ev.ID
		}
	}
	for _, tc := range []struct {
		name    string
		history []invite.Event
		want    invite.Proof
		status  invite.Status
	}{
		{"known", history, invite.ProofVerified, invite.Joined},
		{"unknown", slices.DeleteFunc(slices.Clone(history), func(ev invite.Event) bool {
			return ev.Type == invite.TypeThirdPartyInvite && ev.StateKey == token
		}), invite.ProofUnverifiable, invite.Revoked},
	} {
		for _, i := range invite.Fold(room, state, tc.history) {
			if i.Token == token && (i.Status != tc.status || i.Revocation == nil || i.Acceptance == nil || i.Acceptance.Proof != tc.want) {
				t.Errorf("%s: %s, %+v", tc.name, i.Status, i.Acceptance)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	const grace = "@grace:hs.test"
	tpi := func(token, sender, content string, more ...string) invite.Event {
		return event(t, invite.TypeThirdPartyInvite, token, sender, content, more...)
	}
	join := event(t, invite.TypeMember, grace, grace, `{"membership":"join"}`)
	accepting := event(t, invite.TypeMember, grace, "@ada:hs.test", acceptance(grace, "accepted"))
	left := event(t, invite.TypeMember, "@ada:hs.test", "@ada:hs.test", `{"membership":"leave"}`)
	for _, tc := range []struct {
		name           string
		state, history []invite.Event
		token          string
		want           []invite.Warning
	}{
		{"nothing", []invite.Event{tpi("tok", "@ada:hs.test", content("gra...@nav..."))}, nil, "tok", nil},
		{"twice", []invite.Event{tpi("tok", "@ada:hs.test", content("gra...@nav...")), tpi("two", "@ada:hs.test", content("gra...@nav..."))}, nil, "tok", []invite.Warning{invite.Duplicate}},
		{"twice by two senders", []invite.Event{tpi("tok", "@ada:hs.test", content("gra...@nav...")), tpi("two", "@eve:hs.test", content("gra...@nav..."))}, nil, "tok", nil},
		{"whole address", []invite.Event{tpi("tok", "@ada:hs.test", content("grace@navy.example"))}, nil, "tok", []invite.Warning{invite.LeaksAddress}},
		{"http URL", []invite.Event{tpi("tok", "@ada:hs.test", `{"public_key":"`+stdKey+`","key_validity_url":"http://is.test/"}`)}, nil, "tok", []invite.Warning{invite.InsecureURL}},
		{"two hosts", []invite.Event{tpi("tok", "@ada:hs.test", strings.Replace(content("g...@n..."), "is.test/e", "other.test/e", 1))}, nil, "tok", []invite.Warning{invite.ForeignHost}},
		{"sender left", []invite.Event{tpi("tok", "@ada:hs.test", content("g...@n...")), left}, nil, "tok", []invite.Warning{invite.InviterGone}},
		{"overwritten", []invite.Event{tpi("tok", "@eve:hs.test", content("g...@n..."), `,"unsigned":{"prev_sender":"@ada:hs.test","prev_content":`+content("g...@n...")+`}`)}, nil, "tok", []invite.Warning{invite.Replaced}},
		{"accepted", []invite.Event{tpi("accepted", "@ada:hs.test", content("g...@n...")), join}, []invite.Event{accepting}, "accepted", []invite.Warning{invite.Reusable}},
		{"another one for a member", []invite.Event{tpi("accepted", "@ada:hs.test", content("g...@n...")), join, tpi("tok", "@ada:hs.test", content("g...@n..."))}, []invite.Event{accepting}, "tok", []invite.Warning{invite.RejoinHazard}},
	} {
		for _, i := range invite.Fold(room, tc.state, tc.history) {
			if i.Token == tc.token {
				if diff := cmp.Diff(tc.want, i.Warnings); diff != "" {
					t.Errorf("%s: %s", tc.name, diff)
				}
			}
		}
	}
}

func TestNoInsecureURLWarningForHomeserverOnThisMachine(t *testing.T) {
	key := func(host string) string {
		return `{"public_key":"` + stdKey + `","key_validity_url":"http://` + host + `/"}`
	}
	for _, tc := range []struct {
		name, host, own string
		want            []invite.Warning
	}{
		{"same host", "127.0.0.1:8008", "127.0.0.1:8008", []invite.Warning{}},
		{"other port", "127.0.0.1:8009", "127.0.0.1:8008", []invite.Warning{invite.InsecureURL}},
		{"homeserver elsewhere", "127.0.0.1:8008", "", []invite.Warning{invite.InsecureURL}},
	} {
		i := invite.Fold(room, []invite.Event{event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", key(tc.host))}, nil)[0]
		if diff := cmp.Diff(tc.want, i.Judge(invite.Facts{OwnHost: tc.own}).Warnings); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestStale(t *testing.T) {
	i := invite.Fold(room, []invite.Event{pending(t)}, nil)[0] // sent in 1970
	facts := invite.Facts{Now: time.Unix(100, 0), StaleAfter: 90 * time.Second}
	if j := i.Judge(facts); !slices.Contains(j.Warnings, invite.Stale) {
		t.Errorf("%v", j.Warnings)
	}
	facts.StaleAfter = 0
	if j := i.Judge(facts); len(j.Warnings) > 0 {
		t.Errorf("%v", j.Warnings)
	}
}
