package store

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
)

// countTo is the number of increments of each program.
const countTo = 40

// count increments a number in the store. Like the program it saves a batch based
// on what it has read, and starts again after a conflict.
func count(ctx context.Context, path string, times int) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	for done := 0; done < times; {
		snapshot, err := s.Load(ctx, ada)
		if err != nil {
			return err
		}
		batch, err := oneMore(snapshot)
		if err != nil {
			return err
		}
		switch err := s.Save(ctx, ada, batch); {
		case err == nil:
			done++
		case !errors.Is(err, ErrConflict):
			return err
		}
	}
	return s.Close()
}

func oneMore(snapshot Snapshot) (Batch, error) {
	n, _ := strconv.Atoi(snapshot.NextBatch)
	r := room("counter", 0)
	if n > 0 {
		if got := snapshot.Rooms[0].Digest; got != snapshot.NextBatch {
			return Batch{}, errors.New("read " + got + " and next_batch " + snapshot.NextBatch)
		}
	}
	next := strconv.Itoa(n + 1)
	r.Digest, r.Current[Key{Type: "count"}] = next, json.RawMessage(next)
	return Batch{Since: snapshot.NextBatch, NextBatch: next, At: noon, Changed: []Room{r}}, nil
}

func TestConcurrentProgramsLoseNoUpdates(t *testing.T) {
	path := newPath(t)
	first := open(t, path) // a later Batch without Since would replace that of another program
	one, err := oneMore(Snapshot{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, first, ada, one)

	g, ctx := errgroup.WithContext(t.Context())
	for range 2 {
		c := start(t, "count", path)
		g.Go(func() error { return c.cmd.Wait() })
		g.Go(func() error { return count(ctx, path, countTo) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	want := strconv.Itoa(1 + 4*countTo)
	if snapshot, err := loadAll(t.Context(), first, ada); err != nil || snapshot.NextBatch != want {
		t.Errorf("the count is %s, %v; want %s", snapshot.NextBatch, err, want)
	}
}

func TestConcurrentOpenOfNewFile(t *testing.T) {
	dir := t.TempDir()
	for round := range 10 {
		path := filepath.Join(dir, strconv.Itoa(round), "store.db")
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				s, err := Open(t.Context(), path)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				if _, err := loadAll(t.Context(), s, ada); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}

func TestConcurrentGoroutines(t *testing.T) {
	s := open(t, newPath(t))
	var all sync.WaitGroup
	for i := range 8 {
		account := Account{UserID: ada.UserID, Homeserver: strconv.Itoa(i)}
		all.Go(func() {
			since := ""
			for n := range 10 {
				next := strconv.Itoa(n + 1)
				batch := Batch{Since: since, NextBatch: next, At: noon, Changed: []Room{room(next, n)}}
				if err := s.Save(t.Context(), account, batch); err != nil {
					t.Error(err)
				}
				since = next
				if snapshot, err := loadAll(t.Context(), s, account); err != nil || len(snapshot.Rooms) != n+1 {
					t.Errorf("%d rooms, %v; want %d", len(snapshot.Rooms), err, n+1)
				}
			}
		})
	}
	all.Wait()
}
