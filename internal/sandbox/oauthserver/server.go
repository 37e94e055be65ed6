package oauthserver

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// An AuthServer is an OAuth 2.0 server that answers like a Matrix Authentication
// Service: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api. Unlike
// that service, it answers slow_down to frequent requests for a device code, as
// RFC 8628 says.
type AuthServer struct {
	*account.Store

	clients map[string]*oauthClient
	codes   map[string]*authCode
	devices map[string]*deviceCode // by device code
	router  api.Router[*api.Call]
}

// An oauthClient is a registered client.
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

// New returns an OAuth server without clients.
func New(accounts *account.Store) *AuthServer {
	a := &AuthServer{
		Store: accounts, clients: map[string]*oauthClient{}, codes: map[string]*authCode{}, devices: map[string]*deviceCode{},
	}
	r := &a.router
	r.Add(http.MethodPost, "/oauth2/registration", a.register)
	r.Add(http.MethodPost, "/oauth2/device", a.startDevice)
	r.Add(http.MethodPost, "/oauth2/token", a.token)
	r.Add(http.MethodPost, "/oauth2/revoke", a.revoke)
	r.Add(http.MethodGet, "/authorize", a.page)
	r.Add(http.MethodPost, "/authorize", a.decide)
	r.Add(http.MethodGet, "/link", a.page)
	r.Add(http.MethodPost, "/link", a.decide)
	r.Add(http.MethodGet, "/sso", a.page)
	r.Add(http.MethodPost, "/sso", a.decide)
	r.Add(http.MethodGet, "/.well-known/openid-configuration", func(*api.Call) (any, error) { return a.metadata(), nil })
	return a
}

// Serves reports whether the path of a URL is one of an OAuth server.
func Serves(u *url.URL) bool {
	switch u.Path {
	case "/authorize", "/link", "/sso", "/.well-known/openid-configuration":
		return true
	}
	return strings.HasPrefix(u.Path, "/oauth2/")
}

// Serve answers a call.
func (a *AuthServer) Serve(c *api.Call) *api.Reply {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	r, _, known := a.router.Find(c.Method, c.URL.EscapedPath())
	var answered *api.Reply
	switch {
	case r == nil && known:
		answered = &api.Reply{Status: http.StatusMethodNotAllowed, Header: http.Header{}}
	case r == nil || !a.Ways.OAuth && c.URL.Path != "/sso":
		answered = &api.Reply{Status: http.StatusNotFound, Header: http.Header{}}
	default:
		answered = oauthAnswer(r.Handle(c))
	}
	maps.Copy(answered.Header, http.Header{
		"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}, "Access-Control-Allow-Origin": {"*"},
	})
	return answered
}

// A refusal is an OAuth error: RFC 6749, section 5.2.
type refusal struct {
	status            int
	code, description string
}

func (r *refusal) Error() string { return r.code + ": " + r.description }

func refuse(code, description string) *refusal {
	return &refusal{http.StatusBadRequest, code, description}
}

func oauthAnswer(v any, err error) *api.Reply {
	if err == nil {
		return api.Answer(v, nil)
	}
	r, ok := err.(*refusal) //nolint:errorlint // handlers never wrap what they answer
	if !ok {
		r = &refusal{http.StatusInternalServerError, "server_error", ""}
	}
	o := object{"error": r.code}
	if r.description != "" {
		o["error_description"] = r.description
	}
	return api.JSON(r.status, o)
}

func (a *AuthServer) metadata() object {
	at := a.AuthServerURL()
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
	if !a.Ways.NoDeviceGrant {
		m["device_authorization_endpoint"] = at + "/oauth2/device"
		m["grant_types_supported"] = []string{grantCode, grantRefresh, grantDevice}
	}
	return m
}

// form returns the parameters of a request and its client.
func (a *AuthServer) form(c *api.Call) (url.Values, *oauthClient, error) {
	if kind, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";"); kind != "application/x-www-form-urlencoded" {
		return nil, nil, refuse("invalid_request", "")
	}
	form, err := url.ParseQuery(string(c.Body))
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
func (a *AuthServer) revoke(c *api.Call) (any, error) {
	form, client, err := a.form(c)
	if err != nil {
		return nil, err
	}
	var g *account.Grant
	switch hint := form.Get("token_type_hint"); hint {
	case "", "access_token", "refresh_token":
		g = a.revocable(form.Get("token"), hint)
	default:
		return nil, refuse("unsupported_token_type", "")
	}
	switch {
	case g == nil: // a token that is not valid is no error
	case g.Client != client.id:
		return nil, &refusal{http.StatusUnauthorized, "unauthorized_client", ""}
	default:
		a.EndGrant(g)
	}
	return &api.Reply{Status: http.StatusOK, Header: http.Header{}}, nil
}

// revocable returns the grant of a valid token of the hinted type; nil if there is none.
func (a *AuthServer) revocable(token, hint string) *account.Grant {
	t, s := a.RefreshTokens[token], a.Sessions[token]
	switch {
	case hint != "access_token" && t != nil && t.Next == nil && !t.Grant.Ended:
		return t.Grant
	case hint != "refresh_token" && s != nil && s.Grant != nil && s.Grant.Client != "" && a.Now().Before(s.Expires):
		return s.Grant
	}
	return nil
}

// scopeDevice returns the device ID of a scope:
// https://spec.matrix.org/v1.19/client-server-api/#device-id-allocation.
func scopeDevice(scope string) (device string, ok bool) {
	hasAPI := false
	for _, s := range strings.Fields(scope) {
		if d, is := strings.CutPrefix(s, "urn:matrix:client:device:"); is {
			if device != "" || len(d) < 10 || strings.Trim(d, network.Alphanumeric+"-._~") != "" {
				return "", false
			}
			device = d
		}
		hasAPI = hasAPI || s == "urn:matrix:client:api:*"
	}
	return device, hasAPI && device != ""
}

// seconds returns a lifetime in the format of OAuth.
func seconds(d time.Duration) int { return int(d / time.Second) }
