package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

const (
	kills = 60

	// A batch of as many rooms takes milliseconds, so that a kill may well
	// meet it on its way.
	crashRooms = 15
)

// saveForever saves batch after batch and says so. Every event of a batch is its
// NextBatch.
func saveForever(ctx context.Context, path string) error {
	fmt.Println("opening")
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		snapshot, err := s.Load(ctx, ada)
		if err != nil {
			return err
		}
		next := nextOf(snapshot)
		if err := s.Save(ctx, ada, next); err != nil {
			return err
		}
		fmt.Println(next.NextBatch)
	}
}

func nextOf(snapshot Snapshot) Batch {
	n, _ := strconv.Atoi(snapshot.NextBatch)
	batch := Batch{Since: snapshot.NextBatch, NextBatch: strconv.Itoa(n + 1), At: noon}
	for i := range crashRooms {
		r := room(strconv.Itoa(i), 5+n%5) // some rows come and go
		for key := range r.Current {
			r.Current[key] = json.RawMessage(batch.NextBatch)
		}
		batch.Changed = append(batch.Changed, r)
	}
	return batch
}

// A program killed at any moment leaves the rooms and the next_batch of one
// batch, and never an older one than it said it had saved.
func TestKilledProgramLeavesOneBatchWhole(t *testing.T) {
	path := newPath(t)
	saved := 0
	for range kills {
		c := start(t, "save", path)
		c.lines.Scan() // it opens the store
		c.lines.Scan() // it saves for the first time
		begun := time.Now()
		c.lines.Scan() // and for the second: so long does it take
		saved = max(saved, c.said())
		time.AfterFunc(rand.N(2*time.Since(begun)), c.kill)
		for c.lines.Scan() {
			saved = max(saved, c.said())
		}
		_ = c.cmd.Wait() // says that it was killed
		saved = wholeBatch(t, path, saved)
	}
	if saved < 2*kills {
		t.Errorf("%d batches were saved between %d kills", saved, kills)
	}
}

// said is the number in the last whole line that a child wrote; 0 if there is none.
func (c child) said() int {
	n, _ := strconv.Atoi(c.lines.Text())
	return n
}

// wholeBatch loads what is stored, checks that it is all of one batch and not
// older than it may be, and returns its number.
func wholeBatch(t *testing.T, path string, atLeast int) int {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snapshot, err := s.Load(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	if snapshot.NextBatch == "" {
		if len(snapshot.Rooms) > 0 || atLeast > 0 {
			t.Fatalf("%d rooms without a next_batch, after batch %d", len(snapshot.Rooms), atLeast)
		}
		return 0
	}
	n, err := strconv.Atoi(snapshot.NextBatch)
	if err != nil || n < atLeast {
		t.Fatalf("batch %q is stored after batch %d was saved", snapshot.NextBatch, atLeast)
	}
	if len(snapshot.Rooms) != crashRooms {
		t.Fatalf("batch %d has %d rooms", n, len(snapshot.Rooms))
	}
	for _, r := range snapshot.Rooms {
		if want := 1 + 5 + (n-1)%5; len(r.Current) != want {
			t.Fatalf("room %s has %d events of batch %d, want %d", r.ID, len(r.Current), n, want)
		}
		for key, raw := range r.Current {
			if string(raw) != snapshot.NextBatch {
				t.Fatalf("in room %s, %v is of batch %s, but next_batch is %d", r.ID, key, raw, n)
			}
		}
	}
	return n
}

// Whenever a program was killed while it made the file, the next one can go on.
func TestKilledWhileMakingTheFile(t *testing.T) {
	begun := time.Now()
	open(t, newPath(t))
	takes := time.Since(begun)
	for range kills / 3 {
		path := newPath(t)
		c := start(t, "save", path)
		c.lines.Scan()                          // it opens the store
		time.AfterFunc(rand.N(2*takes), c.kill) // no bubble reaches into another process
		for c.lines.Scan() {
		}
		_ = c.cmd.Wait() // says that it was killed
		wholeBatch(t, path, 0)
	}
}
