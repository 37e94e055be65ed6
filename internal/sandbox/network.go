package sandbox

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
	"strings"
	"syscall"
	"time"
)

// network is what lies between the servers and everybody who asks them, themselves included.
type network struct {
	down   bool // the identity server is
	faults []*fault
	log    []Request
}

// A Request is one that reached a server.
type Request struct {
	At     time.Time
	From   string // "client", or which of the two servers asked: "homeserver" or "identity server"
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
}

const (
	fromClient         = "client"
	fromHomeserver     = "homeserver"
	fromIdentityServer = "identity server"
)

// Requests returns every request that reached a server so far, oldest first, those between the servers included.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Request(nil), w.net.log...)
}

// Count says how many requests of clients with this method and a path that matches as in [Fault] reached a server.
func (w *World) Count(method, path string) int {
	n := 0
	for _, r := range w.Requests() {
		if r.From == fromClient && r.Method == method && matchPath(path, r.URL) {
			n++
		}
	}
	return n
}

// SetIdentityServerDown decides whether connections to the identity server are refused, for clients as for the
// homeserver.
func (w *World) SetIdentityServerDown(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.net.down = down
}

// RoundTrip makes World an [http.RoundTripper]. The host decides who answers; a host that is none of the world's is
// an error like the net package's.
func (w *World) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		defer req.Body.Close()
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	serve, err := w.resolve(req.URL)
	if err != nil {
		return nil, err
	}
	r, err := w.deliver(&call{
		ctx: req.Context(), method: req.Method, url: req.URL, header: req.Header, body: body,
	}, fromClient, serve)
	if err != nil {
		return nil, err
	}
	res := r.response(req)
	res.Header = w.stamp(res.Header)
	return res, nil
}

// stamp adds the time by the servers' clock to the header of an answer.
func (w *World) stamp(header http.Header) http.Header {
	w.mu.Lock()
	defer w.mu.Unlock()
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Date", w.now().UTC().Format(http.TimeFormat))
	return header
}

func (r *reply) response(req *http.Request) *http.Response {
	body := r.body
	if req.Method == http.MethodHead {
		body = nil
	}
	header := r.header.Clone()
	header.Set("Content-Length", strconv.Itoa(len(r.body)))
	return &http.Response{
		Status:     strconv.Itoa(r.status) + " " + http.StatusText(r.status),
		StatusCode: r.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(r.body)),
		Request:       req,
	}
}

// ServeHTTP makes World an [http.Handler] that serves all servers on one origin: their paths do not overlap.
func (w *World) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, req.Body, 50<<20))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	u := *req.URL
	u.Host = req.Host
	r, err := w.deliver(&call{
		ctx: req.Context(), method: req.Method, url: &u, header: req.Header, body: body,
	}, fromClient, w.byPath(&u))
	if err != nil {
		panic(http.ErrAbortHandler) // the way to break a connection
	}
	for k, v := range w.stamp(r.header) {
		rw.Header()[k] = v
	}
	rw.WriteHeader(r.status)
	_, _ = rw.Write(r.body)
}

// A serverFunc is a server: it takes a call and gives its answer.
type serverFunc func(*call) *reply

// resolve finds the server behind a URL. Hosts may coincide, so that everything can live on one.
func (w *World) resolve(u *url.URL) (serverFunc, error) {
	switch {
	case u.Host == host(w.opts.IdentityServerURL) && isIdentityPath(u):
		return w.is.serve, nil
	case u.Host == host(w.opts.AuthServerURL) && isAuthPath(u):
		return w.as.serve, nil
	case u.Host == host(w.opts.HomeserverURL):
		return w.hs.serve, nil
	case u.Host == w.opts.Domain:
		return w.hs.serveDomain, nil
	case u.Host == host(w.opts.IdentityServerURL):
		return w.is.serve, nil
	case u.Host == host(w.opts.AuthServerURL):
		return w.as.serve, nil
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{
		Err: "no such host", Name: u.Hostname(), IsNotFound: true,
	}}
}

func (w *World) byPath(u *url.URL) serverFunc {
	switch {
	case isIdentityPath(u):
		return w.is.serve
	case isAuthPath(u):
		return w.as.serve
	}
	return w.hs.serve
}

func isIdentityPath(u *url.URL) bool {
	return strings.HasPrefix(u.Path, "/_matrix/identity") || isDocumentPath(u)
}

// deliver carries a call to a server and its answer back, with all that may go wrong on the way.
func (w *World) deliver(c *call, from string, serve serverFunc) (*reply, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	f, err := w.arrive(c, from)
	if err != nil {
		return nil, err
	}
	if !f.Lose {
		if err := wait(c.ctx, f.Delay); err != nil {
			return nil, err
		}
	}
	if f.Status != 0 {
		return f.reply(), nil
	}
	c.query = c.url.Query()
	r := serve(c)
	if f.Lose {
		if err := wait(c.ctx, f.Delay); err != nil {
			return nil, err
		}
		return nil, &net.OpError{
			Op: "read", Net: "tcp", Addr: address(c.url.Host), Err: os.NewSyscallError("read", syscall.ECONNRESET),
		}
	}
	if err := wait(c.ctx, f.AnswerDelay); err != nil {
		return nil, err
	}
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

// arrive logs a call that reaches a server, and says which fault lies in wait for it there.
func (w *World) arrive(c *call, from string) (Fault, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.net.strike(c)
	if f.Refuse || w.net.down && isIdentityPath(c.url) {
		return f, &net.OpError{
			Op: "dial", Net: "tcp", Addr: address(c.url.Host), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
		}
	}
	u := *c.url
	w.net.log = append(w.net.log, Request{
		At: w.now(), From: from, Method: c.method, URL: &u, Header: c.header.Clone(), Body: bytes.Clone(c.body),
	})
	return f, nil
}

// address is a net.Addr for error texts.
type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

// wait lets d pass, or less if ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
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

// errNotJSON is what a server makes of an answer it cannot read.
var errNotJSON = errors.New("the answer is not a JSON object")

// ask is how one server talks to another: over the same network as everybody. It returns the status and the parsed
// body. The caller does not hold mu.
func (w *World) ask(ctx context.Context, from, method, rawURL, token string, body any) (int, object, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return 0, nil, err
	}
	serve, err := w.resolve(u)
	if err != nil {
		return 0, nil, err
	}
	c := &call{ctx: ctx, method: method, url: u, header: http.Header{}}
	if token != "" {
		c.header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		c.header.Set("Content-Type", "application/json")
		c.body = encode(body)
	}
	r, err := w.deliver(c, from, serve)
	if err != nil {
		return 0, nil, err
	}
	v, err := parse(r.body)
	if err != nil {
		return r.status, nil, err
	}
	o, ok := v.(object)
	if !ok {
		return r.status, nil, errNotJSON
	}
	return r.status, o, nil
}
