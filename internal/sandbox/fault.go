package sandbox

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// A Fault is what goes wrong with requests that match it, those between the servers included.
//
// Without Status, Refuse and Lose a fault only delays.
type Fault struct {
	Method string // any if empty

	// Path is a pattern as of [path.Match], where * stands for one segment; a pattern that ends with / matches
	// everything below it; empty matches everything. It is compared with the escaped path without query.
	Path string

	Times int // how many requests it hits; 0: all, until it is removed

	// Delay is how long the request takes on top. It passes before the request is carried out, and with Lose after.
	Delay time.Duration

	// AnswerDelay is how long the answer takes on its way back, after the request was carried out.
	AnswerDelay time.Duration

	Status int // answered instead of carrying the request out, with Header and Body
	Header http.Header
	Body   string

	Refuse bool // the connection is refused: the request never arrives
	Lose   bool // the request is carried out, and the connection breaks before its answer
}

type fault struct {
	Fault
	left int // -1: no end
}

// Inject lets a fault lie in wait. Of several that match a request the oldest hits it. The returned function takes
// the fault away again.
func (w *World) Inject(f Fault) (remove func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	it := &fault{Fault: f, left: f.Times}
	if f.Times == 0 {
		it.left = -1
	}
	w.net.faults = append(w.net.faults, it)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.net.remove(it)
	}
}

func (n *network) remove(f *fault) {
	n.faults = slices.DeleteFunc(n.faults, func(g *fault) bool { return g == f })
}

// strike returns the fault that hits a call, or none.
func (n *network) strike(c *call) Fault {
	for _, f := range n.faults {
		if f.Method != "" && f.Method != c.method || !matchPath(f.Path, c.url) {
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

func (f Fault) reply() *reply {
	h := f.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("Content-Type") == "" && strings.HasPrefix(f.Body, "{") {
		h.Set("Content-Type", "application/json")
	}
	return &reply{status: f.Status, header: h, body: []byte(f.Body)}
}
