package invite_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A homeserver tries each pair of a key and a validity URL until one is valid.
func TestEachPairOfKeyAndURLCounts(t *testing.T) {
	const dead, alive, other = `"https://dead.example.org/isvalid"`, `"https://id.example.org/isvalid"`, `"https://id.example.org/v1/isvalid"`
	validity := func(k invite.Key) invite.Validity {
		if k.Host() == "dead.example.org" {
			return invite.Invalid
		}
		return invite.Valid
	}
	first := `{"public_key":"` + stdKey + `","key_validity_url":` + dead + `,"public_keys":[`
	for _, tc := range []struct {
		name, content string
		entries       int
		verdict       invite.Verdict
		foreign       bool
	}{
		{"a second URL that is valid", first + `{"public_key":"` + stdKey + `","key_validity_url":` + alive + `}]}`, 2, invite.Honoured, true},
		{"a second entry without URL", first + `{"public_key":"` + stdKey + `"}]}`, 2, invite.Honoured, false},
		{"the same pair twice", first + `{"public_key":"` + stdKey + `","key_validity_url":` + dead + `}]}`, 1, invite.Refused, false},
		{"the same key in the other alphabet", first + `{"public_key":"` + urlKey + `","key_validity_url":` + dead + `}]}`, 2, invite.Refused, false},
		{"a URL that is null", first + `{"public_key":"` + stdKey + `","key_validity_url":null}]}`, 2, invite.Unknown, false},
		{"a URL that is empty", first + `{"public_key":"` + stdKey + `","key_validity_url":""}]}`, 2, invite.Unknown, false},
		{"a URL that is a number", first + `{"public_key":"` + stdKey + `","key_validity_url":7}]}`, 2, invite.Unknown, false},
		{"two URLs on one host", `{"public_key":"` + stdKey + `","key_validity_url":` + alive + `,"public_keys":[{"public_key":"` + stdKey + `","key_validity_url":` + other + `}]}`, 2, invite.Honoured, false},
	} {
		got := invite.Fold(room, []invite.Event{event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", tc.content)}, nil)[0]
		j := got.Judge(invite.Facts{Validity: validity})
		keyChecks := 0
		for _, c := range j.Checks {
			if c.Name == "key-valid" {
				keyChecks++
			}
		}
		if len(got.Keys) != tc.entries || keyChecks != tc.entries || j.Verdict != tc.verdict || slices.Contains(j.Warnings, invite.ForeignHost) != tc.foreign {
			t.Errorf("%s: %d entries, %d checks, %s, %v", tc.name, len(got.Keys), keyChecks, j.Verdict, j.Warnings)
		}
		if !strings.HasPrefix(j.Checks[0].Detail, "the event has 1 usable key") {
			t.Errorf("%s: %s", tc.name, j.Checks[0].Detail)
		}
	}
}
