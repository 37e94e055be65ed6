package homeserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

type openIDToken struct {
	user    string
	expires time.Time
}

// authenticate sets the session of the access token of a call. An expired token is accepted for signing out.
func (h *Homeserver) authenticate(c *request, lapsed bool) error {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	token, err := accessToken(c)
	if err != nil {
		return err
	}
	s := h.Sessions[token]
	switch {
	case s == nil && strings.HasPrefix(token, "mat_"),
		s != nil && s.Grant != nil && s.Grant.Client != "" && !h.Now().Before(s.Expires):
		// Synapse asks the Matrix Authentication Service, which does not say why.
		return unknownToken("Token is not active", false)
	case s == nil:
		return unknownToken("Invalid access token passed.", false)
	case s.Grant != nil && !h.Now().Before(s.Expires) && !lapsed:
		return unknownToken("Access token has expired", true)
	}
	if s.Ended && s.Soft {
		return unknownToken("Access token has expired", true)
	}
	if s.Ended {
		return unknownToken("Invalid access token passed.", false)
	}
	s.Used = true // also of a locked account: the refresh token that gave it is then no longer valid
	c.session = s
	return refusedAccount(s, lapsed)
}

func unknownToken(text string, soft bool) *api.Failure {
	f := api.Fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", text)
	f.Extra = object{"soft_logout": soft}
	return f
}

func accessToken(c *request) (string, error) {
	inQuery := c.Query.Get("access_token")
	if len(c.Header.Values("Authorization")) == 0 {
		if inQuery == "" {
			return "", missingToken("Missing access token")
		}
		return inQuery, nil
	}
	if c.Query.Has("access_token") {
		return "", missingToken("Mixing Authorization headers and access_token query parameters.")
	}
	token, ok := c.Bearer()
	if !ok || strings.Contains(token, " ") {
		return "", missingToken("Invalid Authorization header.")
	}
	return token, nil
}

func missingToken(text string) *api.Failure {
	return api.Fail(http.StatusUnauthorized, "M_MISSING_TOKEN", text)
}

func (h *Homeserver) login(c *request) (any, error) {
	body, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	renewable, ok := body["refresh_token"].(bool)
	if v, given := body["refresh_token"]; given && v != nil && !ok {
		return nil, api.BadRequest("`refresh_token` should be true or false.")
	}
	u, err := h.loginUser(body)
	if err == nil {
		err = mayLogIn(u)
	}
	if err != nil {
		return nil, err
	}
	answer := object{"user_id": u.ID, "home_server": h.Domain(), "well_known": h.wellKnown()}
	s := h.NewSession(u, signedjson.String(body["device_id"]))
	if renewable && !h.Ways.NoRefresh {
		p := h.NewGrant(s, "", "")
		s = p.Access
		answer["refresh_token"], answer["expires_in_ms"] = p.Refresh.Token, p.Lifetime(h.Now()).Milliseconds()
	}
	answer["access_token"], answer["device_id"] = s.Token, s.Device
	return answer, nil
}

// loginUser returns the user who signs in.
func (h *Homeserver) loginUser(body object) (*account.User, error) {
	kind, ok := body["type"].(string)
	if !ok {
		return nil, api.BadRequest("Missing JSON keys.")
	}
	if kind == "m.login.token" && h.HasProvider("") {
		return h.loginByToken(body)
	}
	password, ok := body["password"].(string)
	if kind == "m.login.password" && !ok {
		return nil, api.InvalidParam("Bad parameter: password")
	}
	name, err := h.loginName(body)
	if err != nil {
		return nil, err
	}
	if kind != "m.login.password" || !h.Ways.Password {
		return nil, api.BadRequest("Unknown login type " + kind)
	}
	u := h.Users[name]
	if u == nil || u.Password != password {
		return nil, api.Forbidden("Invalid username or password")
	}
	return u, nil
}

// loginName returns the user ID of a login identifier; empty if there is no such user.
func (h *Homeserver) loginName(body object) (string, error) {
	id, _ := body["identifier"].(object)
	if len(id) == 0 { // the fields of the old API
		id = object{"type": "m.id.user", "user": body["user"]}
		if body["address"] != nil {
			id = object{"type": "m.id.thirdparty", "medium": body["medium"], "address": body["address"]}
		}
		if id["user"] == nil && id["address"] == nil {
			return "", api.InvalidParam("Invalid login submission")
		}
	}
	switch id["type"] {
	case nil:
		return "", api.InvalidParam("'identifier' dict has no key 'type'")
	case "m.id.thirdparty":
		if id["medium"] == nil || id["address"] == nil {
			return "", api.BadRequest("Invalid thirdparty identifier")
		}
		return h.threePIDs[threepid.ID{Medium: signedjson.String(id["medium"]), Address: threepid.Fold(signedjson.String(id["address"]))}], nil
	case "m.id.user":
		name, ok := id["user"].(string)
		if !ok {
			return "", api.BadRequest("User identifier is missing 'user' key")
		}
		if !strings.HasPrefix(name, "@") {
			name = "@" + strings.ToLower(name) + ":" + h.Domain()
		}
		return name, nil
	}
	return "", api.BadRequest("Unknown login identifier type")
}

// logout does not know sessions of OAuth: crates/handlers/src/compat/logout.rs of the Matrix Authentication Service, which
// answers it in the homeserver's place.
func (h *Homeserver) logout(c *request) (any, error) {
	if g := c.session.Grant; g != nil && g.Client != "" {
		return nil, unknownToken("Invalid access token", false)
	}
	h.End(c.session)
	h.Changed()
	return object{}, nil
}

func (h *Homeserver) logoutAll(c *request) (any, error) {
	for _, s := range h.Sessions {
		if s.User == c.session.User {
			h.End(s)
		}
	}
	h.Changed()
	return object{}, nil
}

func (h *Homeserver) whoami(c *request) (any, error) {
	return object{"user_id": c.session.User.ID, "is_guest": false, "device_id": c.session.Device}, nil
}

const openIDLifetime = time.Hour

func (h *Homeserver) requestOpenIDToken(c *request) (any, error) {
	if c.Args["user"] != c.session.User.ID {
		return nil, api.Forbidden("Cannot request tokens for other users.")
	}
	if _, err := c.Object(false); err != nil {
		return nil, err
	}
	token := h.Random.Pick("openid token", network.Letters, 24)
	h.openID[token] = openIDToken{c.session.User.ID, h.Now().Add(openIDLifetime)}
	return object{
		"access_token": token, "token_type": "Bearer", "matrix_server_name": h.Domain(),
		"expires_in": int(openIDLifetime.Seconds()),
	}, nil
}

func (h *Homeserver) openIDUserInfo(c *request) (any, error) {
	if !c.Query.Has("access_token") {
		return nil, api.Fail(http.StatusUnauthorized, "M_MISSING_TOKEN", "Access Token required")
	}
	t, ok := h.openID[c.Query.Get("access_token")]
	if !ok || h.Now().After(t.expires) {
		return nil, api.Fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Access Token unknown or expired")
	}
	return object{"sub": t.user}, nil
}
