package federation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/federation"
)

// servers answers requests to URLs with a text; other URLs are 404.
type servers map[string]string

func (s servers) RoundTrip(req *http.Request) (*http.Response, error) {
	body, ok := s[req.URL.String()]
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

func TestFind(t *testing.T) {
	at := servers{
		"https://example.org/.well-known/matrix/server":  `{"m.server":"matrix.example.org:443"}`,
		"https://port.example/.well-known/matrix/server": `{"m.server":"hs.port.example:8449"}`,
		"https://bare.example/.well-known/matrix/server": `{"m.server":"hs.bare.example"}`,
		"https://v6.example/.well-known/matrix/server":   `{"m.server":"[2001:db8::1]:443"}`,
		"https://html.example/.well-known/matrix/server": `<html>`,
		"https://none.example/.well-known/matrix/server": `{}`,
	}
	for name, want := range map[string]string{
		"example.org":         "https://matrix.example.org",
		"port.example":        "https://hs.port.example:8449",
		"bare.example":        "https://hs.bare.example:8448",
		"v6.example":          "https://[2001:db8::1]",
		"html.example":        "https://html.example:8448",
		"none.example":        "https://none.example:8448",
		"missing.example":     "https://missing.example:8448",
		"example.org:8008":    "https://example.org:8008",
		"example.org:443":     "https://example.org",
		"192.0.2.1":           "https://192.0.2.1:8448",
		"[2001:db8::1]":       "https://[2001:db8::1]:8448",
		"[2001:db8::1]:443":   "https://[2001:db8::1]",
		"[2001:db8::1]:8449":  "https://[2001:db8::1]:8449",
		"localhost:8448":      "https://localhost:8448",
		"xn--bcher-kva.de:80": "https://xn--bcher-kva.de:80",
	} {
		if got, err := federation.Find(t.Context(), at, name); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestFindRefusesOtherNames(t *testing.T) {
	at := servers{}
	for i, hostile := range []string{"evil.example/path", "u@evil.example", "evil.example:443:1", "evil.example:x", "evil.example#", "a b", "", ":443", "[::1", "[x]:1", "::1", "evil.example:", "evil\x1b[2J"} {
		if got, err := federation.Find(t.Context(), at, hostile); !errors.Is(err, federation.ErrName) {
			t.Errorf("%q: %s, %v", hostile, got, err)
		}
		if hostile == "" {
			continue
		}
		at["https://a.example/.well-known/matrix/server"] = `{"m.server":"` + strings.ReplaceAll(hostile, "\x1b", `\u001b`) + `"}`
		if got, err := federation.Find(t.Context(), at, "a.example"); !errors.Is(err, federation.ErrName) || strings.Contains(err.Error(), "evil") {
			t.Errorf("delegation %d: %s, %v", i, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := federation.Find(ctx, at, "b.example"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
