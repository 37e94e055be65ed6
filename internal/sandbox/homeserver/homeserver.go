package homeserver

import (
	"maps"
	"net"
	"net/http"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// A Homeserver answers as Synapse does, to clients and to identity servers.
type Homeserver struct {
	*account.Store

	openID    map[string]openIDToken
	threePIDs map[threepid.ID]string // to user IDs, as identity servers reported

	rooms       map[string]*room
	roomIDs     []string             // in the order they were made
	aliases     map[string]string    // to room IDs
	stream      int                  // the position of the newest event or account data
	inviteLimit *api.Bucket          // rc_third_party_invite; nil: none
	eventLimit  *api.Bucket          // rc_message; nil: none
	refused     map[threepid.ID]bool // no invite is sent to these

	userInviteLimits userInviteLimits

	txns map[string]*transaction

	client     api.Router[*request]
	federation api.Router[*request]
}

// New returns a homeserver without rooms and limits.
func New(a *account.Store) *Homeserver {
	h := &Homeserver{
		Store:     a,
		openID:    map[string]openIDToken{},
		threePIDs: map[threepid.ID]string{},
		rooms:     map[string]*room{},
		aliases:   map[string]string{},
		txns:      map[string]*transaction{},
		refused:   map[threepid.ID]bool{},
	}
	h.routes()
	return h
}

// homeserverName is the name of this server in the log of requests.
const homeserverName = "homeserver"

// A request is a call to the homeserver.
type request struct {
	*api.Call
	session *account.Session // of the sender's access token; nil if the endpoint needs none
}

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

func (h *Homeserver) routes() {
	c := &h.client
	c.Add(get, "login", h.loginFlows).Public = true
	c.Add(post, "login", h.login).Public = true
	c.Add(get, "login/sso/redirect", h.ssoRedirect).Public = true
	c.Add(get, "login/sso/redirect/{provider}", h.ssoRedirect).Public = true
	c.Add(post, "refresh", h.refresh).Public = true
	c.Add(post, "logout", h.logout).Expired = true
	c.Add(post, "logout/all", h.logoutAll).Expired = true
	c.Add(get, "account/whoami", h.whoami)
	c.Add(get, "account/3pid", h.listThreePIDs)
	c.Add(get, "capabilities", h.capabilities)
	c.Add(get, "profile/{user}", h.profile).Public = true
	c.Add(get, "profile/{user}/{field}", h.profileField).Public = true
	c.Add(put, "profile/{user}/{field}", h.setProfileField)
	c.Add(post, "user/{user}/openid/request_token", h.requestOpenIDToken)
	c.Add(post, "user/{user}/filter", h.createFilter)
	c.Add(get, "user/{user}/filter/{filter}", h.getFilter)
	c.Add(get, "user/{user}/account_data/{type}", h.accountData)
	c.Add(put, "user/{user}/account_data/{type}", h.setAccountData)
	c.Add(get, "user/{user}/rooms/{room}/account_data/{type}", h.accountData)
	c.Add(put, "user/{user}/rooms/{room}/account_data/{type}", h.setAccountData)
	c.Add(get, "sync", h.sync).Unlocked = true
	c.Add(post, "org.matrix.simplified_msc3575/sync", h.slidingSync)

	c.Add(get, "joined_rooms", h.joinedRooms)
	c.Add(get, "directory/room/{alias}", h.resolveAlias).Public = true
	c.Add(get, "rooms/{room}/state", h.getState)
	c.Add(get, "rooms/{room}/state/{type}", h.getStateEvent)
	c.Add(get, "rooms/{room}/state/{type}/{key}", h.getStateEvent)
	c.Add(put, "rooms/{room}/state/{type}", h.putStateEvent).Unlocked = true
	c.Add(put, "rooms/{room}/state/{type}/{key}", h.putStateEvent).Unlocked = true
	c.Add(get, "rooms/{room}/members", h.members)
	c.Add(get, "rooms/{room}/joined_members", h.joinedMembers)
	c.Add(get, "rooms/{room}/messages", h.messages)
	c.Add(get, "rooms/{room}/event/{event}", h.getEvent)
	c.Add(post, "rooms/{room}/send/{type}", h.send)
	c.Add(put, "rooms/{room}/send/{type}/{txn}", h.send)
	c.Add(post, "rooms/{room}/redact/{event}", h.redactEvent)
	c.Add(put, "rooms/{room}/redact/{event}/{txn}", h.redactEvent)

	c.Add(post, "rooms/{room}/upgrade", h.upgrade)
	c.Add(post, "createRoom", h.createRoom).Unlocked = true
	c.Add(post, "join/{room}", h.joinByAlias).Unlocked = true
	c.Add(put, "join/{room}/{txn}", h.joinByAlias).Unlocked = true
	for _, action := range []string{"join", "invite", "leave", "ban", "unban", "kick"} {
		do := h.membershipAction(action)
		c.Add(post, "rooms/{room}/"+action, do).Unlocked = true
		c.Add(put, "rooms/{room}/"+action+"/{txn}", do).Unlocked = true
	}
	c.Add(post, "rooms/{room}/forget", h.forget)

	h.stubEndpoints()

	f := &h.federation
	f.Add(get, "openid/userinfo", h.openIDUserInfo).Public = true
	f.Add(get, "version", h.federationVersion).Public = true
	bind := f.Add(post, "3pid/onbind", h.onBind)
	bind.Public, bind.Unlocked = true, true
}

// Serve answers a call to the host of the homeserver.
func (h *Homeserver) Serve(c *api.Call) *api.Reply {
	p := c.URL.EscapedPath()
	var r *api.Reply
	switch {
	case c.Method == http.MethodOptions:
		r = &api.Reply{Status: http.StatusNoContent, Header: http.Header{}}
	case p == "/_matrix/client/versions":
		r = api.JSON(http.StatusOK, h.versions())
	case p == "/_matrix/client/v1/auth_metadata":
		r = h.authMetadata(c)
	case strings.HasPrefix(p, "/.well-known/matrix/"):
		return h.ServeDomain(c)
	default:
		r = h.dispatch(&request{Call: c}, p)
	}
	maps.Copy(r.Header, http.Header{
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

func (h *Homeserver) dispatch(c *request, path string) *api.Reply {
	routes, rest := h.routesFor(path)
	r, args, known := routes.Find(c.Method, rest)
	switch {
	case r == nil && known:
		return api.Fail(http.StatusMethodNotAllowed, "M_UNRECOGNIZED", "Unrecognized request").Reply()
	case r == nil:
		return api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").Reply()
	}
	c.Args = args
	if !r.Public {
		if err := h.authenticate(c, r.Expired); err != nil {
			return api.Answer(nil, err)
		}
	}
	if r.Unlocked {
		return api.Answer(r.Handle(c))
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	return api.Answer(r.Handle(c))
}

// routesFor removes the version from a path. Synapse serves every endpoint under all of these.
func (h *Homeserver) routesFor(path string) (api.Router[*request], string) {
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

// ServeDomain answers a call to the domain of the user IDs, which has .well-known only.
func (h *Homeserver) ServeDomain(c *api.Call) *api.Reply {
	r := api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").Reply()
	switch c.URL.Path {
	case "/.well-known/matrix/client":
		r = api.JSON(http.StatusOK, h.wellKnown())
	case "/.well-known/matrix/server":
		r = api.JSON(http.StatusOK, object{"m.server": h.federationHost()})
	}
	r.Header.Set("Access-Control-Allow-Origin", "*")
	return r
}

// federationHost is the host of the federation API. Its default port is not that of https, so Synapse writes the port
// (synapse/rest/well_known.py, ServerWellKnownResource).
func (h *Homeserver) federationHost() string {
	host := network.Host(h.HomeserverURL())
	if _, _, err := net.SplitHostPort(host); err != nil {
		return net.JoinHostPort(host, "443")
	}
	return host
}

func (h *Homeserver) wellKnown() object {
	return object{
		"m.homeserver":      object{"base_url": h.HomeserverURL() + "/"},
		"m.identity_server": object{"base_url": h.IdentityServerURL()},
	}
}

func (h *Homeserver) versions() object {
	all := strings.Fields("r0.0.1 r0.1.0 r0.2.0 r0.3.0 r0.4.0 r0.5.0 r0.6.0 r0.6.1 " +
		"v1.1 v1.2 v1.3 v1.4 v1.5 v1.6 v1.7 v1.8 v1.9 v1.10 v1.11 v1.12 v1.13 v1.14 v1.15")
	return object{"versions": all, "unstable_features": object{"org.matrix.simplified_msc3575": true}}
}

func (h *Homeserver) federationVersion(*request) (any, error) {
	return object{"server": object{"name": "Synapse", "version": synapseVersion}}, nil
}
