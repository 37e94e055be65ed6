package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// browserAddress is the redirect URL of the program.
const browserAddress = "http://127.0.0.1:4711/callback?state=a+state"

// renewable signs the person in and requests a refresh token.
func (p *person) renewable() (int, object) {
	p.t.Helper()
	return call(p.t, p.w, http.MethodPost, p.w.Homeserver()+"/_matrix/client/v3/login", object{
		"type": "m.login.password", "password": p.Password, "refresh_token": true,
		"identifier": object{"type": "m.id.user", "user": p.ID},
	})
}

func TestRefreshTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		_, first := ada.renewable()
		lifetime, _ := first["expires_in_ms"].(float64)
		check(t, w, "five minutes", lifetime > 290_000 && lifetime <= 300_000, `true`)

		refresh := func(token any) answer {
			t.Helper()
			return ask(t, w, http.MethodPost, w.Homeserver()+"/_matrix/client/v3/refresh", "", object{"refresh_token": token})
		}
		lost := refresh(first["refresh_token"]).Body
		check(t, w, "another access token", lost["access_token"] != first["access_token"], `true`)
		check(t, w, "another refresh token", lost["refresh_token"] != first["refresh_token"], `true`)

		ada.token = first["access_token"].(string)
		check(t, w, "the access token before lives on", ada.ask(http.MethodGet, "/account/whoami", nil).Status, `200`)

		second := refresh(first["refresh_token"]).Body // as if the response had been lost
		ada.token = second["access_token"].(string)
		check(t, w, "the second try", ada.ask(http.MethodGet, "/account/whoami", nil).Status, `200`)
		refused(t, w, "once what followed was used", refresh(first["refresh_token"]), "403 M_FORBIDDEN: refresh token isn't valid anymore")

		accepted(t, w, "sign out", ada.ask(http.MethodPost, "/logout", object{}))
		refused(t, w, "signed out", refresh(second["refresh_token"]), "401 M_UNKNOWN_TOKEN: refresh token does not exist")
		refused(t, w, "no text", refresh(7), "400 M_INVALID_PARAM: Invalid param: refresh_token")
		refused(t, w, "nothing", ask(t, w, http.MethodPost, w.Homeserver()+"/_matrix/client/v3/refresh", "", object{}),
			"400 M_MISSING_PARAM: Missing params: ['refresh_token']")
	})
}

func TestSingleSignOn(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		_, flows := call(t, w, http.MethodGet, w.Homeserver()+"/_matrix/client/v3/login", nil)
		for _, f := range flows["flows"].([]any) {
			if f.(object)["type"] == "m.login.sso" {
				check(t, w, "flow", f, `{"type": "m.login.sso", "identity_providers": [{"id": "cas", "name": "CAS"}]}`)
			}
		}
		begin := w.Homeserver() + "/_matrix/client/v3/login/sso/redirect"
		for _, provider := range []string{"", "/cas"} {
			final := w.BrowserSignIn(t, ada.ID, begin+provider+"?redirectUrl="+url.QueryEscape(browserAddress))
			check(t, w, "where the browser ends"+provider, strings.HasPrefix(final, browserAddress+"&loginToken="), `true`)
			back, err := url.Parse(final)
			if err != nil {
				t.Fatal(err)
			}
			check(t, w, "state"+provider, back.Query().Get("state"), `a state`)
			login := object{"type": "m.login.token", "token": back.Query().Get("loginToken")}
			_, session := call(t, w, http.MethodPost, w.Homeserver()+"/_matrix/client/v3/login", login)
			check(t, w, "user ID"+provider, session["user_id"] == ada.ID, `true`)
			refused(t, w, "a second time"+provider, ask(t, w, http.MethodPost, w.Homeserver()+"/_matrix/client/v3/login", "", login),
				"403 M_FORBIDDEN: Invalid login token")
		}
		refused(t, w, "nowhere to go back to", ask(t, w, http.MethodGet, begin, "", nil),
			"400 M_MISSING_PARAM: Missing string query parameter redirectUrl")
	})
}
