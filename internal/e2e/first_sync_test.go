//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
)

// The size of the account. Synapse takes about half a second to create a room.
const (
	manyRooms   = 200
	manyInvites = 5
)

// BenchmarkFirstSync compares three ways to read an account on real servers, in turns
// so that all have the same noise: the first sync of our client; a request that
// discards the same filtered response, as curl does, which is the basis of the limit of
// 1.3 times; and the same state by simplified sliding sync (MSC4186), where the server
// supports it, for all rooms and for the first twenty.
func BenchmarkFirstSync(b *testing.B) {
	for _, s := range sides {
		b.Run(s.name, func(b *testing.B) { benchmarkFirstSync(b, s.enter(b)) })
	}
}

func benchmarkFirstSync(b *testing.B, w world) {
	b.Helper()
	ada := newPerson(b, w, "ada")
	for n := range manyRooms {
		ada.crowdedRoom(n)
	}
	filters := &filters{RoundTripper: w.Transport()}
	opt := clientOptions(w)
	opt.Transport = filters
	hs, err := discovery.Find(b.Context(), opt.Transport, w.Homeserver())
	if err != nil {
		b.Fatal(err)
	}
	signedIn, err := login.WithPassword(b.Context(), opt, hs, ada.ID, ada.Password)
	if err != nil {
		b.Fatal(err)
	}
	w.Settle(b)

	get := func(method, path string, body []byte) int64 {
		status, size := ada.fetch(b, method, path, body)
		if status != http.StatusOK {
			b.Fatalf("%s: %d", path, status)
		}
		return size
	}
	runs := []firstSync{{"account", func() int64 {
		a, err := client.Resume(opt, signedIn.Session())
		if err != nil {
			b.Fatal(err)
		}
		if c := a.Watch().Next(b.Context()); c.Err != nil || len(c.Rooms) != manyRooms || len(a.Invites()) != manyRooms*manyInvites {
			b.Fatalf("%d rooms, %v", len(c.Rooms), c.Err)
		}
		return 0
	}}, {"fetch", func() int64 {
		query := url.Values{"filter": {filters.another(b)}, "timeout": {"0"}, "set_presence": {"offline"}}
		return get(http.MethodGet, "/v3/sync?"+query.Encode(), nil)
	}}}
	if status, _ := ada.fetch(b, http.MethodPost, slidingBench, slidingSync(0)); status == http.StatusOK {
		runs = append(
			runs,
			firstSync{"sliding", func() int64 { return get(http.MethodPost, slidingBench, slidingSync(manyRooms-1)) }},
			firstSync{"sliding20", func() int64 { return get(http.MethodPost, slidingBench, slidingSync(19)) }},
		)
	}
	took, size := map[string][]time.Duration{}, map[string]int64{}
	for n := 0; b.Loop(); n++ {
		for k := range runs {
			r := runs[(k+n)%len(runs)] // in the first run the caches of the server are empty
			start := time.Now()
			size[r.name] = r.run()
			took[r.name] = append(took[r.name], time.Since(start))
		}
	}
	for name, durations := range took {
		slices.Sort(durations)
		b.ReportMetric(float64(durations[len(durations)/2].Microseconds())/1000, "ms-"+name)
		if size[name] > 0 {
			b.ReportMetric(float64(size[name])/1e6, "MB-"+name)
		}
	}
}

// A firstSync reads all rooms in one way. It returns the number of bytes of the
// response, if known.
type firstSync struct {
	name string
	run  func() int64
}

// crowdedRoom creates a room with invites, in one request.
func (p *person) crowdedRoom(n int) {
	p.t.Helper()
	var state []object
	for i := range manyInvites {
		state = append(state, object{"type": inviteEvent, "state_key": fmt.Sprintf("token-%d-%d", n, i), "content": object{
			"display_name":     fmt.Sprintf("per...%d@pla...", i),
			"public_key":       "fxoCPvNsTHCsKKA/XpIKWwBFmLvyt2sVW6JHZ9hZKHo",
			"key_validity_url": "https://is.example/_matrix/identity/v2/pubkey/isvalid",
			"public_keys": []object{
				{"public_key": "fxoCPvNsTHCsKKA/XpIKWwBFmLvyt2sVW6JHZ9hZKHo", "key_validity_url": "https://is.example/_matrix/identity/v2/pubkey/isvalid"},
				{"public_key": "ta8IQ0u1sp44HVpxYi7dFOdS/bfwDjcy4xLFlfY5KOA", "key_validity_url": "https://is.example/_matrix/identity/v2/pubkey/ephemeral/isvalid"},
			},
		}})
	}
	p.createRoom(object{"name": fmt.Sprintf("Room %d", n), "initial_state": state})
}

// fetch sends a request and discards the response.
func (p *person) fetch(tb testing.TB, method, path string, body []byte) (status int, size int64) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, p.w.Homeserver()+"/_matrix/client"+path, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	response, err := p.w.Transport().RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	size, err = io.Copy(io.Discard, response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return response.StatusCode, size
}

// slidingSync requests the state in the program's filter for the first rooms.
func slidingSync(last int) []byte {
	state := [][]string{{inviteEvent, "*"}, {memberEvent, "$ME"}, {memberEvent, "$LAZY"}}
	for _, typ := range []string{"create", "name", "canonical_alias", "power_levels", "tombstone"} {
		state = append(state, []string{"m.room." + typ, ""})
	}
	data, _ := json.Marshal(object{"lists": object{"all": object{
		"ranges": [][]int{{0, last}}, "timeline_limit": 1, "required_state": state,
	}}}) // cannot fail: it has only strings and numbers
	return data
}

// filters records the filter of the last sync request.
type filters struct {
	http.RoundTripper
	mu   sync.Mutex
	last string
}

func (f *filters) RoundTrip(r *http.Request) (*http.Response, error) {
	if filter := r.URL.Query().Get("filter"); filter != "" {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.last = filter
	}
	return f.RoundTripper.RoundTrip(r)
}

// another returns an equal filter with other text, so that the server does not respond
// from a cache.
func (f *filters) another(tb testing.TB) string {
	tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var filter object
	if err := json.Unmarshal([]byte(f.last), &filter); err != nil {
		tb.Fatal(err)
	}
	filter["nonce"] = time.Now().UnixNano()
	return string(encode(tb, filter))
}

const slidingBench = "/unstable/org.matrix.simplified_msc3575/sync"
