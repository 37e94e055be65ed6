package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/dump"
	"github.com/mxinvite/mxinvite/client/invite"
)

func FuzzInspect(f *testing.F) {
	const anInvite = `{"type":"m.room.third_party_invite","state_key":"t","content":{"public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}}`
	for _, seed := range []string{
		anInvite, "[" + anInvite + "]", `{"chunk":[` + anInvite + `,5],"state":{}}`, `{"rooms":{"join":{"!a:hs":{"timeline":{"events":[` + anInvite + `]}}}}}`,
		`[{"type":"m.room.member","state_key":"@g:hs","event_id":"$a","content":{"membership":"invite","third_party_invite":{"signed":{"mxid":"@g:hs","token":"t","signatures":{}}}}},` + anInvite + `]`,
		`[{"type":"m.room.name","state_key":"","content":{"name":5}},{"type":"m.room.canonical_alias","state_key":"","content":{"alias":"#a:b"}}]` + anInvite,
		strings.Replace(anInvite, "{", `{"chunk":[`+anInvite+`],"unsigned":{"replaces_state":"$a","prev_content":{}},`, 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		complaints := 0
		d := &dump.Dump{Report: func(string, error) { complaints++ }}
		_ = d.Read(bytes.NewReader(content), dump.MaxSize)
		if complaints != min(d.Unreadable, dump.MaxReports) {
			t.Errorf("%d complaints of %d", complaints, d.Unreadable)
		}
		for _, found := range dumpFindings(d) {
			found.Judgement = found.Invite.Judge(invite.Facts{})
			data, err := json.Marshal(out.NewJSONInvite(found))
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(out.EscapeJSON(data)) {
				t.Errorf("no JSON: %q", data)
			}
			if found.Invite.Status == "" || found.Verdict == "" {
				t.Errorf("an invite that says nothing: %+v", found)
			}
		}
	})
}
