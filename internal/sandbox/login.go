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
}

// A session is one sign-in.
type session struct {
	user   *user
	token  string
	device string
	ended  bool // signed out by the server
	soft   bool // and the device may come back

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
		}
	}
	w.changed() // long polls end too
}

// authenticate finds out whose token a call carries.
func (h *homeserver) authenticate(c *call) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	token, err := accessToken(c)
	if err != nil {
		return err
	}
	s := h.sessions[token]
	if s == nil {
		return unknownToken("Invalid access token passed.", false)
	}
	if s.ended && s.soft {
		return unknownToken("Access token has expired", true)
	}
	if s.ended {
		return unknownToken("Invalid access token passed.", false)
	}
	c.session = s
	return nil
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

func (h *homeserver) loginFlows(*call) (any, error) {
	return object{"flows": []object{
		{"type": "m.login.password"}, {"type": "m.login.application_service"},
	}}, nil
}

func (h *homeserver) login(c *call) (any, error) {
	body, err := c.object(false)
	if err != nil {
		return nil, err
	}
	kind, ok := body["type"].(string)
	if !ok {
		return nil, badRequest("Missing JSON keys.")
	}
	password, ok := body["password"].(string)
	if kind == "m.login.password" && !ok {
		return nil, invalidParam("Bad parameter: password")
	}
	name, err := h.loginName(body)
	if err != nil {
		return nil, err
	}
	if kind != "m.login.password" {
		return nil, badRequest("Unknown login type " + kind)
	}
	u := h.users[name]
	if u == nil || u.password != password {
		return nil, forbidden("Invalid username or password")
	}
	s := h.newSession(u, str(body["device_id"]))
	return object{
		"user_id": u.id, "access_token": s.token, "home_server": h.opts.Domain, "device_id": s.device,
		"well_known": h.wellKnown(),
	}, nil
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

func (h *homeserver) newSession(u *user, device string) *session {
	if device == "" {
		device = strings.ToUpper(h.dice.pick("device", letters, 10))
	}
	for token, s := range h.sessions {
		if s.user == u && s.device == device { // a device has one token
			delete(h.sessions, token)
		}
	}
	s := &session{
		user: u, device: device, sentMembers: map[string]map[string]string{},
		token: "syt_" + encodeURLBase64([]byte(u.id[1:])) + "_" + h.dice.pick("access token", letters, 20) + "_" +
			h.dice.pick("access token", alnum, 6),
	}
	h.sessions[s.token] = s
	return s
}

func (h *homeserver) logout(c *call) (any, error) {
	delete(h.sessions, c.session.token)
	h.changed()
	return object{}, nil
}

func (h *homeserver) logoutAll(c *call) (any, error) {
	for token, s := range h.sessions {
		if s.user == c.session.user {
			delete(h.sessions, token)
		}
	}
	h.changed()
	return object{}, nil
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
