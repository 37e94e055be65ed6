//go:build e2e

package e2e

import (
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// A slowLine forwards connections to a server, as over a line with a rate and a delay.
type slowLine struct {
	to       string        // host and port
	delay    time.Duration // of each direction
	up, down direction
}

// A direction is one direction of a line, which all connections share.
type direction struct {
	bytesPerSecond float64

	mu   sync.Mutex
	free time.Time // when the bytes before have been sent
}

// newSlowLine returns the URL of a server at the other end of a slow line, until the test
// ends.
func newSlowLine(tb testing.TB, server string, roundTrip time.Duration, bitsPerSecond float64) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	line := &slowLine{
		to: u.Host, delay: roundTrip / 2,
		up: direction{bytesPerSecond: bitsPerSecond / 8}, down: direction{bytesPerSecond: bitsPerSecond / 8},
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // the test has ended
			}
			go line.connect(client)
		}
	}()
	u.Host = l.Addr().String()
	return u.String()
}

// connect forwards a connection, after the round trip that opens it.
func (l *slowLine) connect(client net.Conn) {
	defer client.Close()
	time.Sleep(2 * l.delay)
	server, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { l.forward(&l.up, server, client) })
	both.Go(func() { l.forward(&l.down, client, server) })
	both.Wait()
}

// A packet is a part of a stream, with the time when it arrives.
type packet struct {
	data []byte
	at   time.Time
}

// forward copies a stream until one side closes it. Packets have the size of those of TCP,
// and at most 64 are under way.
func (l *slowLine) forward(d *direction, to, from net.Conn) {
	packets := make(chan packet, 64)
	go func() {
		defer close(packets)
		for {
			data := make([]byte, 1460)
			n, err := from.Read(data)
			if n > 0 {
				packets <- packet{data[:n], d.send(n).Add(l.delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range packets {
		time.Sleep(time.Until(p.at))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	if closer, ok := to.(interface{ CloseWrite() error }); ok {
		_ = closer.CloseWrite() // it fails if the connection is closed
	}
	for range packets { // so that the sender does not block
	}
}

// send returns when bytes that are sent now have left.
func (d *direction) send(bytes int) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); d.free.Before(now) {
		d.free = now
	}
	d.free = d.free.Add(time.Duration(float64(bytes) / d.bytesPerSecond * float64(time.Second)))
	return d.free
}
