// Package keycheck asks the servers that vouch for the keys of third-party
// invites whether a key still counts, and takes care where that leads: the URLs
// were written by strangers.
package keycheck

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Options is what a Checker needs of the world around it.
type Options struct {
	// Transport is the one way out to the network: a [Transport], or a world of
	// one's own in tests and the demo.
	Transport http.RoundTripper
	// Trusted tells whether a host, in the form of [Question.Host], may be asked
	// at all. Others are not: what they would vouch for stays unchecked. Nil
	// trusts nobody. It may be called from many goroutines.
	Trusted func(host string) bool
	// Now is the clock.
	Now func() time.Time
}

// A Checker asks about keys, about each once, and remembers the answers for a
// while. Its methods may be called from many goroutines.
type Checker struct {
	opt Options

	mu       sync.Mutex // guards the rest; never held while waiting
	underway map[Question]*inquiry
	queue    queue
	memory   memory
}

// New returns a Checker that has not asked anything yet.
func New(o Options) *Checker {
	if o.Trusted == nil {
		o.Trusted = func(string) bool { return false }
	}
	return &Checker{opt: o, underway: map[Question]*inquiry{}}
}

// Known is what is known of a key without asking. It is [invite.Unchecked] if
// that is nothing, or no longer so: a server's answer is remembered for ten
// minutes, its silence for one.
func (c *Checker) Known(q Question) invite.Validity {
	now := c.opt.Now()
	c.mu.Lock()
	a, ok := c.memory.recall(q, now)
	c.mu.Unlock()
	if ok && c.opt.Trusted(a.host) {
		return a.validity
	}
	_, v := c.target(q)
	return v
}

// Ask asks the questions, in parallel, and tells each distinct one's answer as
// it comes: [invite.Valid], [invite.Invalid], [invite.Unreachable] for anything
// else that came or did not, and [invite.Unchecked] where the host is not
// trusted. Nobody is asked who was asked lately or is being asked, by whichever
// call. It returns when everything is told or ctx has ended; a request that
// another call waits for goes on then, and of the others nothing is left.
//
// It calls tell on its own goroutine only, and never after it has returned. If a
// request panics, so does everybody's Ask who waits for it.
func (c *Checker) Ask(ctx context.Context, questions []Question, tell func(Question, invite.Validity)) {
	answers := make(chan answer, len(questions))
	var open []*inquiry
	defer func() { c.leave(open, answers) }()
	seen := make(map[Question]bool, len(questions))
	for _, q := range questions {
		if ctx.Err() != nil {
			return
		}
		if seen[q] {
			continue
		}
		seen[q] = true
		v, i := c.seek(ctx, q, answers)
		if i != nil {
			open = append(open, i)
			continue
		}
		tell(q, v)
	}
	for range open {
		select {
		case a := <-answers:
			panicgroup.Raise(a.mistake)
			tell(a.question, a.validity)
		case <-ctx.Done():
			return
		}
	}
}

// target is where a question goes, nil if nobody may be asked. Either way the
// validity is all that can be said without an answer.
func (c *Checker) target(q Question) (*url.URL, invite.Validity) {
	target := q.target()
	if target == nil {
		return nil, invite.Unreachable
	}
	if !c.opt.Trusted(target.Host) {
		return nil, invite.Unchecked
	}
	return target, invite.Unchecked
}

// seek returns the answer to a question if it can be told at once. Otherwise it
// returns an inquiry, old or new, that will send the answer to answers.
func (c *Checker) seek(ctx context.Context, q Question, answers chan<- answer) (invite.Validity, *inquiry) {
	target, v := c.target(q)
	if target == nil {
		return v, nil
	}
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.memory.recall(q, now); ok {
		return a.validity, nil
	}
	i := c.underway[q]
	if i == nil {
		i = newInquiry(ctx, q, target)
		c.underway[q] = i
		c.queue.add(i)
	}
	i.callers = append(i.callers, answers)
	c.startNext()
	return v, i
}

// startNext starts what may run now. The caller holds mu.
func (c *Checker) startNext() {
	for i := c.queue.next(); i != nil; i = c.queue.next() {
		i.running = true
		go c.run(i)
	}
}

// run asks, and tells everybody who waits for it.
func (c *Checker) run(i *inquiry) {
	a := i.ask(c.opt.Transport)
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.underway[i.question] == i { // otherwise nobody waits, and the answer is only that we gave up
		delete(c.underway, i.question)
		if a.mistake == nil {
			c.memory.keep(a, now)
		}
		for _, caller := range i.callers {
			caller <- a // which has room for everything its owner seeks
		}
	}
	c.queue.remove(i)
	c.startNext()
	i.cancel()
	i.mistake = a.mistake
	close(i.done)
}

// leave ends what only this caller still waits for, and returns when nothing
// of that runs any more.
func (c *Checker) leave(open []*inquiry, answers chan<- answer) {
	running := c.abandon(open, answers)
	for _, i := range running {
		<-i.done
	}
	for _, i := range running {
		panicgroup.Raise(i.mistake)
	}
}

func (c *Checker) abandon(open []*inquiry, answers chan<- answer) (running []*inquiry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range open {
		if c.underway[i.question] != i || i.lose(answers) {
			continue
		}
		delete(c.underway, i.question)
		i.cancel()
		if i.running {
			running = append(running, i)
		}
	}
	c.startNext() // which clears the queue of what was abandoned in it
	return running
}
