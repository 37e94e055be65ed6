// Package contacts completes e-mail addresses from vCards and from the output
// of an address book command.
package contacts

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A Contact is a name with an e-mail address. The name is as stored in the
// source and may be empty; the address is normalized by [threepid.ParseEmail].
// Both have to pass safetext before they are shown.
type Contact struct{ Name, Address string }

// A Source is a source of contacts.
type Source interface {
	// Find returns the contacts that match the search text. It may return contacts
	// together with an error.
	Find(ctx context.Context, typed string) ([]Contact, error)
}

// Complete searches all sources in parallel and returns the best matches, each
// address once, limit at most. Contacts with the same rank are in the order of
// the sources. If sources fail, their errors are joined, and the matches of the
// others are returned.
func Complete(ctx context.Context, sources []Source, typed string, limit int) ([]Contact, error) {
	q := newQuery(typed)
	if q.empty() {
		return nil, nil
	}
	found := make([][]Contact, len(sources))
	errs := make([]error, len(sources))
	var g panicgroup.Group
	for i, s := range sources {
		g.Go(func() error {
			found[i], errs[i] = s.Find(ctx, typed)
			return nil
		})
	}
	_ = g.Wait() // errors of the sources
	return best(q, slices.Concat(found...), limit), errors.Join(errs...)
}

// best ranks contacts. Those without a match are last: the source matched them
// by something else, such as a nickname.
func best(q query, contacts []Contact, limit int) []Contact {
	type ranked struct {
		Contact
		rank int
	}
	var all []ranked
	for _, c := range contacts {
		if e, ok := newEntry(c.Name, c.Address); ok {
			all = append(all, ranked{e.Contact, q.rank(e)})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	seen := map[string]bool{}
	var out []Contact
	for _, c := range all {
		if len(out) >= limit {
			break
		}
		if !seen[c.Address] {
			seen[c.Address] = true
			out = append(out, c.Contact)
		}
	}
	return out
}
