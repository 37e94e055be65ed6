package roomstate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
)

const (
	me   = id.UserID("@ada:hs.test")
	room = id.RoomID("!r:hs.test")
)

// serverEvents returns the events of responses of Synapse, and events of a room.
func serverEvents(t *testing.T) []json.RawMessage {
	t.Helper()
	events := []json.RawMessage{
		json.RawMessage(`{"type":"m.room.name","state_key":"","event_id":"$n1","sender":"@ada:hs.test","content":{"name":"Compiler \u00e9 Club"}}`),
		json.RawMessage(`{"type":"m.room.canonical_alias","state_key":"","event_id":"$a1","sender":"@ada:hs.test","content":{"alias":"#ops:hs.test"}}`),
		json.RawMessage(`{"type":"m.room.power_levels","state_key":"","event_id":"$p1","sender":"@ada:hs.test","content":{"users":{"@ada:hs.test":-7},"invite":300}}`),
		json.RawMessage(`{"type":"m.room.tombstone","state_key":"","event_id":"$t1","sender":"@ada:hs.test","content":{"replacement_room":"!new:hs.test"}}`),
		json.RawMessage(`{"type":"m.room.create","state_key":"","event_id":"$c1","sender":"@ada:hs.test","content":{"room_version":"12"}}`),
	}
	paths, err := filepath.Glob("../invite/testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var list []json.RawMessage
		if json.Unmarshal(data, &list) != nil {
			var page struct{ Chunk []json.RawMessage }
			if err := json.Unmarshal(data, &page); err != nil {
				t.Fatal(err)
			}
			list = page.Chunk
		}
		events = append(events, list...)
	}
	return events
}

