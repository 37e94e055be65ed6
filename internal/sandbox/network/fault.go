package network

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// A Fault makes matching requests fail or take longer. It also applies to requests between
// servers.
//
// Without Status, Refuse and Lose, it only delays them.
type Fault struct {
	Method string // any if empty

	// Path is a pattern for the escaped path without query, as for [path.Match]: * matches one segment. A
	// pattern that ends with / matches all paths below it. An empty pattern matches all paths.
	Path string

	Times int // the number of requests that it applies to; 0 means all until it is removed

	// Delay is the time before the server handles the request. With Lose it is
	// the time after that.
	Delay time.Duration

	// AnswerDelay is the time between the handling of the request and the arrival of the
	// answer.
	AnswerDelay time.Duration

	Status int // if set, this is the answer, with Header and Body; the server does not see the request
	Header http.Header
	Body   string

	Refuse bool // the connection is refused: the server does not see the request
	Lose   bool // the server handles the request, and the connection breaks before the answer
}

type fault struct {
	Fault
	left int // -1: no limit
}

// Inject adds a fault. If several match a request, the oldest applies. The returned function removes the fault.
func (n *Network) Inject(f Fault) (remove func()) {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	it := &fault{Fault: f, left: f.Times}
	if f.Times == 0 {
		it.left = -1
	}
	n.faults = append(n.faults, it)
	return func() {
		n.Mu.Lock()
		defer n.Mu.Unlock()
		n.remove(it)
	}
}

func (n *Network) remove(f *fault) {
	n.faults = slices.DeleteFunc(n.faults, func(g *fault) bool { return g == f })
}

// nextFault returns the fault that applies to a call and counts it; the zero Fault if there is none.
func (n *Network) nextFault(c *api.Call) Fault {
	for _, f := range n.faults {
		if f.Method != "" && f.Method != c.Method || !matchPath(f.Path, c.URL) {
			continue
		}
		if f.left > 0 {
			if f.left--; f.left == 0 {
				n.remove(f)
			}
		}
		return f.Fault
	}
	return Fault{}
}

func matchPath(pattern string, u *url.URL) bool {
	p := u.EscapedPath()
	if pattern == "" || strings.HasSuffix(pattern, "/") && strings.HasPrefix(p, pattern) {
		return true
	}
	if pattern == p {
		return true
	}
	ok, err := path.Match(pattern, p)
	return err == nil && ok
}

func (f Fault) reply() *api.Reply {
	h := f.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("Content-Type") == "" && strings.HasPrefix(f.Body, "{") {
		h.Set("Content-Type", "application/json")
	}
	return &api.Reply{Status: f.Status, Header: h, Body: []byte(f.Body)}
}
