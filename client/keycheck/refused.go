package keycheck

import "errors"

// A RefusedError says that a trusted host was not asked because its URL is an
// http URL or its address is private. The user can allow either for this host;
// see [TransportOptions].
type RefusedError struct {
	Host string // in the form of [Question.Host]
	// What the user has to allow for this host: http, a private address, or
	// both.
	HTTP, Private bool
}

func (e *RefusedError) Error() string {
	switch {
	case e.HTTP && e.Private:
		return e.Host + " uses http and has a private address"
	case e.HTTP:
		return e.Host + " uses http"
	default:
		return e.Host + " has a private address"
	}
}

// errLocal is the error for an address that the user may allow.
var errLocal = errors.New("it belongs to a private network")

// Refusal returns the cached reason why a question was not asked, or nil.
func (c *Checker) Refusal(q Question) *RefusedError {
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	a, _ := c.cache.get(q, now)
	return a.refusal
}
