package identityserver

import (
	"crypto/ed25519"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// An IdentityServer answers as a freshly started Sydent does. A long-running Sydent has a bug, a shared dictionary: with
// each binding it also sends the invites of earlier ones. This server does not.
type IdentityServer struct {
	*network.Network

	key       ed25519.PrivateKey
	pepper    string
	accounts  map[string]*identityAccount // by user ID
	tokens    map[string]*identityAccount
	terms     terms
	bound     map[threepid.ID]string // to user IDs
	boundAt   map[threepid.ID]int64  // ms
	invites   []*storedInvite
	ephemeral map[string]bool // public keys, as they were given out
	sessions  map[string]*validation
	mailbox   []Mail
	mailLimit *api.Bucket // email.ratelimit_sender; nil: none

	v1, v2 api.Router[*api.Call]
}

// identityServerName is the name of this server in the log of requests.
const identityServerName = "identity server"

// An identityAccount is a Matrix user known to the identity server.
type identityAccount struct {
	user    string
	agreed  map[string]bool // URLs
	version string          // of all terms together that the user accepted
}

// terms are the policies that users must accept.
type terms struct {
	policies map[string]Policy
	version  string // of all policies together: all users must accept a new one
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

// SetTerms sets the policies by their ID. All users must accept new versions. With nil there are no terms, as in a new
// world.
func (s *IdentityServer) SetTerms(policies map[string]Policy) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	t := terms{policies: maps.Clone(policies)}
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		t.version += id + "=" + policies[id].Version + ";"
	}
	s.terms = t
}

// RotatePepper changes the pepper of hashed lookups. Hashes with the old pepper are refused.
func (s *IdentityServer) RotatePepper() (pepper string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.pepper = s.Random.Pick("pepper", network.Alphanumeric, 5)
	return s.pepper
}

// RotateKey gives the identity server a new long-term key. The old key and the proofs made with it are no longer
// valid.
func (s *IdentityServer) RotateKey() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.key = s.Random.Key("identity server key")
}

// New returns an identity server without terms, bindings and limits.
func New(n *network.Network) *IdentityServer {
	s := &IdentityServer{
		Network:   n,
		key:       n.Random.Key("identity server key"),
		pepper:    n.Random.Pick("pepper", network.Alphanumeric, 5),
		accounts:  map[string]*identityAccount{},
		tokens:    map[string]*identityAccount{},
		bound:     map[threepid.ID]string{},
		boundAt:   map[threepid.ID]int64{},
		ephemeral: map[string]bool{},
		sessions:  map[string]*validation{},
	}
	s.routes()
	return s
}

func (s *IdentityServer) routes() {
	for version, rs := range map[string]*api.Router[*api.Call]{"v1": &s.v1, "v2": &s.v2} {
		rs.Add(http.MethodGet, "", s.nothing)
		rs.Add(http.MethodGet, "pubkey/isvalid", s.isValid)
		rs.Add(http.MethodGet, "pubkey/ephemeral/isvalid", s.isEphemeralValid)
		rs.Add(http.MethodGet, "pubkey/ed25519:0", s.pubkey)
		rs.Add(http.MethodPost, "store-invite", s.storeInvite)
		rs.Add(http.MethodPost, "sign-ed25519", s.sign)
		rs.Add(http.MethodPost, "validate/email/requestToken", s.requestToken)
		rs.Add(http.MethodPost, "validate/email/submitToken", s.submitToken)
		if version == "v1" {
			rs.Add(http.MethodGet, "lookup", s.lookupV1)
			continue
		}
		rs.Add(http.MethodGet, "account", s.account)
		rs.Add(http.MethodPost, "account/register", s.register).Unlocked = true
		rs.Add(http.MethodPost, "account/logout", s.logout)
		rs.Add(http.MethodGet, "terms", s.getTerms)
		rs.Add(http.MethodPost, "terms", s.agree)
		rs.Add(http.MethodGet, "hash_details", s.hashDetails)
		rs.Add(http.MethodPost, "lookup", s.lookup)
		rs.Add(http.MethodPost, "3pid/bind", s.bind).Unlocked = true
	}
}

// Serve answers a call to the identity server's host.
func (s *IdentityServer) Serve(c *api.Call) *api.Reply {
	r := s.dispatch(c)
	maps.Copy(r.Header, http.Header{
		"Access-Control-Allow-Origin":  {"*"},
		"Access-Control-Allow-Methods": {"GET, POST, PUT, DELETE, OPTIONS"},
		"Access-Control-Allow-Headers": {"*"},
		"Server":                       {"TwistedWeb/24.3.0"},
	})
	return r
}

