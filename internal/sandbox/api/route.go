package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A Call is one request to a server.
type Call struct {
	Context context.Context
	Method  string
	URL     *url.URL
	Header  http.Header
	Body    []byte
	Args    map[string]string // the decoded variables of the path
	Query   url.Values
}

// A Handler returns the value that is encoded as the JSON of the answer, a complete *Reply, or a *Failure. C is the
// server's type of a call.
type Handler[C any] func(C) (any, error)

// A Route is an endpoint of a server.
type Route[C any] struct {
	method string
	path   []string // {name} matches any segment
	Handle Handler[C]

	Public   bool // needs no access token
	Expired  bool // accepts an access token that has expired
	Unlocked bool // takes the network's lock itself, since it waits or asks another server
}

// A Router finds the route of a call.
type Router[C any] []Route[C]

// Add adds the route of a method and a path, in which {name} matches any segment.
func (rs *Router[C]) Add(method, path string, h Handler[C]) *Route[C] {
	*rs = append(*rs, Route[C]{method: method, path: strings.Split(path, "/"), Handle: h})
	return &(*rs)[len(*rs)-1]
}

// Find returns the route of a request. known reports whether the path has a route with this or another method.
func (rs Router[C]) Find(method, escapedPath string) (r *Route[C], args map[string]string, known bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(escapedPath, "/")
	for i := range rs {
		args, ok := rs[i].match(segments)
		if !ok {
			continue
		}
		known = true
		if rs[i].method == method {
			return &rs[i], args, true
		}
	}
	return nil, nil, known
}

func (r *Route[C]) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(r.path) {
		return nil, false
	}
	args := map[string]string{}
	for i, p := range r.path {
		if !strings.HasPrefix(p, "{") {
			if p != segments[i] {
				return nil, false
			}
			continue
		}
		v, err := url.PathUnescape(segments[i])
		if err != nil {
			v = segments[i]
		}
		args[strings.Trim(p, "{}")] = v
	}
	return args, true
}

// Answer returns the reply for the result of a handler.
func Answer(v any, err error) *Reply {
	if err != nil {
		if f, ok := err.(*Failure); ok { //nolint:errorlint // handlers never wrap what they answer
			return f.Reply()
		}
		return ErrInternal.Reply()
	}
	if r, ok := v.(*Reply); ok {
		return r
	}
	return JSON(http.StatusOK, v)
}

// Object parses the body as Synapse does.
func (c *Call) Object(allowEmpty bool) (map[string]any, error) {
	if len(c.Body) == 0 && allowEmpty {
		return map[string]any{}, nil
	}
	v, err := signedjson.Parse(c.Body)
	if err != nil {
		return nil, Fail(http.StatusBadRequest, "M_NOT_JSON", "Content not JSON.")
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, Fail(http.StatusBadRequest, "M_BAD_JSON", "Content must be a JSON object.")
	}
	return o, nil
}

// Bearer returns the access token of the header.
func (c *Call) Bearer() (string, bool) {
	return strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
}
