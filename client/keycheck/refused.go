package keycheck

import "errors"

// A RefusedError says that a trusted host was not asked for where its URL or its
// name leads. A person may allow it that, by name (see [TransportOptions]).
type RefusedError struct {
	Host string // in the form of [Question.Host]
	// What the host would have to be allowed.
	HTTP, Private bool
}

func (e *RefusedError) Error() string {
	switch {
	case e.HTTP && e.Private:
		return e.Host + " would be asked over http and at a private address"
	case e.HTTP:
		return e.Host + " would be asked over http"
	default:
		return e.Host + " has a private address"
	}
}

// errLocal is a refused address that a person may allow.
var errLocal = errors.New("in a network of one's own")

// Refusal says why the answer to a question, if there is one of late, is that
// nobody was asked; nil if that is not so.
func (c *Checker) Refusal(q Question) *RefusedError {
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	a, _ := c.memory.recall(q, now)
	return a.refusal
}
