package contacts_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/internal/contacts"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A list is a source with fixed contacts and an error.
type list struct {
	contacts []contacts.Contact
	err      error
}

func (l list) Find(context.Context, string) ([]contacts.Contact, error) { return l.contacts, l.err }

func complete(t *testing.T, typed string, limit int, sources ...contacts.Source) []string {
	t.Helper()
	found, err := contacts.Complete(t.Context(), sources, typed, limit)
	if err != nil {
		t.Error(err)
	}
	return addresses(found)
}

func addresses(found []contacts.Contact) []string {
	var out []string
	for _, c := range found {
		out = append(out, c.Address)
	}
	return out
}

func TestBestMatchIsFirst(t *testing.T) {
	friends := list{contacts: []contacts.Contact{
		{"Peter Janssen", "peter@x.org"},
		{"Søren Łukasz", "soren@x.org"},
		{"", "big.jane@x.org"},
		{"Jane Doe", "doe@x.org"},
		{"Zoë Müller", "zoe@x.org"},
		{"Ajan", "a@x.org"},
		{"Strauß", "strauss@x.org"},
		{"No Body", "nobody"},
		{"Jane Doe", "DOE@x.org"},
	}}
	for _, tc := range []struct {
		typed string
		want  []string
	}{
		{"jan", []string{"doe@x.org", "peter@x.org", "big.jane@x.org", "a@x.org"}},
		{"JANE D", []string{"doe@x.org"}},
		{"doe jane", []string{"doe@x.org"}},
		{"zoe mul", []string{"zoe@x.org"}},
		{"ZOË", []string{"zoe@x.org"}},
		{"soren luk", []string{"soren@x.org"}},
		{"strauss", []string{"strauss@x.org"}},
		{"ptj", []string{"peter@x.org"}},
		{"doe@x.org", []string{"doe@x.org"}},
		{"Jane <do", []string{"doe@x.org"}},
	} {
		got := complete(t, tc.typed, len(tc.want), friends)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q: %s", tc.typed, diff)
		}
	}
	for _, typed := range []string{"", " ", `"<`, "\xff"} {
		if got := complete(t, typed, 10, friends); got != nil {
			t.Errorf("%q: %v", typed, got)
		}
	}
}

func TestMatchesOfTheSourceAreKept(t *testing.T) {
	first := list{contacts: []contacts.Contact{{"By Nickname", "nick@x.org"}, {"Bob", "bob2@x.org"}}}
	second := list{contacts: []contacts.Contact{{"Bob", "bob@x.org"}, {"Nick's other name", "NICK@x.org"}}}
	if diff := cmp.Diff([]string{"bob2@x.org", "bob@x.org", "nick@x.org"}, complete(t, "bob", 10, first, second)); diff != "" {
		t.Error(diff)
	}
}

func TestFailingSourceDoesNotHideOthers(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	found, err := contacts.Complete(t.Context(), []contacts.Source{
		list{err: one}, list{contacts: []contacts.Contact{{"A", "a@x.org"}}}, list{contacts: []contacts.Contact{{"B", "ab@x.org"}}, err: two},
	}, "a", 10)
	if !errors.Is(err, one) || !errors.Is(err, two) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"a@x.org", "ab@x.org"}, addresses(found)); diff != "" {
		t.Error(diff)
	}
}

// broken is a source that panics.
type broken struct{}

func (broken) Find(context.Context, string) ([]contacts.Contact, error) { panic("broken") }

func TestPanicOfASourceIsRaisedInComplete(t *testing.T) {
	err := panicgroup.Try(func() error {
		_, err := contacts.Complete(t.Context(), []contacts.Source{list{}, broken{}}, "jane", 5)
		return err
	})
	if p, ok := errors.AsType[*panicgroup.Panic](err); !ok || p.Value != "broken" {
		t.Errorf("%v", err)
	}
}
