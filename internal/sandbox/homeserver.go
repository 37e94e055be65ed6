package sandbox

import (
	"maps"
	"net/http"
	"strings"
)

// A homeserver answers as Synapse does.
type homeserver struct {
	*World

	users       map[string]*user
	sessions    map[string]*session // by access token
	openID      map[string]openIDToken
	ways        Ways
	loginTokens map[string]loginToken // of single sign-on

	refreshTokens map[string]*refreshToken

	rooms       map[string]*room
	roomIDs     []string          // in the order they were made
	aliases     map[string]string // to room IDs
	stream      int               // the position of the newest event or account data
	inviteLimit *bucket           // rc_third_party_invite; nil: none
	refused     map[threePID]bool // no invite is sent to these

	userInviteLimits userInviteLimits

	txns map[string]*transaction

	client     router
	federation router
}

func newHomeserver(w *World) *homeserver {
	h := &homeserver{
		World:    w,
		users:    map[string]*user{},
		sessions: map[string]*session{},
		openID:   map[string]openIDToken{},
		ways:     Ways{Password: true, TokenLifetime: stockTokenLifetime},
		rooms:    map[string]*room{},
		aliases:  map[string]string{},
		txns:     map[string]*transaction{},
		refused:  map[threePID]bool{},

		loginTokens:   map[string]loginToken{},
		refreshTokens: map[string]*refreshToken{},
	}
	h.routes()
	return h
}

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

func (h *homeserver) routes() {
	c := &h.client
	c.add(get, "login", h.loginFlows).public = true
	c.add(post, "login", h.login).public = true
	c.add(get, "login/sso/redirect", h.ssoRedirect).public = true
	c.add(get, "login/sso/redirect/{provider}", h.ssoRedirect).public = true
	c.add(post, "refresh", h.refresh).public = true
	c.add(post, "logout", h.logout).lapsed = true
	c.add(post, "logout/all", h.logoutAll).lapsed = true
	c.add(get, "account/whoami", h.whoami)
	c.add(get, "account/3pid", h.threePIDs)
	c.add(get, "capabilities", h.capabilities)
	c.add(get, "profile/{user}", h.profile).public = true
	c.add(get, "profile/{user}/{field}", h.profileField).public = true
	c.add(put, "profile/{user}/{field}", h.setProfileField)
	c.add(post, "user/{user}/openid/request_token", h.requestOpenIDToken)
	c.add(post, "user/{user}/filter", h.createFilter)
	c.add(get, "user/{user}/filter/{filter}", h.getFilter)
	c.add(get, "user/{user}/account_data/{type}", h.accountData)
	c.add(put, "user/{user}/account_data/{type}", h.setAccountData)
	c.add(get, "user/{user}/rooms/{room}/account_data/{type}", h.accountData)
	c.add(put, "user/{user}/rooms/{room}/account_data/{type}", h.setAccountData)
	c.add(get, "sync", h.sync).open = true

	c.add(get, "joined_rooms", h.joinedRooms)
	c.add(get, "directory/room/{alias}", h.resolveAlias).public = true
	c.add(get, "rooms/{room}/state", h.getState)
	c.add(get, "rooms/{room}/state/{type}", h.getStateEvent)
	c.add(get, "rooms/{room}/state/{type}/{key}", h.getStateEvent)
	c.add(put, "rooms/{room}/state/{type}", h.putStateEvent)
	c.add(put, "rooms/{room}/state/{type}/{key}", h.putStateEvent)
	c.add(get, "rooms/{room}/members", h.members)
	c.add(get, "rooms/{room}/joined_members", h.joinedMembers)
	c.add(get, "rooms/{room}/messages", h.messages)
	c.add(get, "rooms/{room}/event/{event}", h.getEvent)
	c.add(post, "rooms/{room}/send/{type}", h.send)
	c.add(put, "rooms/{room}/send/{type}/{txn}", h.send)
	c.add(post, "rooms/{room}/redact/{event}", h.redactEvent)
	c.add(put, "rooms/{room}/redact/{event}/{txn}", h.redactEvent)

	c.add(post, "createRoom", h.createRoom).open = true
	c.add(post, "join/{room}", h.joinByAlias).open = true
	c.add(put, "join/{room}/{txn}", h.joinByAlias).open = true
	for _, action := range []string{"join", "invite", "leave", "ban", "unban", "kick"} {
		do := h.membershipAction(action)
		c.add(post, "rooms/{room}/"+action, do).open = true
		c.add(put, "rooms/{room}/"+action+"/{txn}", do).open = true
	}
	c.add(post, "rooms/{room}/forget", h.forget)

	h.courtesies()

	f := &h.federation
	f.add(get, "openid/userinfo", h.openIDUserInfo).public = true
	f.add(get, "version", h.federationVersion).public = true
	bind := f.add(post, "3pid/onbind", h.onBind)
	bind.public, bind.open = true, true
}

