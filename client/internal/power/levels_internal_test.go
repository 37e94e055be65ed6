package power

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

func TestInvalidLevelDoesNotAffectOthers(t *testing.T) {
	for raw, want := range map[string]int{
		`50`: 50, `"50"`: 50, `" 50\t"`: 50, `"-1"`: -1, `50.7`: 50, `1e300`: maxLevel, `-1e300`: -maxLevel, `"9223372036854775807"`: maxLevel,
		// Invalid levels: users_default applies.
		`null`: 7, `"fifty"`: 7, `"inf"`: 7, `"NaN"`: 7, `"50.7"`: 7, `""`: 7, `[50]`: 7, `{}`: 7, `true`: 7, `1e999`: 7,
	} {
		content := fmt.Sprintf(`{"invite":50,"users_default":7,"users":{"@a:hs":%s,"@b:hs":100}}`, raw)
		p := Read(json.RawMessage(content), invite.Event{Sender: "@c:hs"})
		if p.Of("@a:hs") != want || p.Of("@b:hs") != 100 || p.Invite != 50 {
			t.Errorf("%s: %+v", raw, p)
		}
	}
	for content, want := range map[string][2]int{ // the level to invite, and the level of Bob
		`{"invite":[],"users_default":7,"users":{"@b:hs":100}}`:    {0, 100},
		`{"invite":50,"users_default":{},"users":{"@b:hs":100}}`:   {50, 100},
		`{"invite":50,"users_default":7,"users":["@b:hs"]}`:        {50, 7},
		`{"invite":"50","users_default":"7","users":{"@b:hs":[]}}`: {50, 7},
		`[]`: {0, 0},
	} {
		p := Read(json.RawMessage(content), invite.Event{Sender: "@c:hs"})
		if p.Invite != want[0] || p.Of("@b:hs") != want[1] {
			t.Errorf("%s: %+v", content, p)
		}
	}
}

func TestCreatorsHaveMaximumPower(t *testing.T) {
	levels := json.RawMessage(`{"invite":50}`)
	for version, want := range map[string]bool{
		`"11"`: false, `"12"`: true, `"13"`: true, `"org.matrix.hydra.11"`: true, `"org.matrix.msc3757.11"`: false, `12`: false, `null`: false,
	} {
		create := invite.Event{Sender: "@c:hs", Content: json.RawMessage(`{"room_version":` + version + `,"additional_creators":["@d:hs"]}`)}
		p := Read(levels, create)
		for _, creator := range []id.UserID{"@c:hs", "@d:hs"} {
			if got := p.Of(creator) == math.MaxInt; got != want {
				t.Errorf("%s: %s has %d", version, creator, p.Of(creator))
			}
		}
	}
	create := invite.Event{Sender: "@c:hs", Content: json.RawMessage(`{"room_version":"12","additional_creators":"@d:hs"}`)}
	if p := Read(levels, create); p.Of("@c:hs") != math.MaxInt {
		t.Error("the creator loses their power if additional_creators is invalid")
	}
}
