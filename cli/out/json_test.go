package out

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

func TestInviteJSONIsStable(t *testing.T) {
	at := time.Date(2026, 11, 20, 11, 0, 0, 500e6, time.FixedZone("", 3600))
	whole := Finding{
		Invite: invite.Invite{
			RoomID: "!r:hs", Token: "kPzQ", EventID: "$e", DisplayName: "gra...@nav...", Sender: "@ada:hs", SentAt: at,
			Keys:       []invite.Key{{Public: "XGX0", ValidityURL: "https://is/isvalid"}, {Public: "UIWq"}},
			Status:     invite.Joined,
			Acceptance: &invite.Acceptance{UserID: "@grace:hs", At: at, Proof: invite.ProofVerified},
			Revocation: &invite.Revocation{Sender: "@ken:hs", At: at},
		},
		RoomName: "Ops", Certain: true,
		Judgement: invite.Judgement{
			Verdict: invite.Honoured,
			Checks: []invite.Check{
				{Name: "usable-key", Result: invite.Pass, Detail: "2 keys", Rule: "5.4.1.7"},
				{Name: "key-valid", Result: invite.Undecidable, Detail: "not asked"},
			},
			Warnings: []invite.Warning{invite.Reusable, invite.Stale},
		},
		Facts: invite.Facts{Validity: func(invite.Key) invite.Validity { return invite.Valid }},
	}
	none := `"keys":[],"verdict":"refused","checks":[],"warnings":[]`
	refused := invite.Judgement{Verdict: invite.Refused}
	bare := Finding{Invite: invite.Invite{RoomID: "!r:hs", Status: invite.Revoked}, Judgement: refused}
	odd := Finding{Invite: invite.Invite{SentAt: time.UnixMilli(1 << 60)}, Judgement: refused}
	for _, tt := range []struct {
		name    string
		finding Finding
		want    string
	}{
		{"everything known", whole, `{"room_id":"!r:hs","room_name":"Ops","token":"kPzQ","event_id":"$e",` +
			`"display_name":"gra...@nav...","sender":"@ada:hs","sent_at":"2026-11-20T10:00:00.5Z","status":"joined","status_certain":true,` +
			`"keys":[{"public_key":"XGX0","key_validity_url":"https://is/isvalid","validity":"valid"},{"public_key":"UIWq","validity":"perpetual"}],` +
			`"accepted_by":"@grace:hs","accepted_at":"2026-11-20T10:00:00.5Z","proof":"verified",` +
			`"revoked_by":"@ken:hs","revoked_at":"2026-11-20T10:00:00.5Z",` +
			`"verdict":"honoured","checks":[{"name":"usable-key","result":"pass","detail":"2 keys","rule":"5.4.1.7"},` +
			`{"name":"key-valid","result":"unknown","detail":"not asked"}],"warnings":["reusable","stale"]}`},
		{"hardly anything known", bare, `{"room_id":"!r:hs","token":"","status":"revoked",` + none + `}`},
		{"sent in no year", odd, `{"token":"","status":"",` + none + `}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(NewJSONInvite(tt.finding))
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
		if r == 0x3000 { // the sample above contains it
			r = 0xD000
		}
		if r > 0xFFFF {
			r += 30
		}
	}
	var out bytes.Buffer
	p := &Printer{Streams: Streams{Out: &out}}
	if err := p.WriteJSON([]string{every.String()}); err != nil {
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
