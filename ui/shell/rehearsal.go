package shell

import "fmt"

// A Rehearsal is what is particular about a made-up homeserver.
type Rehearsal struct {
	// Addresses are suggested. Each may be several with commas between.
	Addresses []Suggestion
	// Speed is how many times as fast as a stock homeserver it accepts invites.
	Speed int
	// Tour begins with the tour.
	Tour bool
}

// A Suggestion is an address and the outcome of an invite to it.
type Suggestion struct{ Address, Outcome string }

// Outcome is that of an invite to an address; empty if it is not known.
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

// LimitNote says how the limit differs from a real one; empty outside of a
// rehearsal.
func (r *Rehearsal) LimitNote() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("Demo: the rate limit is %d times as fast as that of a real server.", r.Speed)
}

// banner is shown in the header.
func (r *Rehearsal) banner() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("demo %dx", r.Speed)
}
