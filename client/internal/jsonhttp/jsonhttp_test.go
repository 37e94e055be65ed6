package jsonhttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// serve starts a server. It returns the server's URL and a counter of its requests.
func serve(t *testing.T, handler http.HandlerFunc) (address string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRequestMethodBodyAndToken(t *testing.T) {
	var got []string
	address, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body))
	})
	for _, r := range []jsonhttp.Request{
		{Method: http.MethodGet},
		{Method: http.MethodPost, Token: "t", Body: struct{}{}},
		{Method: http.MethodPost, Body: url.Values{"a": {"b c"}}},
	} {
		r.URL, r.Limit = address, 1000
		if _, err := jsonhttp.Do(t.Context(), http.DefaultTransport, r); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"GET", "", "", "",
		"POST", "Bearer t", "application/json", "{}",
		"POST", "", "application/x-www-form-urlencoded", "a=b+c",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrorResponses(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		header string // Retry-After
		body   string
		oauth  bool
		want   jsonhttp.ServerError
		words  string
	}{
		"Matrix":            {403, "", `{"errcode":"M_FORBIDDEN","error":"No."}`, false, jsonhttp.ServerError{Code: "M_FORBIDDEN", Message: "No."}, "answered M_FORBIDDEN: No."},
		"OAuth":             {400, "", `{"error":"invalid_grant","error_description":"Gone."}`, true, jsonhttp.ServerError{Code: "invalid_grant", Message: "Gone."}, "answered invalid_grant: Gone."},
		"soft logout":       {401, "", `{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}`, false, jsonhttp.ServerError{Code: "M_UNKNOWN_TOKEN", SoftLogout: true}, "answered M_UNKNOWN_TOKEN"},
		"proxy":             {502, "", "<html>", false, jsonhttp.ServerError{}, "answered HTTP 502"},
		"a limit, body":     {429, "2", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}`, false, jsonhttp.ServerError{Code: "M_LIMIT_EXCEEDED", RetryAfter: 1500 * time.Millisecond}, "answered M_LIMIT_EXCEEDED"},
		"a limit, both":     {429, "9", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}`, false, jsonhttp.ServerError{Code: "M_LIMIT_EXCEEDED", RetryAfter: 9 * time.Second}, "answered M_LIMIT_EXCEEDED"},
		"a limit, header":   {429, "9", `Slow down`, false, jsonhttp.ServerError{RetryAfter: 9 * time.Second}, "answered HTTP 429"},
		"secrets":           {400, "", `{"errcode":"M_X","error":"secret and token"}`, false, jsonhttp.ServerError{Code: "M_X", Message: "… and …"}, "answered M_X: … and …"},
		"wrong types":       {400, "", `{"errcode":"M_X","error":5,"retry_after_ms":"a","soft_logout":1}`, false, jsonhttp.ServerError{Code: "M_X"}, "answered M_X"},
		"very long message": {400, "", `{"errcode":"M_X","error":"` + strings.Repeat("a", 10_000) + `"}`, false, jsonhttp.ServerError{Code: "M_X", Message: strings.Repeat("a", 300) + "…"}, "answered M_X: aaa"},
		"a redirect":        {302, "", "", false, jsonhttp.ServerError{}, "answered HTTP 302"},
		"very long body":    {500, "", strings.Repeat("a", 1<<20), false, jsonhttp.ServerError{}, "answered HTTP 500"},
		"negative limit":    {429, "-9", `{"retry_after_ms":-5}`, false, jsonhttp.ServerError{}, "answered HTTP 429"},
	} {
		t.Run(name, func(t *testing.T) {
			address, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.Header().Set("Location", "/elsewhere")
				respond(tt.status, tt.body)(w, r)
			})
			_, err := jsonhttp.Do(t.Context(), http.DefaultTransport, jsonhttp.Request{
				Method: http.MethodPost, URL: address, Limit: 1000, OAuth: tt.oauth, Token: "token", Secrets: []string{"secret", ""},
			})
			e, ok := errors.AsType[*jsonhttp.ServerError](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			tt.want.Server, tt.want.Status = strings.TrimPrefix(address, "http://"), tt.status
			if diff := cmp.Diff(tt.want, *e); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(err.Error(), tt.words) || requests.Load() != 1 {
				t.Errorf("%q after %d requests", err, requests.Load())
			}
			if tt.want.Code != "" && !jsonhttp.HasCode[*jsonhttp.ServerError](err, tt.want.Code) {
				t.Errorf("%v does not have the code", err)
			}
		})
	}
}

