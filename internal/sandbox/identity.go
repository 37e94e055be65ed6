package sandbox

import (
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An identityServer answers as Sydent does, freshly started: the shared dictionary that makes a long-running one
// resend the invites of earlier binders is left out.
type identityServer struct {
	*World

	key       ed25519.PrivateKey
	pepper    string
	accounts  map[string]*identityAccount // by user ID
	tokens    map[string]*identityAccount
	terms     terms
	bound     map[threePID]string // to user IDs
	boundAt   map[threePID]int64  // ms
	invites   []*storedInvite
	ephemeral map[string]bool // public keys, as they were given out
	sessions  map[string]*validation
	mailbox   []Mail
	mailLimit *bucket         // email.ratelimit_sender; nil: none
	silent    map[string]bool // addresses that never accept in [World.Simulate]

	v1, v2 router
}

// An identityAccount is a Matrix user known to the identity server.
type identityAccount struct {
	user    string
	agreed  map[string]bool // URLs
	version string          // of the terms they agreed to as a whole
}

type threePID struct{ medium, address string }

// terms are what the users of the identity server must agree to before it serves them.
type terms struct {
	policies map[string]Policy
	version  string // of them all: a new one asks everybody anew
}

// A Policy is one document of the identity server's terms.
type Policy struct {
	Version   string
	Languages map[string]Document
}

// A Document is a policy in one language.
type Document struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// SetTerms sets what the identity server's users must agree to, policies by their ID. Nobody has agreed to new
// versions. With nil there is nothing to sign, as in a new World.
func (w *World) SetTerms(policies map[string]Policy) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := terms{policies: maps.Clone(policies)}
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		t.version += id + "=" + policies[id].Version + ";"
	}
	w.is.terms = t
}

// RotatePepper changes the pepper of hashed lookups, so that hashes made with the old one are refused.
func (w *World) RotatePepper() (pepper string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is.pepper = w.dice.pick("pepper", alnum, 5)
	return w.is.pepper
}

// RotateKey gives the identity server a new long-term key. The old one is no longer valid, and so are the proofs made
// with it.
func (w *World) RotateKey() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is.key = w.dice.key("identity server key")
}

func newIdentityServer(w *World) *identityServer {
	s := &identityServer{
		World:     w,
		key:       w.dice.key("identity server key"),
		pepper:    w.dice.pick("pepper", alnum, 5),
		accounts:  map[string]*identityAccount{},
		tokens:    map[string]*identityAccount{},
		bound:     map[threePID]string{},
		boundAt:   map[threePID]int64{},
		ephemeral: map[string]bool{},
		sessions:  map[string]*validation{},
		silent:    map[string]bool{},
	}
	s.routes()
	return s
}

func (s *identityServer) routes() {
	for version, rs := range map[string]*router{"v1": &s.v1, "v2": &s.v2} {
		rs.add(get, "", s.nothing)
		rs.add(get, "pubkey/isvalid", s.isValid)
		rs.add(get, "pubkey/ephemeral/isvalid", s.isEphemeralValid)
		rs.add(get, "pubkey/ed25519:0", s.pubkey)
		rs.add(post, "store-invite", s.storeInvite)
		rs.add(post, "sign-ed25519", s.sign)
		rs.add(post, "validate/email/requestToken", s.requestToken)
		rs.add(post, "validate/email/submitToken", s.submitToken)
		if version == "v1" {
			rs.add(get, "lookup", s.lookupV1)
			continue
		}
		rs.add(get, "account", s.account)
		rs.add(post, "account/register", s.register).open = true
		rs.add(post, "account/logout", s.logout)
		rs.add(get, "terms", s.getTerms)
		rs.add(post, "terms", s.agree)
		rs.add(get, "hash_details", s.hashDetails)
		rs.add(post, "lookup", s.lookup)
		rs.add(post, "3pid/bind", s.bind).open = true
	}
}

// serve answers a call to the identity server's host.
func (s *identityServer) serve(c *call) *reply {
	r := s.dispatch(c)
	maps.Copy(r.header, http.Header{
		"Access-Control-Allow-Origin":  {"*"},
		"Access-Control-Allow-Methods": {"GET, POST, PUT, DELETE, OPTIONS"},
		"Access-Control-Allow-Headers": {"*"},
		"Server":                       {"TwistedWeb/24.3.0"},
	})
	return r
}

