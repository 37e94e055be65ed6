package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entries are invites to the room, one for each mark.
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

func TestOutboxKeepsItsOrderAndItsNumbers(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	want := enqueue(t, s, "a", "b", "c")
	s.Close()
	s = open(t, path)
	if diff := cmp.Diff(want, outbox(t, s, ada)); diff != "" {
		t.Error(diff)
	}
	if list := outbox(t, s, grace); len(list) != 0 {
		t.Errorf("somebody else's: %v", list)
	}
	expect(t, s, ada, Snapshot{SavedAt: time.UnixMilli(0).UTC()})
}

func TestNobodyIsQueuedTwice(t *testing.T) {
	s := open(t, newPath(t))
	first := enqueue(t, s, "a")
	again := enqueue(t, s, "a", "b")
	if again[0].ID != 0 || again[1].ID == 0 {
		t.Errorf("numbers %d and %d", again[0].ID, again[1].ID)
	}
	for _, state := range []State{Sending, Uncertain, Sent} {
		was := first[0].State
		first[0].State = state
		if err := s.Advance(t.Context(), ada, []State{was}, first); err != nil {
			t.Fatal(err)
		}
		if n := enqueue(t, s, "a")[0].ID; (n != 0) != (state == Sent) {
			t.Errorf("while %s: number %d", state, n)
		}
	}
	first[0].State = Queued
	if err := s.Advance(t.Context(), ada, []State{Sent}, first); !errors.Is(err, ErrChanged) {
		t.Errorf("back on its way beside another: %v", err)
	}
}

func TestOnlyOneMayAdvanceAnEntry(t *testing.T) {
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
		t.Errorf("half of it was written: %s", got)
	}
	if err := s.Advance(t.Context(), grace, []State{Queued}, list[:1]); !errors.Is(err, ErrChanged) {
		t.Errorf("somebody else's: %v", err)
	}
}

func TestSentGoesIntoTheAddressBookAtOnce(t *testing.T) {
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

func TestForgottenAddressesLeaveNoTrace(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	list := enqueue(t, s, "mark-of-a", "mark-of-b")
	list[0].State, list[0].Token, list[0].Sealed = Sent, "tok", []byte("letter-of-a")
	address := Address{Room: list[0].Room, Token: "tok", Sealed: []byte("address-of-a")}
	if err := s.Advance(t.Context(), ada, []State{Queued}, list[:1], address); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetAddresses(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"mark-of-a", "letter-of-a", "address-of-a"} {
		if inFiles(t, path, trace) {
			t.Errorf("%q is still there", trace)
		}
	}
	if got := outbox(t, s, ada); len(got) != 1 || string(got[0].Mark) != "mark-of-b" {
		t.Errorf("left: %v", got)
	}
}

func TestOnlyWhatIsOverIsCleared(t *testing.T) {
	s := open(t, newPath(t))
	list := enqueue(t, s, "a", "b")
	list[0].State = Cancelled
	if err := s.Advance(t.Context(), ada, []State{Queued}, list[:1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Clear(t.Context(), ada, Cancelled, Queued); err == nil {
		t.Error("what is on its way was cleared")
	}
	if err := s.Clear(t.Context(), ada, Cancelled, Sent); err != nil {
		t.Fatal(err)
	}
	if got := outbox(t, s, ada); len(got) != 1 || got[0].ID != list[1].ID {
		t.Errorf("left: %v", got)
	}
}

func TestNotesAreKeptForEachAccount(t *testing.T) {
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

func TestVersionTellsWhatOthersWrote(t *testing.T) {
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
		t.Error("our own writing counts")
	}
	enqueue(t, other, "theirs")
	if version() == before {
		t.Error("what another wrote does not count")
	}
}

func TestOneProgramHoldsAnAccount(t *testing.T) {
	path := newPath(t)
	memory, err := OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	for _, pair := range [][2]*Store{{open(t, path), open(t, path)}, {memory, memory}} {
		hold := func(s *Store, account Account) func() {
			release, held, err := s.Hold(t.Context(), account)
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
			t.Fatal("two hold it, or nobody")
		}
		theirs := hold(pair[1], grace)
		if theirs == nil {
			t.Fatal("another account is held, too")
		}
		mine()
		if mine = hold(pair[1], ada); mine == nil {
			t.Fatal("it was not let go")
		}
		mine()
		theirs()
	}
}
