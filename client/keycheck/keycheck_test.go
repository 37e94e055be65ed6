package keycheck_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// A host responds after a second and counts requests.
type host struct {
	mu            sync.Mutex
	answer        string
	asked         map[string]int // requests by URL
	now, most     map[string]int // concurrent requests by host name
	total, mostOf int            // concurrent requests in total
	cancelled     int            // cancelled requests
}

func newHost() *host {
	return &host{answer: `{"valid":true}`, asked: map[string]int{}, now: map[string]int{}, most: map[string]int{}}
}

func (h *host) count(req *http.Request, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := req.URL.Hostname()
	if n > 0 {
		h.asked[req.URL.String()]++
	}
	h.now[name] += n
	h.total += n
	h.most[name] = max(h.most[name], h.now[name])
	h.mostOf = max(h.mostOf, h.total)
}

func (h *host) RoundTrip(req *http.Request) (*http.Response, error) {
	h.count(req, 1)
	defer h.count(req, -1)
	select {
	case <-time.After(time.Second):
	case <-req.Context().Done():
		h.mu.Lock()
		defer h.mu.Unlock()
		h.cancelled++
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: &body{Reader: strings.NewReader(h.answer)}}, nil
}

// requests returns the number of requests and of different URLs.
func (h *host) requests() (n, urls int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.asked {
		n += m
	}
	return n, len(h.asked)
}

func questions(host string, n int) []keycheck.Question {
	var qs []keycheck.Question
	for i := range n {
		qs = append(qs, keycheck.Question{URL: "https://" + host + "/isvalid", PublicKey: fmt.Sprint("key", i)})
	}
	return qs
}

func TestConcurrentQuestionsAreAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		c := newChecker(h)
		qs := questions("example.com", 3)
		var calls sync.WaitGroup
		for range 1_000 {
			calls.Go(func() {
				told := map[keycheck.Question]int{}
				c.Ask(t.Context(), slices.Concat(qs, qs), func(q keycheck.Question, v invite.Validity) {
					if told[q]++; v != invite.Valid {
						t.Errorf("%s: %s", q.PublicKey, v)
					}
				})
				for _, q := range qs {
					if told[q] != 1 {
						t.Errorf("%s was told %d times", q.PublicKey, told[q])
					}
				}
			})
		}
		calls.Wait()
		if n, urls := h.requests(); n != 3 || urls != 3 {
			t.Errorf("%d requests of %d URLs", n, urls)
		}
	})
}

func TestConcurrentRequestsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		qs := questions("slow.example", 40)
		for i := range 9 {
			qs = append(qs, questions(fmt.Sprintf("host%d.example:%d", i, 1000+i), 8)...)
		}
		qs = append(qs, questions("slow.example:8448", 4)...) // the same host for the limit
		told := 0
		start := time.Now()
		newChecker(h).Ask(t.Context(), qs, func(keycheck.Question, invite.Validity) { told++ })
		if told != len(qs) {
			t.Errorf("%d of %d told", told, len(qs))
		}
		if h.mostOf != 16 {
			t.Errorf("%d at once", h.mostOf)
		}
		for name, most := range h.most {
			if most > 4 {
				t.Errorf("%s: %d at once", name, most)
			}
		}
		// 44 questions to the slow host, four at a time, take 11 s. The other hosts
		// are not delayed.
		if took := time.Since(start); took < 11*time.Second || took > 16*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestAnswersAreReportedImmediately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		start := time.Now()
		newChecker(newHost()).Ask(t.Context(), questions("example.com", 6), func(keycheck.Question, invite.Validity) {
			at = append(at, time.Since(start))
		})
		if want := []time.Duration{1e9, 1e9, 1e9, 1e9, 2e9, 2e9}; !slices.Equal(at, want) {
			t.Errorf("told at %v", at)
		}
	})
}

func TestOnlyTrustedHostsAreAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		var asked []string
		trusted := true
		c := keycheck.New(keycheck.Options{Transport: h, Now: time.Now, Trusted: func(host string) bool {
			asked = append(asked, host)
			return trusted && host == "id.example.org:8448"
		}})
		trustedHost := keycheck.Question{URL: "https://ID.example.org.:8448/isvalid"}
		otherHost := keycheck.Question{URL: "https://id.example.org/isvalid"}
		if got := askOne(t.Context(), c, trustedHost); got != invite.Valid {
			t.Errorf("trusted: %s", got)
		}
		if got := askOne(t.Context(), c, otherHost); got != invite.Unchecked {
			t.Errorf("not trusted: %s", got)
		}
		if want := []string{"id.example.org:8448", "id.example.org"}; !slices.Equal(asked, want) {
			t.Errorf("asked %s", asked)
		}
		trusted = false
		if got := c.Known(trustedHost); got != invite.Unchecked {
			t.Errorf("not trusted any more: %s", got)
		}
		if n, _ := h.requests(); n != 1 {
			t.Errorf("%d requests", n)
		}
		if got := askOne(t.Context(), keycheck.New(keycheck.Options{Transport: h, Now: time.Now}), trustedHost); got != invite.Unchecked {
			t.Errorf("without Trusted: %s", got)
		}
	})
}

