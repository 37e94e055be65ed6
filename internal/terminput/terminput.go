// Package terminput splits the input of a terminal into whole sequences before
// Bubble Tea's decoder reads them.
//
// The decoder of Bubble Tea looks at the bytes of one read, and waits 50
// milliseconds for the rest of a sequence. If the rest comes later, or if it does
// not know the sequence, it reports the bytes as letters, and letters are commands.
// A [Reader] keeps the state of a sequence over reads. It passes a sequence on in
// one piece, or drops it. It also recognizes pastes of terminals without bracketed
// paste (see [Unbracketed]).
package terminput

import "time"

// Waits are the times that a [Reader] waits for bytes.
type Waits struct {
	// Esc is how long a single ESC may begin a sequence. After it, ESC is the
	// escape key.
	Esc time.Duration
	// Meta is how long after ESC another key is a key with alt. Later it is a key
	// that follows the escape key.
	Meta time.Duration
	// Late is how long after the escape key the rest of a sequence is dropped
	// instead of read as letters.
	Late time.Duration
	// Rest is how long after its last byte a control sequence is continued.
	Rest time.Duration
	// String is the same for control strings, such as replies to queries, and for
	// bracketed pastes. A control string takes at most twice as long.
	String time.Duration
	// Quiet ends an unbracketed paste.
	Quiet time.Duration
	// Reply is how long the terminal may take to reply to a query.
	Reply time.Duration
}

// Local are the waits for a terminal on this machine.
func Local() Waits {
	return Waits{
		Esc: 250 * time.Millisecond, Meta: 50 * time.Millisecond, Late: time.Second,
		Rest: time.Second, String: 3 * time.Second, Quiet: 150 * time.Millisecond, Reply: 2 * time.Second,
	}
}

// Remote are the waits for a terminal at the other end of a connection.
func Remote() Waits {
	return Waits{
		Esc: 500 * time.Millisecond, Meta: 100 * time.Millisecond, Late: 2 * time.Second,
		Rest: 2 * time.Second, String: 5 * time.Second, Quiet: 400 * time.Millisecond, Reply: 3 * time.Second,
	}
}

const (
	// maxSequence and maxString limit the length of a sequence that is passed on,
	// in bytes. A longer one is dropped. The decoder knows at most 32 parameters.
	maxSequence = 128
	maxString   = 4 << 10
	// maxBurst is how much of an unbracketed paste is stored before it is passed on.
	maxBurst = 2 << 10
)
