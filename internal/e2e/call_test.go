package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// object is a JSON object.
type object = map[string]any

// An answer is the response of a server.
type answer struct {
	Status int
	Header http.Header
	Body   object // nil if the body is not a JSON object
	List   []any  // nil if the body is not a JSON array
	Text   string
}

// ask sends a request and returns the response. The body is sent as JSON; nil sends
// none.
func ask(tb testing.TB, w world, method, url, token string, body any) answer {
	tb.Helper()
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(encode(tb, body))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		tb.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := w.Transport().RoundTrip(request)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, url, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, url, err)
	}
	a := answer{Status: response.StatusCode, Header: response.Header, Text: string(text)}
	// The body of an error response may be neither an object nor an array.
	if strings.HasPrefix(a.Text, "[") {
		_ = json.Unmarshal(text, &a.List)
	} else {
		_ = json.Unmarshal(text, &a.Body)
	}
	return a
}

func encode(tb testing.TB, v any) []byte {
	tb.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return encoded
}

// call sends a request without an access token to an endpoint that responds with an
// object.
func call(tb testing.TB, w world, method, url string, body any) (int, object) {
	tb.Helper()
	a := ask(tb, w, method, url, "", body)
	return a.Status, a.Body
}

// eventually waits until a condition is true, and fails after a timeout.
func eventually(tb testing.TB, what string, happened func() bool) {
	tb.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !happened() {
		if time.Now().After(deadline) {
			tb.Fatalf("this did not happen within ten seconds: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
