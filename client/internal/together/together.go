// Package together does several things at once, and has what goes wrong with one
// of them go on where somebody waits for them all.
package together

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A Group is an [errgroup.Group] in which a panic does not end the process. Who
// waits panics in its place, and may be one of many visitors of a server, which
// the others should not hear of.
type Group struct {
	errgroup.Group

	panicked atomic.Pointer[Panic]
}

// A Panic is one that was caught in a goroutine of a group.
type Panic struct {
	Value any
	Stack []byte // of where it was
}

// Error says what it was, without values that strangers may have sent.
func (p *Panic) Error() string { return fmt.Sprintf("panic in a group: %T\n%s", p.Value, p.Stack) }

// RuntimeError marks it as an error that only a mistake in the program causes.
func (*Panic) RuntimeError() {}

// Go runs f in a goroutine of its own.
func (g *Group) Go(f func() error) {
	g.Group.Go(func() error {
		defer func() {
			if r := recover(); r != nil {
				g.panicked.CompareAndSwap(nil, &Panic{r, debug.Stack()})
			}
		}()
		return f()
	})
}

// Wait waits for all of them and returns the first error. If one has panicked it
// panics with a [Panic].
func (g *Group) Wait() error {
	err := g.Group.Wait()
	if p := g.panicked.Load(); p != nil {
		panic(p)
	}
	return err
}
