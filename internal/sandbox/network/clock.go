package network

import "time"

// At runs f with the clock of all servers stopped at t, so that t is the origin_server_ts of events that f sends. Use it to
// create a history, while there are no other requests.
func (n *Network) At(t time.Time, f func()) {
	n.setClock(t)
	defer n.setClock(time.Time{})
	f()
}

func (n *Network) setClock(t time.Time) {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	n.frozen = t
}

// Now is the time by the servers' clock. The caller holds Mu.
func (n *Network) Now() time.Time {
	if !n.frozen.IsZero() {
		return n.frozen
	}
	return n.clock()
}

// Changed wakes the requests that wait for a change. The caller holds Mu.
func (n *Network) Changed() {
	if n.wake != nil {
		close(n.wake)
		n.wake = nil
	}
}

// NextChange returns a channel that is closed at the next change. It makes the channel in the caller's goroutine, so that
// it belongs to the caller's synctest bubble. The caller holds Mu.
func (n *Network) NextChange() <-chan struct{} {
	if n.wake == nil {
		n.wake = make(chan struct{})
	}
	return n.wake
}
