package identityserver

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// register exchanges an OpenID token of a homeserver for a token of the identity server.
func (s *IdentityServer) register(c *api.Call) (any, error) {
	body, err := params(c, "matrix_server_name", "access_token")
	if err != nil {
		return nil, err
	}
	name, ok := body["matrix_server_name"].(string)
	token, isString := body["access_token"].(string)
	if !ok || !isString {
		return nil, errSydent
	}
	name = strings.ToLower(name)
	if !isServerName(name) {
		return nil, api.InvalidParam("matrix_server_name must be a valid Matrix server name (IP address or hostname)")
	}
	user, err := s.userInfo(c, name, token)
	if err != nil {
		return nil, err
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.issueToken(user), nil
}

// isServerName is https://spec.matrix.org/latest/appendices/#server-name, as Sydent reads it.
func isServerName(s string) bool {
	if i := strings.LastIndexByte(s, ':'); i > 0 && !strings.HasSuffix(s, "]") {
		port, err := strconv.Atoi(s[i+1:])
		if err != nil || strconv.Itoa(port) != s[i+1:] || port < 1 || port > 65535 {
			return false
		}
		s = s[:i]
	}
	if ip, ok := strings.CutPrefix(s, "["); ok {
		return net.ParseIP(strings.TrimSuffix(ip, "]")) != nil
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label || strings.Trim(label, network.Alphanumeric+"-") != "" {
			return false
		}
	}
	return true
}

// userInfo asks the homeserver for the user of an OpenID token. Sydent does not look at the status of the answer: a
// refusal is an answer without "sub".
func (s *IdentityServer) userInfo(c *api.Call, name, token string) (string, error) {
	trouble := func(text string) error { return api.Fail(http.StatusInternalServerError, "M_UNKNOWN", text) }
	if name != strings.ToLower(s.Domain()) {
		return "", trouble("Unable to contact the Matrix homeserver (DNSLookupError)")
	}
	u := s.HomeserverURL() + "/_matrix/federation/v1/openid/userinfo?" + url.Values{"access_token": {token}}.Encode()
	_, answer, err := s.Ask(c.Context, identityServerName, http.MethodGet, u, "", nil)
	if c.Context.Err() != nil {
		return "", c.Context.Err()
	}
	if answer == nil && err != nil {
		return "", trouble("Unable to contact the Matrix homeserver (ConnectionRefusedError)")
	}
	sub, ok := answer["sub"]
	if !ok {
		return "", trouble("The Matrix homeserver did not include 'sub' in its response")
	}
	user, ok := sub.(string)
	if !ok {
		return "", trouble("The Matrix homeserver returned a malformed reply")
	}
	_, domain, ok := strings.Cut(user, ":")
	if !ok {
		return "", trouble("The Matrix homeserver returned an invalid MXID")
	}
	if domain != name {
		return "", trouble("The Matrix homeserver returned a MXID belonging to another homeserver")
	}
	return user, nil
}

func (s *IdentityServer) issueToken(user string) object {
	token := s.Random.Pick("identity token", network.Alphanumeric, 64)
	s.tokens[token] = s.accountOf(user)
	return object{"access_token": token, "token": token}
}

func (s *IdentityServer) accountOf(user string) *identityAccount {
	a := s.accounts[user]
	if a == nil {
		a = &identityAccount{user: user, agreed: map[string]bool{}}
		s.accounts[user] = a
	}
	return a
}

func (s *IdentityServer) account(c *api.Call) (any, error) {
	a, err := s.authenticate(c, true)
	if err != nil {
		return nil, err
	}
	return object{"user_id": a.user}, nil
}

func (s *IdentityServer) logout(c *api.Call) (any, error) {
	if _, err := s.authenticate(c, false); err != nil {
		return nil, err
	}
	token, err := tokenOf(c)
	if err != nil {
		return nil, err
	}
	delete(s.tokens, token)
	return object{}, nil
}

func (s *IdentityServer) getTerms(*api.Call) (any, error) {
	policies := object{}
	for id, p := range s.terms.policies {
		o := object{"version": p.Version}
		for language, d := range p.Languages {
			o[language] = d
		}
		policies[id] = o
	}
	return object{"policies": policies}, nil
}

func (s *IdentityServer) agree(c *api.Call) (any, error) {
	a, err := s.authenticate(c, false)
	if err != nil {
		return nil, err
	}
	body, err := params(c, "user_accepts")
	if err != nil {
		return nil, err
	}
	urls, ok := body["user_accepts"].([]any)
	if !ok {
		return nil, errSydent
	}
	known := s.terms.urls()
	var unknown []string
	for _, u := range urls {
		if !known[signedjson.String(u)] && !slices.Contains(unknown, signedjson.String(u)) {
			unknown = append(unknown, signedjson.String(u))
		}
	}
	if len(unknown) > 0 {
		return nil, api.BadRequest("Unrecognised URLs: " + strings.Join(unknown, ", "))
	}
	for _, u := range urls {
		a.agreed[signedjson.String(u)] = true
	}
	if s.terms.satisfied(a.agreed) {
		a.version = s.terms.version
	}
	return object{}, nil
}

func (t terms) urls() map[string]bool {
	all := map[string]bool{}
	for _, p := range t.policies {
		for _, d := range p.Languages {
			all[d.URL] = true
		}
	}
	return all
}

// satisfied reports whether all policies were accepted, each in any language.
func (t terms) satisfied(agreed map[string]bool) bool {
	for _, p := range t.policies {
		if !slices.ContainsFunc(slices.Collect(maps.Values(p.Languages)), func(d Document) bool { return agreed[d.URL] }) {
			return false
		}
	}
	return true
}
