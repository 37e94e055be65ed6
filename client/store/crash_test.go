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

	// A batch with this number of rooms takes milliseconds to save, so that the
	// program is often killed while it saves.
	crashRooms = 15
)

// saveForever saves one batch after the other and prints the number of each. All
// events of a batch are its number.
func saveForever(ctx context.Context, path string) error {
	fmt.Println("opening")
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		snapshot, err := loadAll(ctx, s, ada)
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
		r := room(strconv.Itoa(i), 5+n%5) // the number of rows varies
		for key := range r.Current {
			r.Current[key] = json.RawMessage(batch.NextBatch)
		}
		batch.Changed = append(batch.Changed, r)
	}
	return batch
}

// The store must contain one complete batch, which is not older than the last one
// that the program has printed.
func TestKilledProgramLeavesACompleteBatch(t *testing.T) {
	path := newPath(t)
	saved := 0
	for range kills {
		c := start(t, "save", path)
		c.lines.Scan() // "opening"
		c.lines.Scan() // the first batch
		begun := time.Now()
		c.lines.Scan() // the second batch: the time of one save
		saved = max(saved, c.lastSaved())
		time.AfterFunc(rand.N(2*time.Since(begun)), c.kill)
		for c.lines.Scan() {
			saved = max(saved, c.lastSaved())
		}
		_ = c.cmd.Wait() // returns the error of the killed process
		saved = completeBatch(t, path, saved)
	}
	if saved < 2*kills {
		t.Errorf("%d batches were saved between %d kills", saved, kills)
	}
}

// lastSaved returns the number in the last complete line that the child has printed, or
// 0.
func (c child) lastSaved() int {
	n, _ := strconv.Atoi(c.lines.Text())
	return n
}

// completeBatch checks that the stored rooms are of one batch whose number is at least
// atLeast, and returns its number.
func completeBatch(t *testing.T, path string, atLeast int) int {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snapshot, err := loadAll(t.Context(), s, ada)
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

// If a program is killed while it creates the file, the next one must be able to
// open it.
func TestKilledWhileCreatingTheFile(t *testing.T) {
	begun := time.Now()
	open(t, newPath(t))
	takes := time.Since(begun)
	for range kills / 3 {
		path := newPath(t)
		c := start(t, "save", path)
		c.lines.Scan()                          // "opening"
		time.AfterFunc(rand.N(2*takes), c.kill) // a real sleep: a synctest bubble has no control over another process
		for c.lines.Scan() {
		}
		_ = c.cmd.Wait() // returns the error of the killed process
		completeBatch(t, path, 0)
	}
}
