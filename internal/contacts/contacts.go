// Package contacts completes e-mail addresses from where people keep them: in
// vCards, and behind a command such as mail programs ask.
package contacts

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A Contact is a person somebody knows. The name is as it was kept, and may be
// empty; the address is as [threepid.ParseEmail] gives it. A face cleans both
// before it shows them.
type Contact struct{ Name, Address string }

// A Source knows contacts.
type Source interface {
	// Find returns those that fit what was typed, and those that can be had
	// even if there is an error.
	Find(ctx context.Context, typed string) ([]Contact, error)
}

// Complete asks all sources at once and returns the contacts that fit best, each
// address once, at most limit. Among equals the earlier source and its order
// count. A source that fails hides no other: its error comes beside what the
// others know.
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
	_ = g.Wait() // errs has what failed
	return best(q, slices.Concat(found...), limit), errors.Join(errs...)
}

// best ranks contacts. One that does not fit comes last: its source knows why,
// perhaps by a nickname.
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
