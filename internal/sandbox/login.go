package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// A user has an account on the homeserver.
type user struct {
	id          string
	password    string
	displayName string
	avatarURL   string
	filters     []object
	data        map[dataKey]accountDatum

	locked, suspended, deactivated bool
}

// A session is one sign-in.
type session struct {
	user   *user
	token  string
	device string
	ended  bool // signed out by the server
	soft   bool // and the device may come back

	grant   *grant    // that gave the token; nil for one that lasts
	expires time.Time // if there is a grant
	used    bool

	sentMembers map[string]map[string]string // what lazy loading has sent: room, user, event ID
}

type openIDToken struct {
	user    string
	expires time.Time
}

// AddUser makes an account.
func (w *World) AddUser(localpart, password, displayName string) (userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := &user{
		id: "@" + localpart + ":" + w.opts.Domain, password: password, displayName: displayName,
		data: map[dataKey]accountDatum{},
	}
	w.hs.users[u.id] = u
	return u.id
}

// SignOutEverywhere ends all sessions of a user. A soft sign-out tells clients to keep what they know and to sign in
// again: https://spec.matrix.org/latest/client-server-api/#soft-logout.
func (w *World) SignOutEverywhere(userID string, soft bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.hs.sessions {
		if s.user.id == userID {
			s.ended, s.soft = true, soft
			if s.grant != nil && !soft {
				s.grant.ended = true // its refresh token goes with the device
			}
		}
	}
	w.changed() // long polls end too
}

// authenticate finds out whose token a call carries. One that has expired is good for signing out.
func (h *homeserver) authenticate(c *call, lapsed bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	token, err := accessToken(c)
	if err != nil {
		return err
	}
	s := h.sessions[token]
	switch {
	case s == nil && strings.HasPrefix(token, "mat_"),
		s != nil && s.grant != nil && s.grant.client != "" && !h.now().Before(s.expires):
		// Synapse asks the Matrix Authentication Service, which does not say why.
		return unknownToken("Token is not active", false)
	case s == nil:
		return unknownToken("Invalid access token passed.", false)
	case s.grant != nil && !h.now().Before(s.expires) && !lapsed:
		return unknownToken("Access token has expired", true)
	}
	if s.ended && s.soft {
		return unknownToken("Access token has expired", true)
	}
	if s.ended {
		return unknownToken("Invalid access token passed.", false)
	}
	s.used = true // even of a locked account, which pins the renewal that gave the token
	c.session = s
	return s.refusedAccount(lapsed)
}

func unknownToken(text string, soft bool) *failure {
	f := fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", text)
	f.extra = object{"soft_logout": soft}
	return f
}

func accessToken(c *call) (string, error) {
	inQuery := c.query.Get("access_token")
	if len(c.header.Values("Authorization")) == 0 {
		if inQuery == "" {
			return "", missingToken("Missing access token")
		}
		return inQuery, nil
	}
	if c.query.Has("access_token") {
		return "", missingToken("Mixing Authorization headers and access_token query parameters.")
	}
	token, ok := c.bearer()
	if !ok || strings.Contains(token, " ") {
		return "", missingToken("Invalid Authorization header.")
	}
	return token, nil
}

func missingToken(text string) *failure {
	return fail(http.StatusUnauthorized, "M_MISSING_TOKEN", text)
}

func invalidParam(text string) *failure { return fail(http.StatusBadRequest, "M_INVALID_PARAM", text) }

func missingParam(text string) *failure { return fail(http.StatusBadRequest, "M_MISSING_PARAM", text) }

func (h *homeserver) login(c *call) (any, error) {
	body, err := c.object(false)
	if err != nil {
		return nil, err
	}
	renewable, ok := body["refresh_token"].(bool)
	if v, given := body["refresh_token"]; given && v != nil && !ok {
		return nil, badRequest("`refresh_token` should be true or false.")
	}
	u, err := h.loginUser(body)
	if err == nil {
		err = u.mayLogIn()
	}
	if err != nil {
		return nil, err
	}
	answer := object{"user_id": u.id, "home_server": h.opts.Domain, "well_known": h.wellKnown()}
	s := h.newSession(u, str(body["device_id"]))
	if renewable && !h.ways.NoRefresh {
		p := h.newGrant(s, "", "")
		s = p.access
		answer["refresh_token"], answer["expires_in_ms"] = p.refresh.token, p.lifetime(h.now()).Milliseconds()
	}
	answer["access_token"], answer["device_id"] = s.token, s.device
	return answer, nil
}

