package client

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/roomstate"
)

func TestAnswersAboutKeysOfNoInviteAreForgotten(t *testing.T) {
	kept := keycheck.Question{URL: "https://id.example.org/isvalid", PublicKey: "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	a := &Account{rooms: roomstate.New("@ada:hs"), opt: Options{Now: func() time.Time { return now }}}
	a.answers = map[keycheck.Question]said{kept: {validity: invite.Valid, at: now}, {URL: kept.URL, PublicKey: "gone"}: {validity: invite.Valid, at: now}}
	reply, _ := syncreply.Read([]byte(`{"next_batch":"s1","rooms":{"join":{"!r:hs":{"state":{"events":[{"type":"m.room.third_party_invite","event_id":"$1","state_key":"tok",
		"sender":"@ada:hs","content":{"public_key":"` + kept.PublicKey + `","key_validity_url":"` + kept.URL + `"}}]}}}}}`))
	a.rooms.Apply(reply, now)
	a.dueKeys()
	if _, ok := a.answers[kept]; !ok || len(a.answers) != 1 {
		t.Errorf("%v", a.answers)
	}
}