func (s *IdentityServer) dispatch(c *api.Call) *api.Reply {
	path := c.URL.EscapedPath()
	if path == "/_matrix/identity/versions" {
		return api.JSON(http.StatusOK, object{
			"versions": strings.Fields("r0.1.0 r0.2.0 r0.2.1 r0.3.0 v1.1 v1.2 v1.3 v1.4 v1.5"),
		})
	}
	if isDocumentPath(c.URL) {
		return s.document(c.URL.Path)
	}
	routes, rest, ok := s.routesFor(path)
	if !ok {
		return noResource()
	}
	r, _, known := routes.Find(c.Method, rest)
	switch {
	case r == nil && known && c.Method == http.MethodOptions:
		return &api.Reply{Status: http.StatusOK, Header: http.Header{}}
	case r == nil && known:
		return methodNotAllowed(c.Method)
	case r == nil:
		return noResource()
	}
	if r.Unlocked {
		return api.Answer(r.Handle(c))
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return api.Answer(r.Handle(c))
}

func (s *IdentityServer) routesFor(path string) (api.Router[*api.Call], string, bool) {
	for prefix, rs := range map[string]api.Router[*api.Call]{
		"/_matrix/identity/v2": s.v2, "/_matrix/identity/api/v1": s.v1,
	} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && (rest == "" || rest[0] == '/') {
			return rs, strings.TrimPrefix(rest, "/"), true
		}
	}
	return nil, "", false
}

func (s *IdentityServer) nothing(*api.Call) (any, error) { return object{}, nil }

// noResource is the page of Sydent's web server for unknown paths.
func noResource() *api.Reply {
	return htmlReply(http.StatusNotFound, "404 - No Such Resource", "No Such Resource",
		"Sorry. No luck finding that resource.")
}

func methodNotAllowed(method string) *api.Reply {
	return htmlReply(http.StatusMethodNotAllowed, "405 - Method Not Allowed", "Method Not Allowed",
		"Your browser approached me (at) with the method \""+method+"\".  I only allow the methods it has.")
}

func htmlReply(status int, title, heading, text string) *api.Reply {
	page := "\n<html>\n  <head><title>" + title + "</title></head>\n  <body>\n    <h1>" + heading + "</h1>\n    <p>" +
		text + "</p>\n  </body>\n</html>\n"
	return &api.Reply{Status: status, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(page)}
}

func isV1(c *api.Call) bool { return strings.HasPrefix(c.URL.Path, "/_matrix/identity/api/v1") }

// params are the arguments of a call: the JSON body, or on the old paths and for GET the query and the form. Every
// missing one is named.
func params(c *api.Call, required ...string) (object, error) {
	var o object
	sends := c.Method == http.MethodPost || c.Method == http.MethodPut
	if sends && (!isV1(c) || strings.HasPrefix(c.Header.Get("Content-Type"), "application/json")) {
		v, err := signedjson.Parse(c.Body)
		if err != nil {
			return nil, api.Fail(http.StatusBadRequest, "M_BAD_JSON", "Malformed JSON")
		}
		// Old clients send the parameters in the query with a body of null.
		if o, _ = v.(object); o == nil && v != nil {
			return nil, errSydent
		}
	}
	if o == nil {
		o = object{}
		if isV1(c) || c.Method == http.MethodGet {
			addForm(c, o)
		}
	}
	var missing []string
	for _, k := range required {
		if _, ok := o[k]; !ok {
			missing = append(missing, k)
		}
	}
	if len(missing) > 0 {
		return nil, api.Fail(http.StatusBadRequest, "M_MISSING_PARAMS", "Missing parameters: "+strings.Join(missing, ","))
	}
	return o, nil
}

func addForm(c *api.Call, o object) {
	values := c.URL.Query()
	if strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(c.Body))
		for k, v := range form {
			values[k] = append(values[k], v...)
		}
	}
	for k, v := range values {
		if len(v) == 1 { // a parameter that is given twice is ignored
			o[k] = v[0]
		}
	}
}

// errSydent is the answer of Sydent to an unexpected exception.
var errSydent = api.Fail(http.StatusInternalServerError, "M_UNKNOWN", "Internal Server Error")

func unauthorized() *api.Failure {
	return api.Fail(http.StatusUnauthorized, "M_UNAUTHORIZED", "Unauthorized")
}

// tokenOf is the identity access token of a call: in the header, the query, or the body.
func tokenOf(c *api.Call) (string, error) {
	if t, ok := c.Bearer(); ok {
		return t, nil
	}
	if c.Method == http.MethodGet {
		return c.Query.Get("access_token"), nil
	}
	o, err := params(c)
	if err != nil {
		return "", err
	}
	return signedjson.String(o["access_token"]), nil
}

// authenticate returns the account of a call. With termsToo it refuses accounts that have not accepted the terms.
func (s *IdentityServer) authenticate(c *api.Call, termsToo bool) (*identityAccount, error) {
	token, err := tokenOf(c)
	if err != nil {
		return nil, err
	}
	a := s.tokens[token]
	if token == "" || a == nil {
		return nil, unauthorized()
	}
	if termsToo && len(s.terms.policies) > 0 && a.version != s.terms.version {
		return nil, api.Fail(http.StatusForbidden, "M_TERMS_NOT_SIGNED", "Terms not signed")
	}
	return a, nil
}

// Serves reports whether the path of a URL is one of an identity server.
func Serves(u *url.URL) bool {
	return strings.HasPrefix(u.Path, "/_matrix/identity") || isDocumentPath(u)
}
