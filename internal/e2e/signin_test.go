package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

func TestVersionsNeedNoToken(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		a := ask(t, w, http.MethodGet, w.Homeserver()+"/_matrix/client/versions", "", nil)
		versions, _ := a.Body["versions"].([]any)
		check(t, w, "v1.1 is among them", slices.Contains(versions, any("v1.1")), `true`)
	})
}

func TestWellKnownNamesBothServers(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		a := ask(t, w, http.MethodGet, w.Homeserver()+"/.well-known/matrix/client", "", nil)
		known := names{w.Homeserver(): "homeserver", w.Homeserver() + "/": "homeserver/", w.IdentityServer(): "identity server"}
		check(t, w, "well-known", known.in(a.Body), `{
			"m.homeserver": {"base_url": "homeserver/"},
			"m.identity_server": {"base_url": "identity server"}}`)
	})
}

func TestLoginFlowsHavePassword(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		_, flows := call(t, w, http.MethodGet, w.Homeserver()+"/_matrix/client/v3/login", nil)
		list, _ := flows["flows"].([]any)
		check(t, w, "flows", slices.ContainsFunc(list, func(f any) bool {
			return f.(object)["type"] == "m.login.password"
		}), `true`)
	})
}

func TestSigningIn(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		_, session := ada.signIn(ada.Password)
		check(t, w, "members of the answer", slices.Sorted(maps.Keys(session)),
			`["access_token", "device_id", "home_server", "user_id", "well_known"]`)
		check(t, w, "user ID", session["user_id"] == ada.ID, `true`)

		login := w.Homeserver() + "/_matrix/client/v3/login"
		try := func(fact string, body any, want string) {
			t.Helper()
			refused(t, w, fact, ask(t, w, http.MethodPost, login, "", body), want)
		}
		identifier := object{"type": "m.id.user", "user": ada.ID}
		try("wrong password", object{"type": "m.login.password", "identifier": identifier, "password": "guess"},
			"403 M_FORBIDDEN: Invalid username or password")
		try("nobody", object{
			"type": "m.login.password", "password": "guess",
			"identifier": object{"type": "m.id.user", "user": "nobody"},
		}, "403 M_FORBIDDEN: Invalid username or password")
		try("someone elsewhere", object{
			"type": "m.login.password", "password": "guess",
			"identifier": object{"type": "m.id.user", "user": "@ada:elsewhere.test"},
		}, "403 M_FORBIDDEN: Invalid username or password")
		try("unknown type", object{"type": "m.login.riddle"}, "400 M_INVALID_PARAM: Invalid login submission")
		try("no object", []string{"hello"}, "400 M_BAD_JSON: Content must be a JSON object.")
	})
}

func TestSigningInByLocalpart(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		_, session := call(t, w, http.MethodPost, w.Homeserver()+"/_matrix/client/v3/login", object{
			"type": "m.login.password", "password": ada.Password,
			"identifier": object{"type": "m.id.user", "user": ada.Localpart}, "initial_device_display_name": "mxinvite",
		})
		check(t, w, "user ID", session["user_id"] == ada.ID, `true`)
	})
}

func TestWhoami(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		me := ada.must(http.MethodGet, "/account/whoami", nil).Body
		me["device_id"] = me["device_id"] != ""
		check(t, w, "whoami", names{ada.ID: "@ada"}.in(me), `{"user_id": "@ada", "device_id": true, "is_guest": false}`)
	})
}

func TestTokensThatAreNotValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		whoami := w.Homeserver() + "/_matrix/client/v3/account/whoami"
		bad := ask(t, w, http.MethodGet, whoami, "not-a-token", nil)
		refused(t, w, "bad token", bad, "401 M_UNKNOWN_TOKEN: Invalid access token passed.")
		check(t, w, "soft_logout of a bad token", bad.Body["soft_logout"], `false`)
		refused(t, w, "no token", ask(t, w, http.MethodGet, whoami, "", nil), "401 M_MISSING_TOKEN: Missing access token")
	})
}

func TestSignedOutTokenIsUnknown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		accepted(t, w, "sign out", ada.ask(http.MethodPost, "/logout", object{}))
		again := ada.ask(http.MethodGet, "/sync", nil)
		refused(t, w, "token afterwards", again, "401 M_UNKNOWN_TOKEN: Invalid access token passed.")
		check(t, w, "all it says", slices.Sorted(maps.Keys(again.Body)), `["errcode", "error", "soft_logout"]`)
	})
}

func TestUnknownEndpointsAndRooms(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		refused(t, w, "path", ada.ask(http.MethodGet, "/tea", nil), "404 M_UNRECOGNIZED: Unrecognized request")
		refused(t, w, "method", ada.ask(http.MethodDelete, "/sync", nil), "405 M_UNRECOGNIZED: Unrecognized request")
	})
}

func TestAccountData(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		path := func(p *person) string { return "/user/" + url.PathEscape(p.ID) + "/account_data/m.identity_server" }
		refused(t, w, "not set", ada.ask(http.MethodGet, path(ada), nil), "404 M_NOT_FOUND: Account data not found")
		accepted(t, w, "set", ada.ask(http.MethodPut, path(ada), object{"base_url": nil}))
		check(t, w, "read back", ada.must(http.MethodGet, path(ada), nil).Body, `{"base_url": null}`)
		refused(t, w, "of another user", ada.ask(http.MethodGet, path(grace), nil),
			"403 M_FORBIDDEN: Cannot get account data for other users.")
		check(t, w, "in sync", account(ada.sync(object{}), "m.identity_server"), `{"base_url": null}`)
	})
}

func TestOpenIDToken(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		token := ada.openID()
		token["access_token"] = token["access_token"] != ""
		token["expires_in"] = token["expires_in"] == float64(3600)
		check(t, w, "token", names{w.ServerName(): "server"}.in(token), `{
			"access_token": true, "expires_in": true, "matrix_server_name": "server", "token_type": "Bearer"}`)
		refused(t, w, "for another user", ada.ask(http.MethodPost, "/user/"+url.PathEscape(grace.ID)+"/openid/request_token", object{}),
			"403 M_FORBIDDEN: Cannot request tokens for other users.")
	})
}
