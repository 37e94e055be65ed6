package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A Network carries requests from clients to servers and between servers, with the faults that tests inject. The servers
// on it share its clock, its random numbers and one lock. It is an [http.RoundTripper] and an [http.Handler].
type Network struct {
	addresses Addresses

	// Resolve returns the server for the host of a URL, or nil if there is none.
	Resolve func(*url.URL) *Server
	// ResolvePath returns the server for the path of a URL, when all servers have the same
	// origin.
	ResolvePath func(*url.URL) *Server

	Mu     sync.Mutex // guards everything below and the state of the servers; not held while waiting
	Random Random
	clock  func() time.Time
	frozen time.Time     // the time during [Network.At]; else zero
	wake   chan struct{} // closed at the next change; nil if no request waits for one
	faults []*fault
	log    []Request
}

// A Server answers calls.
type Server struct {
	Serve func(*api.Call) *api.Reply
	Down  bool // refuses connections
}

// Addresses has the domain of the user IDs and the base URLs of the servers.
type Addresses struct {
	Domain            string
	HomeserverURL     string
	IdentityServerURL string
	AuthServerURL     string
}

// Domain is the server name in user IDs and aliases.
func (n *Network) Domain() string { return n.addresses.Domain }

// HomeserverURL is the base URL of the client-server API.
func (n *Network) HomeserverURL() string { return n.addresses.HomeserverURL }

// IdentityServerURL is the base URL of the identity service API.
func (n *Network) IdentityServerURL() string { return n.addresses.IdentityServerURL }

// AuthServerURL returns the base URL of the OAuth server, which answers only if it is
// enabled.
func (n *Network) AuthServerURL() string { return n.addresses.AuthServerURL }

// New returns a network without servers.
func New(a Addresses, seed uint64, clock func() time.Time) *Network {
	return &Network{addresses: a, Random: newRandom(seed), clock: clock}
}

// A Request is a request that reached a server.
type Request struct {
	At     time.Time
	From   string // "client", "homeserver" or "identity server"
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
}

const fromClient = "client"

// Requests returns all requests that reached a server, also those from other servers, oldest first.
func (n *Network) Requests() []Request {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	return append([]Request(nil), n.log...)
}

// ForgetRequests clears the log of requests.
func (n *Network) ForgetRequests() {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	n.log = nil
}

// Count returns the number of requests of clients with a method and a path, which is a pattern as in
// [Fault].
func (n *Network) Count(method, path string) int {
	count := 0
	for _, r := range n.Requests() {
		if r.From == fromClient && r.Method == method && matchPath(path, r.URL) {
			count++
		}
	}
	return count
}

// RoundTrip makes the network an [http.RoundTripper]. The host decides which server answers; an
// unknown host is an error of the net package.
func (n *Network) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		defer req.Body.Close()
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	r, err := n.deliver(&api.Call{
		Context: req.Context(), Method: req.Method, URL: req.URL, Header: req.Header, Body: body,
	}, fromClient, n.Resolve(req.URL))
	if err != nil {
		return nil, err
	}
	res := httpResponse(r, req)
	res.Header = n.stamp(res.Header)
	return res, nil
}

// stamp adds a Date header to an answer.
func (n *Network) stamp(header http.Header) http.Header {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Date", n.Now().UTC().Format(http.TimeFormat))
	return header
}

func httpResponse(r *api.Reply, req *http.Request) *http.Response {
	body := r.Body
	if req.Method == http.MethodHead {
		body = nil
	}
	header := r.Header.Clone()
	header.Set("Content-Length", strconv.Itoa(len(r.Body)))
	return &http.Response{
		Status:     strconv.Itoa(r.Status) + " " + http.StatusText(r.Status),
		StatusCode: r.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(r.Body)),
		Request:       req,
	}
}

// ServeHTTP makes the network an [http.Handler] that serves all servers on one origin: their paths do not overlap.
func (n *Network) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, req.Body, 50<<20))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	u := *req.URL
	u.Host = req.Host
	r, err := n.deliver(&api.Call{
		Context: req.Context(), Method: req.Method, URL: &u, Header: req.Header, Body: body,
	}, fromClient, n.ResolvePath(&u))
	if err != nil {
		panic(http.ErrAbortHandler) // breaks the connection
	}
	for k, v := range n.stamp(r.Header) {
		rw.Header()[k] = v
	}
	rw.WriteHeader(r.Status)
	_, _ = rw.Write(r.Body)
}

// deliver carries a call to a server and its answer back, with the fault that applies. to is nil if the host is unknown.
func (n *Network) deliver(c *api.Call, from string, to *Server) (*api.Reply, error) {
	if to == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{
			Err: "no such host", Name: c.URL.Hostname(), IsNotFound: true,
		}}
	}
	if err := c.Context.Err(); err != nil {
		return nil, err
	}
	f, err := n.arrive(c, from, to)
	if err != nil {
		return nil, err
	}
	if !f.Lose {
		if err := Wait(c.Context, f.Delay); err != nil {
			return nil, err
		}
	}
	if f.Status != 0 {
		return f.reply(), nil
	}
	c.Query = c.URL.Query()
	r := to.Serve(c)
	if f.Lose {
		if err := Wait(c.Context, f.Delay); err != nil {
			return nil, err
		}
		return nil, &net.OpError{
			Op: "read", Net: "tcp", Addr: address(c.URL.Host), Err: os.NewSyscallError("read", syscall.ECONNRESET),
		}
	}
	if err := Wait(c.Context, f.AnswerDelay); err != nil {
		return nil, err
	}
	if err := c.Context.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

// arrive logs a call that reaches a server and returns the fault that applies to it.
func (n *Network) arrive(c *api.Call, from string, to *Server) (Fault, error) {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	f := n.nextFault(c)
	if f.Refuse || to.Down {
		return f, &net.OpError{
			Op: "dial", Net: "tcp", Addr: address(c.URL.Host), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
		}
	}
	u := *c.URL
	n.log = append(n.log, Request{
		At: n.Now(), From: from, Method: c.Method, URL: &u, Header: c.Header.Clone(), Body: bytes.Clone(c.Body),
	})
	return f, nil
}

// address is a net.Addr for error texts.
type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

// Wait waits for d, or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errNotJSON = errors.New("the answer is not a JSON object")

// Ask sends a request from one server to another and returns the status and the parsed body. The caller does not hold
// Mu.
func (n *Network) Ask(ctx context.Context, from, method, rawURL, token string, body any) (int, map[string]any, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return 0, nil, err
	}
	c := &api.Call{Context: ctx, Method: method, URL: u, Header: http.Header{}}
	if token != "" {
		c.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		c.Header.Set("Content-Type", "application/json")
		c.Body = signedjson.Encode(body)
	}
	r, err := n.deliver(c, from, n.Resolve(u))
	if err != nil {
		return 0, nil, err
	}
	v, err := signedjson.Parse(r.Body)
	if err != nil {
		return r.Status, nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return r.Status, nil, errNotJSON
	}
	return r.Status, o, nil
}

// Host returns the host[:port] of a URL.
func Host(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	return u.Host
}
