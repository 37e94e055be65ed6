package shell

// A Signal wakes a page that waits for it. It may be sent from any goroutine.
type Signal chan struct{}

func newSignal() Signal { return make(Signal, 1) }

// Send wakes the page that receives from the signal, now or when it next does.
func (s Signal) Send() {
	select {
	case s <- struct{}{}:
	default: // the signal is pending
	}
}
