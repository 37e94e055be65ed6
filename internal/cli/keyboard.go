package cli

import (
	"context"
	"io"
	"sync"

	"github.com/mxinvite/mxinvite/internal/together"
)

// A keyboard is what one types, for screens that follow each other. Of a reader
// that is no file nobody can stop reading: a screen that is over would take the
// key that is meant for the next one.
type keyboard struct {
	from  io.Reader
	begin sync.Once
	over  <-chan struct{} // closed once there will be no screen any more
	typed chan []byte
	back  chan []byte // what a screen did not take; of one that ends, and of the next
}

// newKeyboard returns one for the screens there are before ctx ends.
func newKeyboard(ctx context.Context, from io.Reader) *keyboard {
	return &keyboard{from: from, over: ctx.Done(), typed: make(chan []byte), back: make(chan []byte, 2)}
}

// until is what is typed before ctx ends.
func (k *keyboard) until(ctx context.Context) io.Reader {
	// A panic in a visitor's terminal is the end of what they type, and no more.
	k.begin.Do(func() { go func() { _ = together.Try(k.read) }() })
	return typing{ctx, k}
}

func (k *keyboard) read() error {
	defer close(k.typed)
	for {
		buf := make([]byte, 1<<10)
		n, err := k.from.Read(buf)
		if n > 0 {
			select {
			case k.typed <- buf[:n]:
			case <-k.over:
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

type typing struct {
	ctx context.Context //nolint:containedctx // a reader has no other place for it
	*keyboard
}

// Read implements [io.Reader].
func (t typing) Read(p []byte) (int, error) {
	b, more := t.next()
	if !more {
		return 0, io.EOF
	}
	n := copy(p, b)
	if n < len(b) {
		t.back <- b[n:]
	}
	return n, nil
}

func (t typing) next() (b []byte, more bool) {
	select {
	case b = <-t.back:
		more = true
	default:
		select {
		case b = <-t.back:
			more = true
		case b, more = <-t.typed:
		case <-t.ctx.Done():
		}
	}
	if more && t.ctx.Err() != nil {
		t.back <- b
		return nil, false
	}
	return b, more
}