func TestAnswersAreCached(t *testing.T) {
	for _, c := range []struct {
		answer string
		want   invite.Validity
		kept   time.Duration
	}{
		{`{"valid":true}`, invite.Valid, 10 * time.Minute},
		{`{"valid":false}`, invite.Invalid, 10 * time.Minute},
		{`busy`, invite.Unreachable, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHost()
			h.answer = c.answer
			checker := newChecker(h)
			expect := func(when string, known invite.Validity, requests int) {
				t.Helper()
				if got := checker.Known(testQuestion); got != known {
					t.Errorf("%s %s: known as %s", c.want, when, got)
				}
				if got := askOne(t.Context(), checker, testQuestion); got != c.want {
					t.Errorf("%s %s: %s", c.want, when, got)
				}
				if n, _ := h.requests(); n != requests {
					t.Errorf("%s %s: %d requests", c.want, when, n)
				}
			}
			expect("at first", invite.Unchecked, 1)
			expect("at once", c.want, 1)
			time.Sleep(c.kept - time.Nanosecond)
			expect("a moment before", c.want, 1)
			time.Sleep(time.Nanosecond)
			expect("later", invite.Unchecked, 2)
			askOne(t.Context(), checker, keycheck.Question{URL: testQuestion.URL, PublicKey: "another"})
			expect("after another", c.want, 3)
		})
	}
}

func TestContextCancelsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		c := newChecker(h)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1500*time.Millisecond, cancel)
		told := 0
		start := time.Now()
		c.Ask(ctx, questions("example.com", 100), func(keycheck.Question, invite.Validity) { told++ })
		if took := time.Since(start); told != 4 || took != 1500*time.Millisecond {
			t.Errorf("%d told, took %s", told, took)
		}
		if h.total != 0 || h.cancelled != 4 {
			t.Errorf("%d still run, %d were cancelled", h.total, h.cancelled)
		}
		// Cancelled requests are not cached, and cancelled questions are not in the
		// queue.
		if got := askOne(t.Context(), c, questions("example.com", 5)[4]); got != invite.Valid {
			t.Errorf("asked again: %s", got)
		}
		if n, _ := h.requests(); n != 9 {
			t.Errorf("%d requests", n)
		}
		cancel()
		c.Ask(ctx, questions("example.com", 1), func(keycheck.Question, invite.Validity) { t.Error("tell was called after Ask has returned") })
	})
}

func TestRequestContinuesForOtherCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		c := newChecker(h)
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		// The first four are in flight when the first caller leaves, the others are
		// queued.
		qs := questions("example.com", 8)
		var calls sync.WaitGroup
		calls.Go(func() {
			c.Ask(impatient, qs, func(keycheck.Question, invite.Validity) { t.Error("tell was called after Ask has returned") })
		})
		synctest.Wait()
		told := 0
		calls.Go(func() {
			c.Ask(t.Context(), qs, func(_ keycheck.Question, v invite.Validity) {
				if told++; v != invite.Valid {
					t.Errorf("%s", v)
				}
			})
		})
		calls.Wait()
		if n, urls := h.requests(); told != 8 || n != 8 || urls != 8 || h.cancelled != 0 {
			t.Errorf("%d told, %d requests of %d URLs, %d cancelled", told, n, urls, h.cancelled)
		}
	})
}

func TestAskWhileCancelledRequestIsStillRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		// A transport that returns some time after the request was cancelled.
		c := newChecker(roundTripFunc(func(req *http.Request) (*http.Response, error) {
			defer func() {
				if req.Context().Err() != nil {
					time.Sleep(5 * time.Second)
				}
			}()
			return h.RoundTrip(req)
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var calls sync.WaitGroup
		calls.Go(func() { askOne(ctx, c, testQuestion) })
		time.Sleep(time.Second)
		if got := askOne(t.Context(), c, testQuestion); got != invite.Valid {
			t.Errorf("%s", got)
		}
		calls.Wait()
		if got := c.Known(testQuestion); got != invite.Valid {
			t.Errorf("the cancelled request changed the answer: %s", got)
		}
	})
}

func TestTellMayCallAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(newHost())
		var inner invite.Validity
		c.Ask(t.Context(), questions("example.com", 1), func(q keycheck.Question, v invite.Validity) {
			if known := c.Known(q); known != v {
				t.Errorf("told %s, but known as %s", v, known)
			}
			inner = askOne(t.Context(), c, testQuestion)
		})
		if inner != invite.Valid {
			t.Errorf("%s", inner)
		}
	})
}
