package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An authServer is an OAuth 2.0 server as a Matrix Authentication Service is one:
// https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api. Unlike that one it minds how often it is asked about a
// device code, as RFC 8628 has it.
type authServer struct {
	*World

	clients map[string]*oauthClient
	codes   map[string]*authCode
	devices map[string]*deviceCode // by device code
	router  router
}

// An oauthClient is a program that has registered.
type oauthClient struct {
	id        string
	name      string
	native    bool
	redirects []string
	grants    []string
}

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

func newAuthServer(w *World) *authServer {
	a := &authServer{
		World: w, clients: map[string]*oauthClient{}, codes: map[string]*authCode{}, devices: map[string]*deviceCode{},
	}
	r := &a.router
	r.add(post, "/oauth2/registration", a.register)
	r.add(post, "/oauth2/device", a.startDevice)
	r.add(post, "/oauth2/token", a.token)
	r.add(post, "/oauth2/revoke", a.revoke)
	r.add(get, "/authorize", a.page)
	r.add(post, "/authorize", a.decide)
	r.add(get, "/link", a.page)
	r.add(post, "/link", a.decide)
	r.add(get, "/sso", a.page)
	r.add(post, "/sso", a.decide)
	r.add(get, "/.well-known/openid-configuration", func(*call) (any, error) { return a.metadata(), nil })
	return a
}

func isAuthPath(u *url.URL) bool {
	switch u.Path {
	case "/authorize", "/link", "/sso", "/.well-known/openid-configuration":
		return true
	}
	return strings.HasPrefix(u.Path, "/oauth2/")
}

func (a *authServer) serve(c *call) *reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, _, known := a.router.find(c.method, c.url.EscapedPath())
	var answered *reply
	switch {
	case r == nil && known:
		answered = &reply{status: http.StatusMethodNotAllowed, header: http.Header{}}
	case r == nil || !a.hs.ways.OAuth && c.url.Path != "/sso":
		answered = &reply{status: http.StatusNotFound, header: http.Header{}}
	default:
		answered = oauthAnswer(r.handle(c))
	}
	maps.Copy(answered.header, http.Header{
		"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}, "Access-Control-Allow-Origin": {"*"},
	})
	return answered
}

// A refusal is an error of OAuth: RFC 6749, section 5.2.
type refusal struct {
	status            int
	code, description string
}

func (r *refusal) Error() string { return r.code + ": " + r.description }

func refuse(code, description string) *refusal {
	return &refusal{http.StatusBadRequest, code, description}
}

func oauthAnswer(v any, err error) *reply {
	if err == nil {
		return answer(v, nil)
	}
	r, ok := err.(*refusal) //nolint:errorlint // handlers never wrap what they answer
	if !ok {
		r = &refusal{http.StatusInternalServerError, "server_error", ""}
	}
	o := object{"error": r.code}
	if r.description != "" {
		o["error_description"] = r.description
	}
	return jsonReply(r.status, o)
}

// authMetadata is how the homeserver says where the OAuth server is.
func (h *homeserver) authMetadata() *reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ways.OAuth {
		return fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").reply()
	}
	return jsonReply(http.StatusOK, h.as.metadata())
}

func (a *authServer) metadata() object {
	at := a.opts.AuthServerURL
	m := object{
		"issuer":                                at + "/",
		"authorization_endpoint":                at + "/authorize",
		"token_endpoint":                        at + "/oauth2/token",
		"registration_endpoint":                 at + "/oauth2/registration",
		"revocation_endpoint":                   at + "/oauth2/revoke",
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query", "fragment"},
		"grant_types_supported":                 []string{grantCode, grantRefresh},
		"code_challenge_methods_supported":      []string{"plain", "S256"},
		"prompt_values_supported":               []string{"login"},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"account_management_uri":                at + "/account/",
	}
	if !a.hs.ways.NoDeviceGrant {
		m["device_authorization_endpoint"] = at + "/oauth2/device"
		m["grant_types_supported"] = []string{grantCode, grantRefresh, grantDevice}
	}
	return m
}

// form reads the parameters of a request, and which program makes it.
func (a *authServer) form(c *call) (url.Values, *oauthClient, error) {
	if kind, _, _ := strings.Cut(c.header.Get("Content-Type"), ";"); kind != "application/x-www-form-urlencoded" {
		return nil, nil, refuse("invalid_request", "")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, nil, refuse("invalid_request", "")
	}
	client := a.clients[form.Get("client_id")]
	if client == nil {
		return nil, nil, &refusal{http.StatusUnauthorized, "invalid_client", ""}
	}
	return form, client, nil
}

// revoke ends a session by either of its tokens: RFC 7009. A token that is no longer valid ends nothing and is answered
// 200 all the same, a refresh token that was exchanged among them, and so is one of another kind than its hint:
// crates/handlers/src/oauth2/revoke.rs of the Matrix Authentication Service.
func (a *authServer) revoke(c *call) (any, error) {
	form, client, err := a.form(c)
	if err != nil {
		return nil, err
	}
	var g *grant
	switch hint := form.Get("token_type_hint"); hint {
	case "", "access_token", "refresh_token":
		g = a.revocable(form.Get("token"), hint)
	default:
		return nil, refuse("unsupported_token_type", "")
	}
	switch {
	case g == nil: // nothing is said about tokens that are not valid
	case g.client != client.id:
		return nil, &refusal{http.StatusUnauthorized, "unauthorized_client", ""}
	default:
		a.hs.endGrant(g)
	}
	return &reply{status: http.StatusOK, header: http.Header{}}, nil
}

// revocable finds the grant of a valid token of the hinted kind; nil if there is none.
func (a *authServer) revocable(token, hint string) *grant {
	t, s := a.hs.refreshTokens[token], a.hs.sessions[token]
	switch {
	case hint != "access_token" && t != nil && t.next == nil && !t.grant.ended:
		return t.grant
	case hint != "refresh_token" && s != nil && s.grant != nil && s.grant.client != "" && a.now().Before(s.expires):
		return s.grant
	}
	return nil
}

// scopeDevice finds the device in a scope:
// https://spec.matrix.org/v1.19/client-server-api/#device-id-allocation.
func scopeDevice(scope string) (device string, ok bool) {
	api := false
	for _, s := range strings.Fields(scope) {
		if d, is := strings.CutPrefix(s, "urn:matrix:client:device:"); is {
			if device != "" || len(d) < 10 || strings.Trim(d, alnum+"-._~") != "" {
				return "", false
			}
			device = d
		}
		api = api || s == "urn:matrix:client:api:*"
	}
	return device, api && device != ""
}

// seconds is how OAuth writes how long something is good for.
func seconds(d time.Duration) int { return int(d / time.Second) }
