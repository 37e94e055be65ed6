package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entries returns an invite to the room for each mark.
func entries(marks ...string) []Entry {
	var list []Entry
	for _, mark := range marks {
		list = append(list, Entry{
			Room: "!ops:example.org", Mark: []byte(mark), State: Queued,
			QueuedAt: noon, Changed: noon, Sealed: []byte("sealed " + mark),
		})
	}
	return list
}

func enqueue(t *testing.T, s *Store, marks ...string) []Entry {
	t.Helper()
	list := entries(marks...)
	if err := s.Enqueue(t.Context(), ada, list); err != nil {
		t.Fatal(err)
	}
	return list
}

func outbox(t *testing.T, s *Store, account Account) []Entry {
	t.Helper()
	list, err := s.Outbox(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestOutboxKeepsOrderAndIDs(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	want := enqueue(t, s, "a", "b", "c")
	s.Close()
	s = open(t, path)
	if diff := cmp.Diff(want, outbox(t, s, ada)); diff != "" {
		t.Error(diff)
	}
	if list := outbox(t, s, grace); len(list) != 0 {
		t.Errorf("of another account: %v", list)
	}
	expect(t, s, ada, Snapshot{SavedAt: time.UnixMilli(0).UTC()})
}

func TestActiveEntryIsNotQueuedAgain(t *testing.T) {
	s := open(t, newPath(t))
	first := enqueue(t, s, "a")
	again := enqueue(t, s, "a", "b")
	if again[0].ID != 0 || again[1].ID == 0 {
		t.Errorf("IDs %d and %d", again[0].ID, again[1].ID)
	}
	for _, state := range []State{Sending, Uncertain, Sent} {
		from := first[0].State
		first[0].State = state
		if err := s.Advance(t.Context(), ada, []State{from}, first); err != nil {
			t.Fatal(err)
		}
		if n := enqueue(t, s, "a")[0].ID; (n != 0) != (state == Sent) {
			t.Errorf("while %s: ID %d", state, n)
		}
	}
	first[0].State = Queued
	if err := s.Advance(t.Context(), ada, []State{Sent}, first); !errors.Is(err, ErrChanged) {
		t.Errorf("queued beside another: %v", err)
	}
}

func TestAdvanceFailsAfterAnotherProgram(t *testing.T) {
	path := newPath(t)
	s, other := open(t, path), open(t, path)
	list := enqueue(t, s, "a", "b")
	list[0].State, list[1].State = Sending, Sending
	if err := other.Advance(t.Context(), ada, []State{Queued}, list[1:]); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), ada, []State{Queued}, list); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
	if got := outbox(t, s, ada)[0].State; got != Queued {
		t.Errorf("one entry was written: %s", got)
	}
	if err := s.Advance(t.Context(), grace, []State{Queued}, list[:1]); !errors.Is(err, ErrChanged) {
		t.Errorf("of another account: %v", err)
	}
}

func TestAdvanceAddsAddresses(t *testing.T) {
	s := open(t, newPath(t))
	list := enqueue(t, s, "a", "b")
	list[0].State, list[0].Token = Sent, "tok"
	address := Address{Room: list[0].Room, Token: "tok", Sealed: []byte("sealed address")}
	if err := s.Advance(t.Context(), ada, []State{Sending}, list[:1], address); !errors.Is(err, ErrChanged) {
		t.Errorf("from another state: %v", err)
	}
	if book, err := s.Addresses(t.Context(), ada); err != nil || len(book) > 0 {
		t.Errorf("%v, %v", book, err)
	}
	if err := s.Advance(t.Context(), ada, []State{Queued}, list[:1], address); err != nil {
		t.Fatal(err)
	}
	book, err := s.Addresses(t.Context(), ada)
	if diff := cmp.Diff([]Address{address}, book); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestForgetAddressesRemovesAllCopies(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	list := enqueue(t, s, "mark-of-a", "mark-of-b")
	list[0].State, list[0].Token, list[0].Sealed = Sent, "tok", []byte("payload-of-a")
	address := Address{Room: list[0].Room, Token: "tok", Sealed: []byte("address-of-a")}
	if err := s.Advance(t.Context(), ada, []State{Queued}, list[:1], address); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetAddresses(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"mark-of-a", "payload-of-a", "address-of-a"} {
		if inFiles(t, path, trace) {
			t.Errorf("%q is still there", trace)
		}
	}
	if got := outbox(t, s, ada); len(got) != 1 || string(got[0].Mark) != "mark-of-b" {
		t.Errorf("remaining: %v", got)
	}
}

func TestOnlyFinishedEntriesAreCleared(t *testing.T) {
	s := open(t, newPath(t))
	list := enqueue(t, s, "a", "b")
	list[0].State = Cancelled
	if err := s.Advance(t.Context(), ada, []State{Queued}, list[:1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Clear(t.Context(), ada, Cancelled, Queued); err == nil {
		t.Error("active entries were cleared")
	}
	if err := s.Clear(t.Context(), ada, Cancelled, Sent); err != nil {
		t.Fatal(err)
	}
	if got := outbox(t, s, ada); len(got) != 1 || got[0].ID != list[1].ID {
		t.Errorf("remaining: %v", got)
	}
}

func TestNotes(t *testing.T) {
	s := open(t, newPath(t))
	for _, value := range []string{"1", "", "2"} {
		if err := s.SetNote(t.Context(), ada, "paused", []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Note(t.Context(), ada, "paused"); err != nil || string(got) != value {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got, err := s.Note(t.Context(), grace, "paused"); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestVersionChangesWhenOthersWrite(t *testing.T) {
	path := newPath(t)
	s, other := open(t, path), open(t, path)
	version := func() int64 {
		v, err := s.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version()
	enqueue(t, s, "ours")
	if version() != before {
		t.Error("the version changed after a write of this program")
	}
	enqueue(t, other, "theirs")
	if version() == before {
		t.Error("the version did not change after a write of another program")
	}
}

func TestHold(t *testing.T) {
	path := newPath(t)
	memory, err := OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	for _, pair := range [][2]*Store{{open(t, path), open(t, path)}, {memory, memory}} {
		hold := func(s *Store, account Account) func() {
			release, held, err := s.Hold(t.Context(), account, SendInvites)
			if err != nil {
				t.Fatal(err)
			}
			if !held {
				return nil
			}
			return release
		}
		mine := hold(pair[0], ada)
		if mine == nil || hold(pair[1], ada) != nil {
			t.Fatal("both hold it, or none")
		}
		theirs := hold(pair[1], grace)
		if theirs == nil {
			t.Fatal("another account cannot be held")
		}
		mine()
		if mine = hold(pair[1], ada); mine == nil {
			t.Fatal("it was not released")
		}
		mine()
		theirs()
	}
}