func (s *identityServer) dispatch(c *call) *reply {
	path := c.url.EscapedPath()
	if path == "/_matrix/identity/versions" {
		return jsonReply(http.StatusOK, object{
			"versions": strings.Fields("r0.1.0 r0.2.0 r0.2.1 r0.3.0 v1.1 v1.2 v1.3 v1.4 v1.5"),
		})
	}
	if isDocumentPath(c.url) {
		return s.document(c.url.Path)
	}
	routes, rest, ok := s.routesFor(path)
	if !ok {
		return noResource()
	}
	r, _, known := routes.find(c.method, rest)
	switch {
	case r == nil && known && c.method == http.MethodOptions:
		return &reply{status: http.StatusOK, header: http.Header{}}
	case r == nil && known:
		return methodNotAllowed(c.method)
	case r == nil:
		return noResource()
	}
	if r.open {
		return answer(r.handle(c))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer(r.handle(c))
}

func (s *identityServer) routesFor(path string) (router, string, bool) {
	for prefix, rs := range map[string]router{
		"/_matrix/identity/v2": s.v2, "/_matrix/identity/api/v1": s.v1,
	} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && (rest == "" || rest[0] == '/') {
			return rs, strings.TrimPrefix(rest, "/"), true
		}
	}
	return nil, "", false
}

func (s *identityServer) nothing(*call) (any, error) { return object{}, nil }

// noResource is the page of Sydent's web server for paths it does not know.
func noResource() *reply {
	return htmlReply(http.StatusNotFound, "404 - No Such Resource", "No Such Resource",
		"Sorry. No luck finding that resource.")
}

func methodNotAllowed(method string) *reply {
	return htmlReply(http.StatusMethodNotAllowed, "405 - Method Not Allowed", "Method Not Allowed",
		"Your browser approached me (at) with the method \""+method+"\".  I only allow the methods it has.")
}

func htmlReply(status int, title, heading, text string) *reply {
	page := "\n<html>\n  <head><title>" + title + "</title></head>\n  <body>\n    <h1>" + heading + "</h1>\n    <p>" +
		text + "</p>\n  </body>\n</html>\n"
	return &reply{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: []byte(page)}
}

func isV1(c *call) bool { return strings.HasPrefix(c.url.Path, "/_matrix/identity/api/v1") }

// params are the arguments of a call: the JSON body, or on the old paths and for GET the query and the form. Every
// missing one is named.
func (c *call) params(required ...string) (object, error) {
	var o object
	sends := c.method == post || c.method == put
	if sends && (!isV1(c) || strings.HasPrefix(c.header.Get("Content-Type"), "application/json")) {
		v, err := parse(c.body)
		if err != nil {
			return nil, fail(http.StatusBadRequest, "M_BAD_JSON", "Malformed JSON")
		}
		// Old clients send the parameters in the query with a body of null.
		if o, _ = v.(object); o == nil && v != nil {
			return nil, errSydent
		}
	}
	if o == nil {
		o = object{}
		if isV1(c) || c.method == get {
			c.addForm(o)
		}
	}
	var missing []string
	for _, k := range required {
		if _, ok := o[k]; !ok {
			missing = append(missing, k)
		}
	}
	if len(missing) > 0 {
		return nil, fail(http.StatusBadRequest, "M_MISSING_PARAMS", "Missing parameters: "+strings.Join(missing, ","))
	}
	return o, nil
}

func (c *call) addForm(o object) {
	values := c.url.Query()
	if strings.HasPrefix(c.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(c.body))
		for k, v := range form {
			values[k] = append(values[k], v...)
		}
	}
	for k, v := range values {
		if len(v) == 1 { // given twice is not given
			o[k] = v[0]
		}
	}
}

// errSydent is what Sydent says about exceptions it did not expect.
var errSydent = fail(http.StatusInternalServerError, "M_UNKNOWN", "Internal Server Error")

func unauthorized() *failure { return fail(http.StatusUnauthorized, "M_UNAUTHORIZED", "Unauthorized") }

// tokenOf is the identity access token of a call: in the header, the query, or the body.
func tokenOf(c *call) (string, error) {
	if t, ok := c.bearer(); ok {
		return t, nil
	}
	if c.method == get {
		return c.query.Get("access_token"), nil
	}
	o, err := c.params()
	if err != nil {
		return "", err
	}
	return str(o["access_token"]), nil
}

// authenticate returns who asks, and unless told otherwise insists that they agreed to the terms.
func (s *identityServer) authenticate(c *call, termsToo bool) (*identityAccount, error) {
	token, err := tokenOf(c)
	if err != nil {
		return nil, err
	}
	a := s.tokens[token]
	if token == "" || a == nil {
		return nil, unauthorized()
	}
	if termsToo && len(s.terms.policies) > 0 && a.version != s.terms.version {
		return nil, fail(http.StatusForbidden, "M_TERMS_NOT_SIGNED", "Terms not signed")
	}
	return a, nil
}

func number(n int64) json.Number { return json.Number(uintString(uint64(n))) }
