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

// A host takes a second for each answer, and counts.
type host struct {
	mu            sync.Mutex
	answer        string
	asked         map[string]int // by URL
	now, most     map[string]int // requests at once, by host name
	total, mostOf int            // and of all
	given         int            // requests that were given up
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
		h.given++
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: &body{Reader: strings.NewReader(h.answer)}}, nil
}

// requests is how many were made, and to how many URLs.
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

func TestEachQuestionIsAskedOnce(t *testing.T) {
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

func TestFewAreAskedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		qs := questions("slow.example", 40)
		for i := range 9 {
			qs = append(qs, questions(fmt.Sprintf("host%d.example:%d", i, 1000+i), 8)...)
		}
		qs = append(qs, questions("slow.example:8448", 4)...) // a port is no other host
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
		// 44 questions of the slow host by fours take 11 s, and nobody waits for it.
		if took := time.Since(start); took < 11*time.Second || took > 16*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestAnswersAreToldAsTheyCome(t *testing.T) {
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

func TestHostThatIsNotTrustedIsNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		var heard []string
		trusted := true
		c := keycheck.New(keycheck.Options{Transport: h, Now: time.Now, Trusted: func(host string) bool {
			heard = append(heard, host)
			return trusted && host == "id.example.org:8448"
		}})
		friend := keycheck.Question{URL: "https://ID.example.org.:8448/isvalid"}
		stranger := keycheck.Question{URL: "https://id.example.org/isvalid"}
		if got := askOne(t.Context(), c, friend); got != invite.Valid {
			t.Errorf("friend: %s", got)
		}
		if got := askOne(t.Context(), c, stranger); got != invite.Unchecked {
			t.Errorf("stranger: %s", got)
		}
		if want := []string{"id.example.org:8448", "id.example.org"}; !slices.Equal(heard, want) {
			t.Errorf("heard %s", heard)
		}
		trusted = false
		if got := c.Known(friend); got != invite.Unchecked {
			t.Errorf("no friend any more: %s", got)
		}
		if n, _ := h.requests(); n != 1 {
			t.Errorf("%d requests", n)
		}
		if got := askOne(t.Context(), keycheck.New(keycheck.Options{Transport: h, Now: time.Now}), friend); got != invite.Unchecked {
			t.Errorf("trusting nobody: %s", got)
		}
	})
}

func TestAnswersAreRememberedForAWhile(t *testing.T) {
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
				if got := checker.Known(strangersKey); got != known {
					t.Errorf("%s %s: known as %s", c.want, when, got)
				}
				if got := askOne(t.Context(), checker, strangersKey); got != c.want {
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
			askOne(t.Context(), checker, keycheck.Question{URL: strangersKey.URL, PublicKey: "another"})
			expect("after another", c.want, 3)
		})
	}
}

func TestNobodyIsAskedInVain(t *testing.T) {
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
		if h.total != 0 || h.given != 4 {
			t.Errorf("%d still run, %d were given up", h.total, h.given)
		}
		// What was given up is not remembered, and what waited is not in the way.
		if got := askOne(t.Context(), c, questions("example.com", 5)[4]); got != invite.Valid {
			t.Errorf("asked again: %s", got)
		}
		if n, _ := h.requests(); n != 9 {
			t.Errorf("%d requests", n)
		}
		cancel()
		c.Ask(ctx, questions("example.com", 1), func(keycheck.Question, invite.Validity) { t.Error("told after the end") })
	})
}

func TestARequestOutlivesWhoeverMadeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		c := newChecker(h)
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		// The first four run when the first caller leaves, the rest wait.
		qs := questions("example.com", 8)
		var calls sync.WaitGroup
		calls.Go(func() {
			c.Ask(impatient, qs, func(keycheck.Question, invite.Validity) { t.Error("told after the end") })
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
		if n, urls := h.requests(); told != 8 || n != 8 || urls != 8 || h.given != 0 {
			t.Errorf("%d told, %d requests of %d URLs, %d given up", told, n, urls, h.given)
		}
	})
}

func TestAskAgainWhileTheOldRequestIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		// A transport that needs a while to notice that nobody waits.
		c := newChecker(roundTrip(func(req *http.Request) (*http.Response, error) {
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
		calls.Go(func() { askOne(ctx, c, strangersKey) })
		time.Sleep(time.Second)
		if got := askOne(t.Context(), c, strangersKey); got != invite.Valid {
			t.Errorf("%s", got)
		}
		calls.Wait()
		if got := c.Known(strangersKey); got != invite.Valid {
			t.Errorf("the old request spoiled the answer: %s", got)
		}
	})
}

func TestTellMayAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(newHost())
		var inner invite.Validity
		c.Ask(t.Context(), questions("example.com", 1), func(q keycheck.Question, v invite.Validity) {
			if known := c.Known(q); known != v {
				t.Errorf("told %s, knows %s", v, known)
			}
			inner = askOne(t.Context(), c, strangersKey)
		})
		if inner != invite.Valid {
			t.Errorf("%s", inner)
		}
	})
}
