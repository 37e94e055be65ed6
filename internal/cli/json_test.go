package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/invite"
)

func TestJSONOfAnInviteIsThePromise(t *testing.T) {
	at := time.Date(2026, 11, 20, 11, 0, 0, 500e6, time.FixedZone("", 3600))
	whole := invite.Invite{
		RoomID: "!r:hs", Token: "kPzQ", EventID: "$e", DisplayName: "gra...@nav...", Sender: "@ada:hs", SentAt: at,
		Keys:       []invite.Key{{Public: "XGX0", ValidityURL: "https://is/isvalid"}, {Public: "UIWq"}},
		Status:     invite.Joined,
		Acceptance: &invite.Acceptance{UserID: "@grace:hs", At: at},
		Revocation: &invite.Revocation{Sender: "@ken:hs", At: at},
	}
	for _, tt := range []struct {
		name   string
		invite invite.Invite
		room   string
		want   string
	}{
		{"everything known", whole, "Ops", `{"room_id":"!r:hs","room_name":"Ops","token":"kPzQ","event_id":"$e",` +
			`"display_name":"gra...@nav...","sender":"@ada:hs","sent_at":"2026-11-20T10:00:00.5Z","status":"joined",` +
			`"keys":[{"public_key":"XGX0","key_validity_url":"https://is/isvalid"},{"public_key":"UIWq"}],` +
			`"accepted_by":"@grace:hs","accepted_at":"2026-11-20T10:00:00.5Z",` +
			`"revoked_by":"@ken:hs","revoked_at":"2026-11-20T10:00:00.5Z"}`},
		{"hardly anything known", invite.Invite{RoomID: "!r:hs", Status: invite.Revoked}, "", `{"room_id":"!r:hs","token":"","status":"revoked"}`},
		{"sent in no year", invite.Invite{SentAt: time.UnixMilli(1 << 60)}, "", `{"room_id":"","token":"","status":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(newJSONInvite(tt.invite, tt.room))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestJSONIsExactAndHarmless(t *testing.T) {
	var every strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r < 0xD800 || r > 0xDFFF {
			every.WriteRune(r)
		}
		if r == 0x3000 { // above, a sample does
			r = 0xD000
		}
		if r > 0xFFFF {
			r += 30
		}
	}
	var out bytes.Buffer
	a := &app{World: World{Out: &out}}
	if err := a.writeJSON([]string{every.String()}); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r != '\n' && !unicode.IsGraphic(r) {
			t.Fatalf("%U was written as it is", r)
		}
	}
	var back []string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back[0] != every.String() {
		t.Errorf("what was written is not what was meant: %v", err)
	}
}
