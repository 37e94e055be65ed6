package keycheck_test

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

var testQuestion = keycheck.Question{URL: "https://example.com/isvalid", PublicKey: "k"}

func valid(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"valid":true}`) }

func TestRequestHasNoIdentifyingHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
		s := newTLSServer(t, func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1", Path: "/"})
			valid(w, r)
		})
		c := newChecker(s.transport(t))
		for _, key := range []string{"k", "l"} {
			q := keycheck.Question{URL: testQuestion.URL, PublicKey: key}
			if got := askOne(t.Context(), c, q); got != invite.Valid {
				t.Errorf("%s: %s", key, got)
			}
		}
		for _, r := range s.requests() {
			if h := slices.Sorted(maps.Keys(r.Header)); !slices.Equal(h, []string{"Accept", "User-Agent"}) || r.Header.Get("User-Agent") != "mxinvite" {
				t.Errorf("sent %v", r.Header)
			}
			if r.Method != http.MethodGet || r.Host != "example.com" || r.ProtoMajor != 1 {
				t.Errorf("sent %s %s %s", r.Method, r.Host, r.Proto)
			}
		}
		if !slices.Equal(s.dialled, []string{public + ":443"}) {
			t.Errorf("dialled %s", s.dialled)
		}
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		synctest.Test(t, func(t *testing.T) {
			s := newTLSServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/isvalid" {
					w.Header().Set("Location", "https://example.com/elsewhere")
					w.WriteHeader(status)
				}
				valid(w, r)
			})
			if got := askOne(t.Context(), newChecker(s.transport(t)), testQuestion); got != invite.Unreachable {
				t.Errorf("%d: %s", status, got)
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d: %d requests", status, n)
			}
		})
	}
}

func TestCertificateIsVerified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTLSServer(t, valid)
		unknown := keycheck.NewTransport(keycheck.TransportOptions{Resolver: dns{"example.com": {{public}}}, Dial: s.dial})
		if got := askOne(t.Context(), newChecker(unknown), testQuestion); got != invite.Unreachable {
			t.Errorf("unknown authority: %s", got)
		}
		misnamed := keycheck.Question{URL: "https://other.example/"}
		if got := askOne(t.Context(), newChecker(s.transport(t)), misnamed); got != invite.Unreachable {
			t.Errorf("wrong name: %s", got)
		}
		if n := len(s.requests()); n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestLargeHeaderIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTLSServer(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 64<<10))
			valid(w, r)
		})
		if got := askOne(t.Context(), newChecker(s.transport(t)), testQuestion); got != invite.Unreachable {
			t.Errorf("%s", got)
		}
	})
}

func TestRequestTimesOutAfterTenSeconds(t *testing.T) {
	trickle := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
			}
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, handler := range map[string]http.HandlerFunc{"slow body": trickle, "no response": silent} {
		synctest.Test(t, func(t *testing.T) {
			s := newTLSServer(t, handler)
			start := time.Now()
			if got := askOne(t.Context(), newChecker(s.transport(t)), testQuestion); got != invite.Unreachable {
				t.Errorf("%s: %s", name, got)
			}
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("%s took %s", name, took)
			}
		})
	}
}

// A homeserver sends an invite to another one before it responds (see
// client/federation), which may take longer than a question about a key.
func TestRequestMayTakeAsLongAsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTLSServer(t, func(http.ResponseWriter, *http.Request) { time.Sleep(15 * time.Second) })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.transport(t).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	})
}

func TestNextAddressIsTriedAfterTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTLSServer(t, valid)
		tr := keycheck.NewTransport(keycheck.TransportOptions{
			Resolver: dns{"example.com": {{"2606:4700::1111", public}}},
			Roots:    s.roots,
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if address != public+":443" {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return s.dial(ctx, network, address)
			},
		})
		t.Cleanup(tr.CloseIdleConnections)
		start := time.Now()
		if got := askOne(t.Context(), newChecker(tr), testQuestion); got != invite.Valid {
			t.Errorf("%s", got)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// body records whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error {
	b.closed = true
	return nil
}

func TestTransportSendsNoCredentials(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"token":    func(r *http.Request) { r.Header.Set("Authorization", "Bearer secret") },
		"cookie":   func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "a", Value: "b"}) },
		"userinfo": func(r *http.Request) { r.URL.User = url.UserPassword("a", "secret") },
	} {
		w := &recordingDialer{}
		tr := keycheck.NewTransport(keycheck.TransportOptions{Resolver: dns{"example.com": {{public}}}, Dial: w.dial})
		b := &body{Reader: strings.NewReader("{}")}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/sign", b)
		change(req)
		if res, err := tr.RoundTrip(req); err == nil {
			res.Body.Close()
			t.Errorf("%s was sent", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
		if !b.closed || w.dialled != nil {
			t.Errorf("%s: body closed %v, dialled %s", name, b.closed, w.dialled)
		}
	}
}

// This is the only test with sockets. It checks the parts that the other tests
// replace.
func TestLoopbackIsReachedOnlyIfAllowed(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		valid(w, r)
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	named := func(host string) bool { return host == "127.0.0.1:"+port }
	for _, c := range []struct {
		host           string
		plain, private func(string) bool
		want           invite.Validity
		refusal        string // what is not allowed
	}{
		{"127.0.0.1", named, named, invite.Valid, ""},
		{"127.0.0.1", named, nil, invite.Unreachable, "private"},
		{"127.0.0.1", nil, named, invite.Unreachable, "http"},
		{"127.0.0.1", nil, nil, invite.Unreachable, "http private"},
		{"localhost", trustAll, nil, invite.Unreachable, "private"},
		{"localhost", named, named, invite.Unreachable, "http private"},
	} {
		tr := keycheck.NewTransport(keycheck.TransportOptions{AllowHTTP: c.plain, AllowPrivate: c.private})
		before := asked
		checker, q := newChecker(tr), keycheck.Question{URL: "http://" + c.host + ":" + port + "/isvalid"}
		got := askOne(t.Context(), checker, q)
		tr.CloseIdleConnections()
		if refusal := refusedFor(checker.Refusal(q)); refusal != c.refusal {
			t.Errorf("refusal for %s: %q, want %q", c.host, refusal, c.refusal)
		}
		if got != c.want || (asked > before) != (got == invite.Valid) {
			t.Errorf("%s: %s, %d requests", c.host, got, asked-before)
		}
	}
}

// refusedFor returns what is not allowed.
func refusedFor(e *keycheck.RefusedError) string {
	var words []string
	if e != nil && e.HTTP {
		words = append(words, "http")
	}
	if e != nil && e.Private {
		words = append(words, "private")
	}
	return strings.Join(words, " ")
}
