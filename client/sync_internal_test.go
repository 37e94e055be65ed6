package client

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/roomstate"
)

// FuzzSync applies hostile sync responses. Each is applied or refused, and the rooms
// can be read afterwards.
func FuzzSync(f *testing.F) {
	f.Add([]byte(`{"next_batch":"s1","rooms":{"join":{"!r:hs":{"summary":{"m.heroes":["@a:hs"]},"state":{"events":[{"type":"m.room.create","state_key":"","sender":"@ada:hs","content":{"room_version":"12"}}]},"timeline":{"limited":true,"events":[{"type":"m.room.third_party_invite","event_id":"$1","state_key":"tok","sender":"@ada:hs","content":{"public_key":"AAAA"}}]}}},"leave":{"!s:hs":{}}}}`),
		[]byte(`{"next_batch":"s2","rooms":{"join":{"!r:hs":{"timeline":{"events":[{"type":"m.room.member","event_id":"$2","state_key":"@g:hs","sender":"@ada:hs","content":{"membership":"invite","third_party_invite":{"signed":{"mxid":"@g:hs","token":"tok"}}}}]}}}}}`))
	f.Add([]byte(`{"next_batch":5}`), []byte(`{"next_batch":"x","rooms":[]}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		a := &Account{rooms: roomstate.New("@ada:hs"), keys: newKeyChecks(Options{}, nil), book: newAddressBook(), opt: Options{Now: time.Now, Memory: unlimited{}}}
		for _, raw := range [][]byte{first, second} {
			if reply, ok := syncreply.Read(raw); ok {
				if _, _, err := a.apply(a.rooms.Since(), reply, time.Now()); err != nil {
					t.Error(err)
				}
			}
		}
		for _, r := range a.Rooms() {
			if r.Name == "" && r.ID != "" {
				t.Errorf("a room without a name: %+v", r)
			}
			for _, i := range a.Invites(r.ID) {
				a.Judge(i)
				a.History(r.ID, i.Token)
			}
		}
	})
}

// A response is validated in parts. If any part is not valid, the response is not
// valid.
func TestMalformedSyncResponseIsRefused(t *testing.T) {
	whole := []byte(`{"rooms":{"join":{"!a:hs":{"state":{"events":[{"type":"x","n":[1,"}"]}]}},"!b\u0021:hs":{}},"leave":{"!c:hs":{}}},"next_batch":"s1"}`)
	reply, ok := syncreply.Read(whole)
	if !ok || len(reply.Join) != 2 || reply.Join["!b!:hs"] == nil || len(reply.Leave) != 1 {
		t.Fatalf("%v %+v", ok, reply)
	}
	for at := range whole {
		for _, b := range []byte("{}[]\",:x\\ ") {
			changed := bytes.Clone(whole)
			changed[at] = b
			for _, raw := range [][]byte{changed, whole[:at]} {
				if _, ok := syncreply.Read(raw); ok && !json.Valid(raw) {
					t.Errorf("%s was accepted as a response", raw)
				}
			}
		}
	}
}
