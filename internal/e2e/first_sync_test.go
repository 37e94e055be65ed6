//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// BenchmarkFirstSync measures the first sync of an account by our client on real servers:
// until it has rooms to show, until it has all, and the bytes that it receives; in windows
// where the server supports them, and by /sync. The line is that of this machine, or has a
// round trip of 200 ms and 1 Mbit/s. The homeserver compresses responses, as its proxy
// usually does; "plain" is without. A fifth of the rooms have ten invites.
//
// On Synapse 1.163.2 with SQLite and two cores, in the median of three runs:
//
//	             first list in ms      all rooms in ms         kB
//	             windows    /sync      windows    /sync      windows    /sync
//	200 fast          37      433          160      433           78       62
//	    slow        1096     1387         1914     1387           79       62
//	    slow plain  1419     5704         5929     5704          599      610
//	1000 fast         65     3991         1600     3991          380      311
//	    slow        1319     8138         4604     8138          380      311
//	    slow plain  1827    29833        27361    29833         2991     3056
//
//	MXINVITE_E2E=DIR go test -tags e2e -run '^$' -bench FirstSync -benchtime 5x -timeout 1h ./internal/e2e
func BenchmarkFirstSync(b *testing.B) {
	for _, s := range sides {
		if s.name == "sandbox" {
			continue // it is in memory, and has no line
		}
		b.Run(s.name, func(b *testing.B) {
			w := s.enter(b)
			ada := newPerson(b, w, "ada")
			made := 0
			for _, rooms := range []int{200, 1000} {
				ada.crowdedRooms(made, rooms)
				made = rooms
				b.Run(strconv.Itoa(rooms), func(b *testing.B) { benchmarkLines(b, ada, rooms) })
			}
		})
	}
}

func benchmarkLines(b *testing.B, p *person, rooms int) {
	b.Helper()
	slow := newSlowLine(b, p.w.Homeserver(), 200*time.Millisecond, 1e6)
	for _, line := range []struct{ name, url string }{{"fast", p.w.Homeserver()}, {"slow", slow}} {
		for _, plain := range []bool{false, true} {
			for _, windows := range []bool{true, false} {
				name := line.name
				if plain {
					name += "-plain"
				}
				if name += "-sync"; windows {
					name = name[:len(name)-len("sync")] + "windows"
				}
				b.Run(name, func(b *testing.B) { benchmarkFirstSync(b, p, line.url, plain, windows, rooms) })
			}
		}
	}
}

func benchmarkFirstSync(b *testing.B, p *person, homeserver string, plain, windows bool, rooms int) {
	b.Helper()
	var first, all []time.Duration
	var received int64
	opt := clientOptions(p.w)
	hs, err := discovery.Find(b.Context(), opt.Transport, p.w.Homeserver())
	if err != nil {
		b.Fatal(err)
	}
	signedIn, err := login.WithPassword(b.Context(), opt, hs, p.ID, p.Password)
	if err != nil {
		b.Fatal(err)
	}
	session := signedIn.Session()
	session.Homeserver = homeserver
	for b.Loop() {
		counter := new(counter)
		transport := &http.Transport{DialContext: counter.dial, DisableCompression: plain}
		opt.Transport = transport
		if !windows {
			opt.Transport = withoutSliding{transport}
		}
		a, err := client.Resume(opt, session)
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		watcher := a.Watch()
		watcher.EachWindow = true
		next := func() time.Duration {
			if c := watcher.Next(b.Context()); c.Err != nil {
				b.Fatal(c.Err)
			}
			return time.Since(begun)
		}
		first = append(first, next())
		for !a.Synced() {
			next()
		}
		all = append(all, time.Since(begun))
		received = counter.sum()
		if len(a.Rooms()) != rooms {
			b.Fatalf("%d rooms", len(a.Rooms()))
		}
		transport.CloseIdleConnections()
	}
	report := func(unit string, took []time.Duration) {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Milliseconds()), unit)
	}
	report("ms-first", first)
	report("ms-all", all)
	b.ReportMetric(float64(received)/1e3, "kB")
}

// crowdedRooms creates rooms, a few at the same time.
func (p *person) crowdedRooms(from, to int) {
	p.t.Helper()
	var g panicgroup.Group
	g.SetLimit(6)
	for n := from; n < to; n++ {
		g.Go(func() error {
			p.crowdedRoom(n)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		p.t.Fatal(err)
	}
}

// crowdedRoom creates a room. Every fifth has ten invites.
func (p *person) crowdedRoom(n int) {
	p.t.Helper()
	state := []object{}
	for i := range 10 {
		if n%5 != 0 {
			break
		}
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

// A counter counts the bytes that connections receive.
type counter struct {
	mu    sync.Mutex
	bytes int64
}

func (c *counter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return countedConn{conn, c}, err
}

func (c *counter) sum() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

type countedConn struct {
	net.Conn
	counter *counter
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.counter.mu.Lock()
	defer c.counter.mu.Unlock()
	c.counter.bytes += int64(n)
	return n, err
}
