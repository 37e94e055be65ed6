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

// timeout is how long a server has for its answer, from dialling to the last byte.
const timeout = 10 * time.Second

// An answer is what became of a question.
type answer struct {
	question Question
	host     string // that was asked
	validity invite.Validity
	refusal  *RefusedError // why nobody was asked; nil if somebody was
	mistake  error         // of the program, which has to go on where somebody waits
}

// An inquiry is a question that waits to be asked or is being asked, for
// everybody who wants to know.
type inquiry struct {
	question Question
	target   *url.URL
	ctx      context.Context // ends when nobody waits any more, not when the first who asked leaves
	cancel   context.CancelFunc
	done     chan struct{} // closed once nothing of it runs any more
	mistake  error         // of the answer, once done is closed

	// The checker's mu guards these.
	running bool
	callers []chan<- answer
}

func newInquiry(ctx context.Context, q Question, target *url.URL) *inquiry {
	i := &inquiry{question: q, target: target, done: make(chan struct{})}
	i.ctx, i.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return i
}

// lose takes a caller out and reports whether another still waits.
func (i *inquiry) lose(caller chan<- answer) bool {
	i.callers = slices.DeleteFunc(i.callers, func(c chan<- answer) bool { return c == caller })
	return len(i.callers) > 0
}

// ask makes the request, and catches what panics on the way.
func (i *inquiry) ask(transport http.RoundTripper) (a answer) {
	err := panicgroup.Try(func() error { a = i.request(transport); return nil })
	a.question, a.mistake = i.question, err
	return a
}

// request makes the request, one and no other. It goes past [http.Client] because
// a bare transport follows no redirect and knows no cookies.
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
