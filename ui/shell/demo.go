package shell

import "fmt"

// A Demo describes the demo that is running: a built-in homeserver with made-up data.
type Demo struct {
	// Addresses are suggestions. One suggestion may have several addresses, separated by
	// commas.
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
func (d *Demo) Outcome(address string) string {
	if d != nil {
		for _, s := range d.Addresses {
			if s.Address == address {
				return s.Outcome
			}
		}
	}
	return ""
}

// LimitNote describes the difference from a real rate limit; empty outside of the
// demo.
func (d *Demo) LimitNote() string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("Demo: the rate limit is %d times as fast as that of a real server.", d.Speed)
}

// banner returns the word beside the title.
func (d *Demo) banner() string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("demo %dx", d.Speed)
}
