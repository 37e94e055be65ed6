package client_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// BenchmarkFirstSync measures the first sync of an account with 1,000 rooms in windows
// and by /sync, and a request that discards the same filtered response as the latter. All
// use a loopback connection.
func BenchmarkFirstSync(b *testing.B) {
	w := sandbox.New(sandbox.Options{Now: time.Now})
	server := httptest.NewServer(w)
	defer server.Close()
	ada := w.AddUser("ada", "lovelace", "Ada")
	for r := range 1000 {
		room := w.CreateRoom(ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
		for i := range 10 {
			if _, err := w.InviteByEmail(room, ada, fmt.Sprintf("person%d@place%d.example", i, r)); err != nil {
				b.Fatal(err)
			}
		}
	}
	opt := client.Options{Transport: http.DefaultTransport, Now: time.Now}
	hs, err := discovery.Find(b.Context(), opt.Transport, server.URL)
	if err != nil {
		b.Fatal(err)
	}
	a, err := login.WithPassword(b.Context(), opt, hs, "ada", "lovelace")
	if err != nil {
		b.Fatal(err)
	}
	session := a.Session()
	filter := ""
	read := func(b *testing.B) {
		b.Helper()
		for b.Loop() {
			a, err := client.Resume(opt, session)
			if err != nil {
				b.Fatal(err)
			}
			if c := a.Watch().Next(b.Context()); c.Err != nil || len(c.Rooms) != 1000 {
				b.Fatalf("%d rooms, %v", len(c.Rooms), c.Err)
			}
		}
	}
	b.Run("windows", read)
	w.Inject(withoutSliding)
	b.Run("account", func(b *testing.B) {
		read(b)
		for _, r := range w.Requests() {
			if f := r.URL.Query().Get("filter"); f != "" {
				filter = f
			}
		}
	})
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/_matrix/client/v3/sync?timeout=0&filter="+url.QueryEscape(filter), nil)
			req.Header.Set("Authorization", "Bearer "+session.AccessToken)
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				b.Fatal(err)
			}
			n, _ := io.Copy(io.Discard, res.Body)
			res.Body.Close()
			b.ReportMetric(float64(n)/1e6, "MB")
		}
	})
}
