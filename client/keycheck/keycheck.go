// Package keycheck asks identity servers whether the keys of third-party invites
// are valid. The URLs come from other users, so it protects against server-side
// request forgery.
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

// Options are the settings of a Checker.
type Options struct {
	// Transport makes all requests: a [Transport], or a sandbox in tests and the
	// demo.
	Transport http.RoundTripper
	// Trusted reports whether a host, in the form of [Question.Host], may be asked.
	// Keys of other hosts are [invite.Unchecked]. If Trusted is nil, no host is
	// trusted. It must be safe for concurrent use.
	Trusted func(host string) bool
	// Now returns the current time.
	Now func() time.Time
}

// A Checker asks about each key once and caches the answers. It is safe for
// concurrent use.
type Checker struct {
	opt Options

	mu       sync.Mutex // guards the fields below; not held during requests
	inFlight map[Question]*inquiry
	queue    queue
	cache    cache
	hosts    hosts
}

// New returns a Checker with an empty cache.
func New(o Options) *Checker {
	if o.Trusted == nil {
		o.Trusted = func(string) bool { return false }
	}
	return &Checker{opt: o, inFlight: map[Question]*inquiry{}}
}

// Known returns what is known about a key without a request. It is
// [invite.Unchecked] if nothing is cached. Answers are cached for ten minutes,
// failures for one minute.
func (c *Checker) Known(q Question) invite.Validity {
	now := c.opt.Now()
	c.mu.Lock()
	a, ok := c.cache.get(q, now)
	host := c.hosts.of(q)
	c.mu.Unlock()
	switch {
	case ok && c.opt.Trusted(a.host):
		return a.validity
	case host == "":
		return invite.Unreachable
	default:
		return invite.Unchecked
	}
}

// Host returns the host of a question like [Question.Host], and faster if it was
// called for the same URL before.
func (c *Checker) Host(q Question) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hosts.of(q)
}

// Ask asks the questions in parallel. It calls tell once for each distinct
// question, as soon as it has the answer: [invite.Valid], [invite.Invalid],
// [invite.Unreachable] if there was no valid response, or [invite.Unchecked] if the
// host is not trusted. It uses cached answers, and does not ask a question again
// while another call waits for its answer.
//
// Ask returns when all questions are answered or ctx ends. When ctx ends, it
// cancels its requests, except those that other calls of Ask wait for. It calls
// tell only in its own goroutine and never after it has returned. If a request
// panics, all calls of Ask that wait for it panic.
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
		v, i := c.start(ctx, q, answers)
		if i != nil {
			open = append(open, i)
			continue
		}
		tell(q, v)
	}
	for range open {
		select {
		case a := <-answers:
			panicgroup.Raise(a.panicErr)
			tell(a.question, a.validity)
		case <-ctx.Done():
			return
		}
	}
}

// target returns the URL of a question, or nil if it may not be asked, and the
// validity while there is no answer.
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

// start returns the answer to a question if it is known. Otherwise it returns an
// inquiry, existing or new, that will send the answer to answers.
func (c *Checker) start(ctx context.Context, q Question, answers chan<- answer) (invite.Validity, *inquiry) {
	target, v := c.target(q)
	if target == nil {
		return v, nil
	}
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.cache.get(q, now); ok {
		return a.validity, nil
	}
	i := c.inFlight[q]
	if i == nil {
		i = newInquiry(ctx, q, target)
		c.inFlight[q] = i
		c.queue.add(i)
	}
	i.callers = append(i.callers, answers)
	c.startNext()
	return v, i
}

// startNext starts the inquiries that may run now. The caller must hold mu.
func (c *Checker) startNext() {
	for i := c.queue.next(); i != nil; i = c.queue.next() {
		i.running = true
		go c.run(i)
	}
}

// run makes the request and sends the answer to the callers.
func (c *Checker) run(i *inquiry) {
	a := i.ask(c.opt.Transport)
	now := c.opt.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight[i.question] == i { // otherwise the request was cancelled
		delete(c.inFlight, i.question)
		if a.panicErr == nil {
			c.cache.put(a, now)
		}
		for _, caller := range i.callers {
			caller <- a // does not block: the buffer has room for all questions of the caller
		}
	}
	c.queue.remove(i)
	c.startNext()
	i.cancel()
	i.panicErr = a.panicErr
	close(i.done)
}

// leave cancels the inquiries that no other caller waits for, and returns when
// their requests have ended.
func (c *Checker) leave(open []*inquiry, answers chan<- answer) {
	running := c.abandon(open, answers)
	for _, i := range running {
		<-i.done
	}
	for _, i := range running {
		panicgroup.Raise(i.panicErr)
	}
}

func (c *Checker) abandon(open []*inquiry, answers chan<- answer) (running []*inquiry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range open {
		if c.inFlight[i.question] != i || i.removeCaller(answers) {
			continue
		}
		delete(c.inFlight, i.question)
		i.cancel()
		if i.running {
			running = append(running, i)
		}
	}
	c.startNext() // also removes cancelled inquiries from the queue
	return running
}