// synced applies a sync with these events to the room.
func synced(t *testing.T, s *Rooms, next int, events []json.RawMessage) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"next_batch": fmt.Sprint("s", next), "rooms": map[string]any{"join": map[id.RoomID]any{
		room: map[string]any{"timeline": map[string]any{"events": events}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	reply, ok := syncreply.Read(body)
	if !ok {
		t.Fatalf("%s", body)
	}
	if _, _, err := s.Apply(s.Since(), reply, time.Unix(int64(next), 0), func(int64) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// storedRooms are rooms in memory.
type storedRooms struct {
	store.Batch
	again int // how often Load begins again
	read  int // how often events were read
	err   error
}

func (s *storedRooms) Load(begin func(), f func(store.Room)) (store.Snapshot, error) {
	begin()
	for range s.again {
		for range decodeBatch + 1 {
			f(store.Room{ID: "!gone:hs.test"})
		}
		begin()
	}
	for _, r := range s.Changed {
		r.Current, r.History = nil, nil
		f(r)
	}
	return store.Snapshot{NextBatch: s.NextBatch, SavedAt: s.At}, nil
}

func (s *storedRooms) Events(id.RoomID) (store.Room, error) {
	s.read++
	return s.Changed[0], s.err
}

// restored returns the rooms at the next start.
func restored(t *testing.T, from Source, computed int) *Rooms {
	t.Helper()
	s := New(me)
	rooms, err := s.Restore(from)
	if err != nil || len(rooms) != computed {
		t.Fatalf("%v; %d rooms were computed, want %d", err, len(rooms), computed)
	}
	return s
}

// known is what the rooms say without an event.
func known(s *Rooms) any {
	return struct {
		Rooms   []Room
		Invites []invite.Invite
		Since   string
	}{s.All(), s.Invites(), s.Since()}
}

func diff(a, b any) string {
	return cmp.Diff(a, b, cmp.Exporter(func(reflect.Type) bool { return true }))
}

// The rooms of a digest are those that are computed from the events, also after further
// syncs.
func TestDigestIsWhatIsComputedFromTheEvents(t *testing.T) {
	all := serverEvents(t)
	for range 60 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		n := rand.IntN(len(all) + 1)
		s := New(me)
		synced(t, s, 1, all[:n])
		from := &storedRooms{Batch: s.Batch("", s.IDs(), nil)}
		byDigest := restored(t, from, 0)
		if from.read > 0 {
			t.Fatal("the events were read")
		}
		from.Changed[0].Digest = ""
		byEvents := restored(t, from, 1)
		if d := diff(known(byEvents), known(byDigest)); d != "" {
			t.Fatalf("(-events +digest)\n%s", d)
		}
		synced(t, byDigest, 2, all[n:])
		synced(t, byEvents, 2, all[n:])
		if d := diff(known(byEvents), known(byDigest)); d != "" {
			t.Fatalf("after another sync (-events +digest)\n%s", d)
		}
		if d := diff(byEvents.Batch("", byEvents.IDs(), nil), byDigest.Batch("", byDigest.IDs(), nil)); d != "" {
			t.Fatalf("stored again (-events +digest)\n%s", d)
		}
	}
}

// A room that has no valid digest is computed from its events.
func TestDamagedDigestIsComputedAgain(t *testing.T) {
	s := New(me)
	synced(t, s, 1, serverEvents(t))
	from := &storedRooms{Batch: s.Batch("", s.IDs(), nil)}
	whole := from.Changed[0].Digest
	for _, damaged := range []string{"", "x", whole + "x", whole[:len(whole)-1], string(binary.AppendVarint(nil, digestVersion+1)) + whole[1:]} {
		from.Changed[0].Digest = damaged
		if d := diff(known(s), known(restored(t, from, 1))); d != "" {
			t.Errorf("%.9q: %s", damaged, d)
		}
	}
}

// If the file was locked, only the rooms of the last try count.
func TestRoomsOfAnEarlierTryAreForgotten(t *testing.T) {
	s := New(me)
	synced(t, s, 1, serverEvents(t))
	r := restored(t, &storedRooms{Batch: s.Batch("", s.IDs(), nil), again: 2}, 0)
	if d := diff(known(s), known(r)); d != "" {
		t.Error(d)
	}
}

// Dendrite does not say which event another one replaced.
func TestVersionsAreLinkedWhereTheServerDoesNotSay(t *testing.T) {
	version := func(n int, sender, content string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"type":"m.room.third_party_invite","state_key":"tok","event_id":"$%d","sender":%q,"origin_server_ts":%d,"content":%s}`, n, sender, n*1000, content))
	}
	const content = `{"display_name":"gra...@nav...","public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c"}`
	all := []json.RawMessage{version(1, "@ada:hs.test", content), version(2, "@ken:hs.test", content), version(3, "@lin:hs.test", `{}`)}
	s := New(me)
	for n, ev := range all {
		synced(t, s, n+1, []json.RawMessage{ev})
		from := &storedRooms{Batch: s.Batch("", s.IDs(), nil)}
		from.Changed[0].Digest = ""
		if d := diff(known(s), known(restored(t, from, 1))); d != "" {
			t.Errorf("%d versions: %s", n+1, d)
		}
	}
	if i := s.Invites()[0]; i.Sender != "@ken:hs.test" || i.OriginalSender != "@ada:hs.test" || i.FirstSentAt.UnixMilli() != 1000 {
		t.Errorf("%+v", i)
	}
}

// The events are read once, and only if they are needed.
func TestEventsAreReadOnce(t *testing.T) {
	events := serverEvents(t)
	s := New(me)
	synced(t, s, 1, events)
	from := &storedRooms{Batch: s.Batch("", s.IDs(), nil)}
	r := restored(t, from, 0)
	token := r.Invites()[0].Token
	if r.Room(room); from.read > 0 {
		t.Error("the events were read for a list")
	}
	for range 3 {
		if d := diff(s.History(room, token), r.History(room, token)); d != "" {
			t.Error(d)
		}
	}
	if from.read != 1 {
		t.Errorf("the events were read %d times", from.read)
	}
}

// If the events cannot be read, the next sync is a first sync.
func TestUnreadableEventsNeedAFirstSync(t *testing.T) {
	events := serverEvents(t)
	s := New(me)
	synced(t, s, 1, events)
	from := &storedRooms{Batch: s.Batch("", s.IDs(), nil), err: store.ErrNoRoom}
	r := restored(t, from, 0)
	reply, _ := syncreply.Read([]byte(`{"next_batch":"s2","rooms":{"join":{"!r:hs.test":{"timeline":{"events":[]}}}}}`))
	take := func(int64) error { return nil }
	before := r.Since()
	if _, _, err := r.Apply(before, reply, time.Now(), take); !errors.Is(err, ErrEvents) || r.Since() != "" {
		t.Fatalf("%v, since %q", err, r.Since())
	}
	// The response to a request that was sent before is not one to a first sync.
	reply.Join = nil
	if _, left, err := r.Apply(before, reply, time.Now(), take); !errors.Is(err, ErrEvents) || len(left) > 0 {
		t.Fatalf("%v, left %v", err, left)
	}
	if d := cmp.Diff(len(s.Invites()), len(r.Invites())); d != "" {
		t.Error("the invites are gone:", d)
	}
	synced(t, r, 3, events)
	if d := diff(s.Invites(), r.Invites()); d != "" || r.Since() != "s3" {
		t.Errorf("since %q: %s", r.Since(), d)
	}
}

// A digest of an older program must not be used if it would be another one today. If
// this test fails, increase digestVersion and set the new sum.
func TestDigestVersion(t *testing.T) {
	const version, want = 4, "f479a6a0f7acaf21"
	s := New(me)
	synced(t, s, 1, serverEvents(t))
	sum := sha256.Sum256([]byte(s.Batch("", s.IDs(), nil).Changed[0].Digest))
	if got := hex.EncodeToString(sum[:8]); got != want || version != digestVersion {
		t.Errorf("the digest of version %d has the sum %s, want %s of version %d", digestVersion, got, want, version)
	}
}
