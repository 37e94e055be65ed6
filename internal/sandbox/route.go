package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// A call is one request on its way through a server.
type call struct {
	ctx    context.Context
	method string
	url    *url.URL
	header http.Header
	body   []byte
	args   map[string]string // the path's variables, decoded
	query  url.Values

	session *session // who asks a homeserver; nil where nobody needs to be signed in
}

// A handler returns what is encoded as the answer's JSON, a ready *reply, or a *failure.
type handler func(*call) (any, error)

type route struct {
	method string
	path   []string // {name} stands for any one segment
	handle handler

	public bool // needs no access token
	lapsed bool // takes one that has expired
	open   bool // takes the world's lock itself, since it waits or asks another server
}

type router []route

func (rs *router) add(method, path string, h handler) *route {
	*rs = append(*rs, route{method: method, path: strings.Split(path, "/"), handle: h})
	return &(*rs)[len(*rs)-1]
}

// find returns the route of a request, and if there is none whether another method would have had one.
func (rs router) find(method, escapedPath string) (r *route, args map[string]string, known bool) {
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

func (r *route) match(segments []string) (map[string]string, bool) {
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

// answer turns what a handler returned into a reply.
func answer(v any, err error) *reply {
	if err != nil {
		if f, ok := err.(*failure); ok { //nolint:errorlint // handlers never wrap what they answer
			return f.reply()
		}
		return errInternal.reply()
	}
	if r, ok := v.(*reply); ok {
		return r
	}
	return jsonReply(http.StatusOK, v)
}

// object parses the body as Synapse does.
func (c *call) object(allowEmpty bool) (object, error) {
	if len(c.body) == 0 && allowEmpty {
		return object{}, nil
	}
	v, err := parse(c.body)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "M_NOT_JSON", "Content not JSON.")
	}
	o, ok := v.(object)
	if !ok {
		return nil, fail(http.StatusBadRequest, "M_BAD_JSON", "Content must be a JSON object.")
	}
	return o, nil
}

// bearer returns the access token of the header.
func (c *call) bearer() (string, bool) {
	return strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
}

// parse decodes one JSON value, keeping numbers as they are written.
func parse(raw []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, &json.SyntaxError{Offset: d.InputOffset()}
	}
	return v, nil
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
