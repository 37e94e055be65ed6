// Package together does several things at once, and has a panic in one of them go
// on where somebody waits.
package panicgroup

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A Group is an [errgroup.Group] in which a panic of a goroutine does not end the
// process: Wait panics in its place. A server that recovers in the goroutine that
// calls Wait loses one session instead of all of them.
type Group struct {
	group    errgroup.Group
	cancel   context.CancelCauseFunc // nil of one without a context
	first    sync.Once
	err      error // the first; others may only follow from the context that it ended
	panicked atomic.Pointer[Panic]
}

// WithContext returns a group, and a context that ends when one of the group
// fails or somebody has waited for all, as that of [errgroup.WithContext].
func WithContext(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{cancel: cancel}, ctx
}

// A Panic is one that was caught, to go on somewhere else.
type Panic struct {
	Value any
	Stack []byte // of where it was
}

// Error says what it was, without values that strangers may have sent.
func (p *Panic) Error() string { return fmt.Sprintf("panic elsewhere: %T\n%s", p.Value, p.Stack) }

// RuntimeError marks it as an error that only a mistake in the program causes.
func (*Panic) RuntimeError() {}

// Try returns what f returns, or the [Panic] that f ended with. Whoever waits
// for f in another goroutine gives it to [Raise].
func Try(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Panic:
			err = r // whose stack says where it began
		default:
			err = &Panic{r, debug.Stack()}
		}
	}()
	return f()
}

// Raise has the panic go on that err is or wraps; of other errors it knows nothing.
func Raise(err error) {
	if p, ok := errors.AsType[*Panic](err); ok {
		panic(p)
	}
}

// Go runs f in a goroutine of its own.
func (g *Group) Go(f func() error) {
	g.group.Go(func() error {
		err := Try(f)
		if p, ok := errors.AsType[*Panic](err); ok {
			g.panicked.CompareAndSwap(nil, p)
		}
		if err != nil {
			g.fail(err)
		}
		return err
	})
}

// SetLimit is that of an [errgroup.Group].
func (g *Group) SetLimit(n int) { g.group.SetLimit(n) }

// fail notes the first error, and then ends the group's context if it has one.
func (g *Group) fail(err error) {
	g.first.Do(func() {
		g.err = err
		if g.cancel != nil {
			g.cancel(err)
		}
	})
}

// Wait waits for all of them and returns the first error. If one has panicked it
// panics with a [Panic].
func (g *Group) Wait() error {
	_ = g.group.Wait() // the same error, or one that follows from it
	if g.cancel != nil {
		g.cancel(g.err)
	}
	if p := g.panicked.Load(); p != nil {
		panic(p)
	}
	return g.err
}
