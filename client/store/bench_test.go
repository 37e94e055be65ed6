package store

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strconv"
	"testing"
)

// thousandRooms returns 1,000 rooms with 10 invites of about 900 bytes each, which
// are stored in 12,000 rows.
func thousandRooms() []Room {
	var rooms []Room
	for i := range 1000 {
		rooms = append(rooms, room(strconv.Itoa(i), 10))
	}
	return rooms
}

func BenchmarkLoad(b *testing.B) {
	s := open(b, newPath(b))
	put(b, s, ada, Batch{NextBatch: "s1", At: noon, Changed: thousandRooms()})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Load(b.Context(), ada); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart opens a store and loads an account, as at the start of the
// program.
func BenchmarkStart(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	put(b, s, ada, Batch{NextBatch: "s1", At: noon, Changed: thousandRooms()})
	s.Close()
	for b.Loop() {
		s, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Load(b.Context(), ada); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

func BenchmarkOpenNew(b *testing.B) {
	dir, n := b.TempDir(), 0
	for b.Loop() {
		n++
		s, err := Open(b.Context(), filepath.Join(dir, strconv.Itoa(n), "store.db"))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

func BenchmarkSaveFirst(b *testing.B) {
	rooms := thousandRooms()
	dir, n := b.TempDir(), 0
	for b.Loop() {
		b.StopTimer()
		n++
		s := open(b, filepath.Join(dir, strconv.Itoa(n), "store.db"))
		b.StartTimer()
		put(b, s, ada, Batch{NextBatch: "s1", At: noon, Changed: rooms})
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

// BenchmarkSaveOverAll saves all rooms again without changes, as after a conflict.
func BenchmarkSaveOverAll(b *testing.B) {
	rooms := thousandRooms()
	s := open(b, newPath(b))
	for b.Loop() {
		put(b, s, ada, Batch{NextBatch: "s1", At: noon, Changed: rooms})
	}
}

// BenchmarkSaveOne saves a room with 1,000 invites of which one has changed.
func BenchmarkSaveOne(b *testing.B) {
	s := open(b, newPath(b))
	r := room("big", 1000)
	put(b, s, ada, Batch{NextBatch: "s", At: noon, Changed: []Room{r}})
	r.Current = maps.Clone(r.Current)
	n := 0
	for b.Loop() {
		n++
		r.Current[Key{"m.room.third_party_invite", "token00500"}] = json.RawMessage(strconv.Itoa(n))
		put(b, s, ada, Batch{Since: "s", NextBatch: "s", At: noon, Changed: []Room{r}})
	}
}

func BenchmarkForget(b *testing.B) {
	rooms := thousandRooms()
	s := open(b, newPath(b))
	for b.Loop() {
		b.StopTimer()
		put(b, s, ada, Batch{NextBatch: "s1", At: noon, Changed: rooms})
		b.StartTimer()
		if err := s.Forget(b.Context(), ada); err != nil {
			b.Fatal(err)
		}
	}
}