// loginUser finds out who signs in.
func (h *homeserver) loginUser(body object) (*user, error) {
	kind, ok := body["type"].(string)
	if !ok {
		return nil, badRequest("Missing JSON keys.")
	}
	if kind == "m.login.token" && h.provider("") {
		return h.loginByToken(body)
	}
	password, ok := body["password"].(string)
	if kind == "m.login.password" && !ok {
		return nil, invalidParam("Bad parameter: password")
	}
	name, err := h.loginName(body)
	if err != nil {
		return nil, err
	}
	if kind != "m.login.password" || !h.ways.Password {
		return nil, badRequest("Unknown login type " + kind)
	}
	u := h.users[name]
	if u == nil || u.password != password {
		return nil, forbidden("Invalid username or password")
	}
	return u, nil
}

// loginName is the user ID somebody means to sign in with; empty if it is nobody's.
func (h *homeserver) loginName(body object) (string, error) {
	id, _ := body["identifier"].(object)
	if len(id) == 0 { // the fields of old
		id = object{"type": "m.id.user", "user": body["user"]}
		if body["address"] != nil {
			id = object{"type": "m.id.thirdparty", "medium": body["medium"], "address": body["address"]}
		}
		if id["user"] == nil && id["address"] == nil {
			return "", invalidParam("Invalid login submission")
		}
	}
	switch id["type"] {
	case nil:
		return "", invalidParam("'identifier' dict has no key 'type'")
	case "m.id.thirdparty":
		if id["medium"] == nil || id["address"] == nil {
			return "", badRequest("Invalid thirdparty identifier")
		}
		return h.is.bound[threePID{str(id["medium"]), fold(str(id["address"]))}], nil
	case "m.id.user":
		name, ok := id["user"].(string)
		if !ok {
			return "", badRequest("User identifier is missing 'user' key")
		}
		if !strings.HasPrefix(name, "@") {
			name = "@" + strings.ToLower(name) + ":" + h.opts.Domain
		}
		return name, nil
	}
	return "", badRequest("Unknown login identifier type")
}

// newSession signs somebody in. A device has one session: the one before it ends.
func (h *homeserver) newSession(u *user, device string) *session {
	if device == "" {
		device = strings.ToUpper(h.dice.pick("device", letters, 10))
	}
	for _, s := range h.sessions {
		if s.user == u && s.device == device {
			h.end(s)
		}
	}
	return h.mint(u, device, "syt_"+encodeURLBase64([]byte(u.id[1:]))+"_"+h.dice.pick("access token", letters, 20)+"_"+
		h.dice.pick("access token", alnum, 6))
}

// mint makes an access token for a device.
func (h *homeserver) mint(u *user, device, token string) *session {
	s := &session{user: u, device: device, token: token, sentMembers: map[string]map[string]string{}}
	h.sessions[token] = s
	return s
}

// logout does not know sessions of OAuth: crates/handlers/src/compat/logout.rs of the Matrix Authentication Service, which
// answers it in the homeserver's place.
func (h *homeserver) logout(c *call) (any, error) {
	if g := c.session.grant; g != nil && g.client != "" {
		return nil, unknownToken("Invalid access token", false)
	}
	h.end(c.session)
	h.changed()
	return object{}, nil
}

func (h *homeserver) logoutAll(c *call) (any, error) {
	for _, s := range h.sessions {
		if s.user == c.session.user {
			h.end(s)
		}
	}
	h.changed()
	return object{}, nil
}

// end signs a session out, with what could renew it.
func (h *homeserver) end(s *session) {
	delete(h.sessions, s.token)
	if s.grant != nil {
		h.endGrant(s.grant)
	}
}

func (h *homeserver) whoami(c *call) (any, error) {
	return object{"user_id": c.session.user.id, "is_guest": false, "device_id": c.session.device}, nil
}

const openIDLifetime = time.Hour

func (h *homeserver) requestOpenIDToken(c *call) (any, error) {
	if c.args["user"] != c.session.user.id {
		return nil, forbidden("Cannot request tokens for other users.")
	}
	if _, err := c.object(false); err != nil {
		return nil, err
	}
	token := h.dice.pick("openid token", letters, 24)
	h.openID[token] = openIDToken{c.session.user.id, h.now().Add(openIDLifetime)}
	return object{
		"access_token": token, "token_type": "Bearer", "matrix_server_name": h.opts.Domain,
		"expires_in": int(openIDLifetime.Seconds()),
	}, nil
}

func (h *homeserver) openIDUserInfo(c *call) (any, error) {
	if !c.query.Has("access_token") {
		return nil, fail(http.StatusUnauthorized, "M_MISSING_TOKEN", "Access Token required")
	}
	t, ok := h.openID[c.query.Get("access_token")]
	if !ok || h.now().After(t.expires) {
		return nil, fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Access Token unknown or expired")
	}
	return object{"sub": t.user}, nil
}
