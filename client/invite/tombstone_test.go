package invite_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

func TestTombstoneContent(t *testing.T) {
	for content, want := range map[string]struct {
		room     id.RoomID
		replaced bool
	}{
		`{"body":"moved","replacement_room":"!new:hs.test"}`:                  {"!new:hs.test", true},
		`{"replacement_room":"!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"}`: {"!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", true},
		`{"body":"closed"}`:                     {"", true},
		`{"replacement_room":"#alias:hs.test"}`: {"", true},
		`{"replacement_room":"!a\nb:hs.test"}`:  {"", true},
		`{"replacement_room":["!new:hs.test"]}`: {"", true},
		`{"replacement_room":"!` + long + `"}`:  {"", true},
		`{}`:                                    {"", false}, // redacted
		`null`:                                  {"", false},
		`["!new:hs.test"]`:                      {"", false},
		``:                                      {"", false},
	} {
		got, replaced := invite.ReadTombstone(json.RawMessage(content))
		if got.Replacement != want.room || replaced != want.replaced {
			t.Errorf("%s: %q, %v", content, got.Replacement, replaced)
		}
	}
}

var long = strings.Repeat("x", 255)

func TestInvitesOfAReplacedRoomWarn(t *testing.T) {
	tombstone := func(key string) invite.Event {
		return event(t, invite.TypeTombstone, key, "@ada:hs.test", `{"body":"moved","replacement_room":"!new:hs.test"}`)
	}
	for name, tt := range map[string]struct {
		state []invite.Event
		want  bool
	}{
		"pending":                {[]invite.Event{pending(t), tombstone("")}, true},
		"room in use":            {[]invite.Event{pending(t)}, false},
		"state key of no effect": {[]invite.Event{pending(t), tombstone("x")}, false},
		"revoked":                {[]invite.Event{event(t, invite.TypeThirdPartyInvite, "tok", "@ada:hs.test", `{}`), tombstone("")}, false},
		"accepted":               {[]invite.Event{pending(t), event(t, invite.TypeMember, "@grace:hs.test", "@ada:hs.test", acceptance("@grace:hs.test", "tok")), tombstone("")}, false},
	} {
		got := invite.Fold(room, tt.state, nil)[0]
		if slices.Contains(got.Warnings, invite.RoomReplaced) != tt.want {
			t.Errorf("%s: %v", name, got.Warnings)
		}
	}
}
