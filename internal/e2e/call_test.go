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

// answer is the answer of a server.
type answer struct {
	Status int
	Header http.Header
	Body   object // nil when it was no JSON object
	List   []any  // nil when it was no JSON array
	Text   string
}

// ask sends one request, with JSON in its body unless body is nil, and returns the answer.
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
	// After a failure the body is neither an object nor an array.
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

// call is ask without a token, for an endpoint whose answer is an object.
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