func TestUnusableResponses(t *testing.T) {
	for body, want := range map[string]error{
		"<html>":                  jsonhttp.ErrNotJSON,
		"":                        jsonhttp.ErrNotJSON,
		`{"a":5}`:                 jsonhttp.ErrNotJSON, // wrong type
		strings.Repeat(" ", 1001): jsonhttp.ErrTooLong,
	} {
		address, _ := serve(t, respond(http.StatusOK, body))
		var reply struct {
			A string `json:"a"`
		}
		err := jsonhttp.Decode(t.Context(), http.DefaultTransport, jsonhttp.Request{Method: http.MethodGet, URL: address, Limit: 1000}, &reply)
		if e, ok := errors.AsType[*jsonhttp.ServerError](err); !ok || !errors.Is(err, want) || e.Status != http.StatusOK {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

func TestNoResponse(t *testing.T) {
	done := make(chan struct{})
	address, requests := serve(t, func(http.ResponseWriter, *http.Request) { <-done })
	defer close(done)
	r := jsonhttp.Request{Method: http.MethodPost, URL: address + "/?secret=1", Limit: 1000, Within: 20 * time.Millisecond}
	_, err := jsonhttp.Do(t.Context(), http.DefaultTransport, r)
	if _, ok := errors.AsType[*jsonhttp.UnreachableError](err); !ok || !errors.Is(err, jsonhttp.ErrTimeout) || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	r.Within = 0
	if _, err := jsonhttp.Do(ctx, http.DefaultTransport, r); err != context.DeadlineExceeded { //nolint:errorlint // not wrapped, either
		t.Errorf("want the context's error: %v", err)
	}
	for _, bad := range []string{"http://127.0.0.1:1/?secret=1", "http://[secret", "://secret"} {
		_, err = jsonhttp.Do(t.Context(), http.DefaultTransport, jsonhttp.Request{Method: http.MethodGet, URL: bad, Limit: 1})
		if e, ok := errors.AsType[*jsonhttp.UnreachableError](err); !ok || strings.Contains(e.Error(), "secret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestRedirectsAreFollowedOnlyIfAllowed(t *testing.T) {
	address, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/there", http.StatusFound)
			return
		}
		respond(http.StatusOK, "{}")(w, r)
	})
	r := jsonhttp.Request{Method: http.MethodGet, URL: address + "/", Limit: 1000, Redirects: true}
	if _, err := jsonhttp.Do(t.Context(), http.DefaultTransport, r); err != nil || requests.Load() != 2 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// limited is a transport that allows ten bytes of a response, and records whether its
// body was closed.
type limited struct{ closed *bool }

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		res.Body = closing{http.MaxBytesReader(nil, res.Body, 10), l.closed}
	}
	return res, err
}

type closing struct {
	io.ReadCloser

	closed *bool
}

func (c closing) Close() error {
	*c.closed = true
	return c.ReadCloser.Close()
}

func TestBodyIsOpenWhileItIsUsed(t *testing.T) {
	for _, tc := range []struct {
		body    string
		tooLong bool
	}{{"{}", false}, {`{"a":"0123456789"}`, true}} {
		address, _ := serve(t, respond(http.StatusOK, tc.body))
		closed := false
		res, err := jsonhttp.Do(t.Context(), limited{&closed}, jsonhttp.Request{Method: http.MethodGet, URL: address, Limit: 1000})
		if errors.Is(err, jsonhttp.ErrTooLong) != tc.tooLong || closed != tc.tooLong {
			t.Fatal(tc.body, err, closed)
		}
		if err != nil {
			continue
		}
		if res.Close(); !closed {
			t.Error("the body was not closed")
		}
	}
}
