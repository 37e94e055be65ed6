package keycheck

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// timeout is the time limit for a request, from dialling to the end of the
// response.
const timeout = 10 * time.Second

// An answer is the result of a question.
type answer struct {
	question Question
	host     string // the host that was asked
	validity invite.Validity
	refusal  *RefusedError // why no request was made; nil if one was made
	panicErr error         // a panic during the request, to be raised in the callers
}

// An inquiry is a question that is in flight or queued, with all callers that wait
// for its answer.
type inquiry struct {
	question Question
	target   *url.URL
	ctx      context.Context // cancelled when no caller waits any more
	cancel   context.CancelFunc
	done     chan struct{} // closed when its request has ended
	panicErr error         // that of the answer; set when done is closed

	// Guarded by the mutex of the checker.
	running bool
	callers []chan<- answer
}

func newInquiry(ctx context.Context, q Question, target *url.URL) *inquiry {
	i := &inquiry{question: q, target: target, done: make(chan struct{})}
	i.ctx, i.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return i
}

// removeCaller removes a caller and reports whether others still wait.
func (i *inquiry) removeCaller(caller chan<- answer) bool {
	i.callers = slices.DeleteFunc(i.callers, func(c chan<- answer) bool { return c == caller })
	return len(i.callers) > 0
}

// ask makes the request and recovers a panic.
func (i *inquiry) ask(transport http.RoundTripper) (a answer) {
	err := panicgroup.Try(func() error { a = i.request(transport); return nil })
	a.question, a.panicErr = i.question, err
	return a
}

// request makes exactly one request. It does not use [http.Client], so that no
// redirect is followed and no cookie is stored.
func (i *inquiry) request(transport http.RoundTripper) answer {
	a := answer{host: i.target.Host, validity: invite.Unreachable}
	ctx, cancel := context.WithTimeout(i.ctx, timeout)
	defer cancel()
	req := &http.Request{
		Method: http.MethodGet,
		URL:    i.target,
		Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"mxinvite"}},
	}
	res, err := transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		_ = errors.As(err, &a.refusal)
		return a
	}
	defer res.Body.Close()
	a.validity = read(res)
	return a
}
