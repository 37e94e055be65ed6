package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// rawRoom returns n events: half of them invites, half of them member events that
// accept these with valid signatures.
func rawRoom(n int) (raw [][]byte) {
	public, private, _ := ed25519.GenerateKey(nil)
	key := base64.RawStdEncoding.EncodeToString(public)
	for i := range n / 2 {
		token, user := fmt.Sprintf("token%d", i), fmt.Sprintf("@user%d:hs.test", i)
		message := fmt.Sprintf(`{"mxid":%q,"sender":"@ada:hs.test","token":%q}`, user, token)
		sig := base64.RawStdEncoding.EncodeToString(ed25519.Sign(private, []byte(message)))
		raw = append(raw,
			fmt.Appendf(nil, `{"type":"m.room.third_party_invite","event_id":"$i%d","state_key":%q,"sender":"@ada:hs.test","origin_server_ts":%d,"content":{"display_name":"gra...@nav...","public_key":%q,"key_validity_url":"https://is.test/isvalid","public_keys":[{"public_key":%q,"key_validity_url":"https://is.test/isvalid"}]}}`, i, token, i, key, key),
			fmt.Appendf(nil, `{"type":"m.room.member","event_id":"$m%d","state_key":%q,"sender":"@ada:hs.test","origin_server_ts":%d,"content":{"membership":"invite","third_party_invite":{"display_name":"gra...@nav...","signed":{"mxid":%q,"sender":"@ada:hs.test","token":%q,"signatures":{"is.test":{"ed25519:0":%q}}}}}}`, i, user, i, user, token, sig))
	}
	return raw
}

const benchEvents = 100_000

// BenchmarkFold parses and folds 100,000 events and verifies the signatures.
func BenchmarkFold(b *testing.B) {
	raw := rawRoom(benchEvents)
	for b.Loop() {
		events := make([]Event, 0, len(raw))
		for _, r := range raw {
			ev, err := ParseEvent(r)
			if err != nil {
				b.Fatal(err)
			}
			events = append(events, ev)
		}
		for _, i := range Fold("!r:hs.test", events, nil) {
			if i.Acceptance.Proof != ProofVerified {
				b.Fatal(i.Acceptance.Proof)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchEvents, "µs/event")
}

// BenchmarkFoldFloor measures the minimum: decoding the JSON of the same events,
// and verifying one Ed25519 signature for each acceptance, on all cores.
func BenchmarkFoldFloor(b *testing.B) {
	raw := rawRoom(benchEvents)
	public, private, _ := ed25519.GenerateKey(nil)
	message := []byte(`{"mxid":"@user12345:hs.test","sender":"@ada:hs.test","token":"token12345"}`)
	sig := ed25519.Sign(private, message)
	for b.Loop() {
		for _, r := range raw {
			var v map[string]any
			if err := json.Unmarshal(r, &v); err != nil {
				b.Fatal(err)
			}
		}
		cores := runtime.GOMAXPROCS(0)
		var wg sync.WaitGroup
		for range cores {
			wg.Go(func() {
				for range len(raw) / 2 / cores {
					ed25519.Verify(public, message, sig)
				}
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchEvents, "µs/event")
}
