package jsonhttp

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestReason(t *testing.T) {
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	mute := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.Close()
	}))
	defer mute.Close()
	for url, want := range map[string]string{
		tls.URL:    "its certificate is signed by an unknown authority",
		closed.URL: "connection refused",
		mute.URL:   "EOF",
	} {
		res, err := http.Get(url + "/?secret=1")
		if err == nil {
			res.Body.Close()
			t.Fatalf("%s responds", url)
		}
		if got := reason(err).Error(); got != want {
			t.Errorf("%v\ngives %q, want %q", err, got, want)
		}
	}
	missing := fmt.Errorf("get: %w", &net.DNSError{Name: "nowhere.test", IsNotFound: true})
	if got := reason(missing).Error(); got != "no such host: nowhere.test" {
		t.Error(got)
	}
	if got := reason(errors.New("plain")).Error(); !strings.HasPrefix(got, "plain") {
		t.Error(got)
	}
}
