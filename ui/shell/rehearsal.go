package shell

import "fmt"

// A Rehearsal describes a demo: a built-in homeserver with made-up data.
type Rehearsal struct {
	// Addresses are suggestions. Each may be several addresses, with commas between.
	Addresses []Suggestion
	// Speed is the rate at which the server allows invites, as a multiple of the
	// default rate of a homeserver.
	Speed int
	// Tour starts the tour at the beginning.
	Tour bool
}

// A Suggestion is an address and the outcome of an invite to it.
type Suggestion struct{ Address, Outcome string }

// Outcome returns the outcome of an invite to an address; empty if unknown.
func (r *Rehearsal) Outcome(address string) string {
	if r != nil {
		for _, s := range r.Addresses {
			if s.Address == address {
				return s.Outcome
			}
		}
	}
	return ""
}

// LimitNote describes the difference from a real rate limit; empty outside of the
// demo.
func (r *Rehearsal) LimitNote() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("Demo: the rate limit is %d times as fast as that of a real server.", r.Speed)
}

// banner returns the word beside the title.
func (r *Rehearsal) banner() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("demo %dx", r.Speed)
}
