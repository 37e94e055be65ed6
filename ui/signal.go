package ui

// A signal wakes a page that waits for it. It may be sent from any goroutine.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

// send wakes the page that receives from the signal, now or when it next does.
func (s signal) send() {
	select {
	case s <- struct{}{}:
	default: // it is sent already
	}
}