// serve answers a call to the homeserver's own host.
func (h *homeserver) serve(c *call) *reply {
	p := c.url.EscapedPath()
	var r *reply
	switch {
	case c.method == http.MethodOptions:
		r = &reply{status: http.StatusNoContent, header: http.Header{}}
	case p == "/_matrix/client/versions":
		r = jsonReply(http.StatusOK, h.versions())
	case p == "/_matrix/client/v1/auth_metadata":
		r = h.authMetadata()
	case strings.HasPrefix(p, "/.well-known/matrix/"):
		return h.serveDomain(c)
	default:
		r = h.dispatch(c, p)
	}
	maps.Copy(r.header, http.Header{
		"Access-Control-Allow-Origin":   {"*"},
		"Access-Control-Allow-Methods":  {"GET, HEAD, POST, PUT, DELETE, OPTIONS"},
		"Access-Control-Allow-Headers":  {"X-Requested-With, Content-Type, Authorization, Date"},
		"Access-Control-Expose-Headers": {"Synapse-Trace-Id, Server"},
		"Cache-Control":                 {"no-cache, no-store, must-revalidate"},
		"Server":                        {"Synapse/" + synapseVersion},
	})
	return r
}

const synapseVersion = "1.163.2"

func (h *homeserver) dispatch(c *call, path string) *reply {
	routes, rest := h.routesFor(path)
	r, args, known := routes.find(c.method, rest)
	switch {
	case r == nil && known:
		return fail(http.StatusMethodNotAllowed, "M_UNRECOGNIZED", "Unrecognized request").reply()
	case r == nil:
		return fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").reply()
	}
	c.args = args
	if !r.public {
		if err := h.authenticate(c, r.lapsed); err != nil {
			return answer(nil, err)
		}
	}
	if r.open {
		return answer(r.handle(c))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return answer(r.handle(c))
}

// routesFor takes the version off a path. Synapse serves every endpoint under all of these.
func (h *homeserver) routesFor(path string) (router, string) {
	if rest, ok := strings.CutPrefix(path, "/_matrix/federation/v1/"); ok {
		return h.federation, rest
	}
	for _, v := range []string{"v3/", "r0/", "unstable/", "api/v1/"} {
		if rest, ok := strings.CutPrefix(path, "/_matrix/client/"+v); ok {
			return h.client, rest
		}
	}
	return nil, ""
}

// serveDomain answers on the bare domain of the user IDs: nothing but .well-known.
func (h *homeserver) serveDomain(c *call) *reply {
	r := fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").reply()
	switch c.url.Path {
	case "/.well-known/matrix/client":
		r = jsonReply(http.StatusOK, h.wellKnown())
	case "/.well-known/matrix/server":
		r = jsonReply(http.StatusOK, object{"m.server": host(h.opts.HomeserverURL)})
	}
	r.header.Set("Access-Control-Allow-Origin", "*")
	return r
}

func (h *homeserver) wellKnown() object {
	return object{
		"m.homeserver":      object{"base_url": h.opts.HomeserverURL + "/"},
		"m.identity_server": object{"base_url": h.opts.IdentityServerURL},
	}
}

func (h *homeserver) versions() object {
	all := strings.Fields("r0.0.1 r0.1.0 r0.2.0 r0.3.0 r0.4.0 r0.5.0 r0.6.0 r0.6.1 " +
		"v1.1 v1.2 v1.3 v1.4 v1.5 v1.6 v1.7 v1.8 v1.9 v1.10 v1.11 v1.12 v1.13 v1.14 v1.15")
	return object{"versions": all, "unstable_features": object{}}
}

func (h *homeserver) federationVersion(*call) (any, error) {
	return object{"server": object{"name": "Synapse", "version": synapseVersion}}, nil
}
