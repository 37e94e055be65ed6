// Package panicgroup is an errgroup that re-raises a panic of a goroutine in
// Wait.
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

// A Group is an [errgroup.Group] in which a panic of a goroutine does not end
// the process: Wait panics instead. A server that recovers in the goroutine
// that calls Wait loses one session, not all of them.
type Group struct {
	group    errgroup.Group
	cancel   context.CancelCauseFunc // nil without a context
	first    sync.Once
	err      error // the first error; later ones may be caused by the canceled context
	panicked atomic.Pointer[Panic]
}

// WithContext returns a group and a context that ends when a goroutine fails or
// Wait returns, as [errgroup.WithContext] does.
func WithContext(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{cancel: cancel}, ctx
}

// A Panic is a recovered panic.
type Panic struct {
	Value any
	Stack []byte // of the panic
}

// Error returns the type and the stack, but not the value, which may contain
// private data.
func (p *Panic) Error() string {
	return fmt.Sprintf("panic in another goroutine: %T\n%s", p.Value, p.Stack)
}

// RuntimeError makes Panic a [runtime.Error].
func (*Panic) RuntimeError() {}

// Try calls f. If f panics, it returns a [Panic], which the caller passes to
// [Raise] in another goroutine.
func Try(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Panic:
			err = r // keep the original stack
		default:
			err = &Panic{r, debug.Stack()}
		}
	}()
	return f()
}

// Raise panics if err is or wraps a [Panic].
func Raise(err error) {
	if p, ok := errors.AsType[*Panic](err); ok {
		panic(p)
	}
}

// Go runs f in a new goroutine.
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

// SetLimit limits the goroutines, as [errgroup.Group.SetLimit] does.
func (g *Group) SetLimit(n int) { g.group.SetLimit(n) }

// fail stores the first error and cancels the group's context.
func (g *Group) fail(err error) {
	g.first.Do(func() {
		g.err = err
		if g.cancel != nil {
			g.cancel(err)
		}
	})
}

// Wait waits for all goroutines and returns the first error. If a goroutine has
// panicked, it panics with a [Panic].
func (g *Group) Wait() error {
	_ = g.group.Wait() // g.err is the first error
	if g.cancel != nil {
		g.cancel(g.err)
	}
	if p := g.panicked.Load(); p != nil {
		panic(p)
	}
	return g.err
}
