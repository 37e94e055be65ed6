package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A loginToken is what single sign-on gives a browser to carry back: good for one sign-in, and soon.
type loginToken struct {
	user    *user
	expires time.Time
}

const loginTokenLifetime = 2 * time.Minute

// ssoRedirect sends a browser to whoever vouches for people:
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3loginssoredirect.
func (h *homeserver) ssoRedirect(c *call) (any, error) {
	page, ok := h.ssoPage(c.url)
	switch {
	case !h.provider(""):
		return nil, fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	case c.query.Get("redirectUrl") == "":
		return nil, missingParam("Missing string query parameter redirectUrl")
	case !ok:
		return nil, fail(http.StatusNotFound, "M_NOT_FOUND", "Unknown identity provider")
	}
	return &reply{status: http.StatusFound, header: http.Header{"Location": {page.String()}}}, nil
}

// ssoPage is where single sign-on begins, if an address is that of the redirect on the homeserver.
func (w *World) ssoPage(u *url.URL) (*url.URL, bool) {
	_, provider, ok := strings.Cut(u.Path, "/login/sso/redirect")
	provider = strings.TrimPrefix(provider, "/")
	if !ok || !w.hs.provider(provider) {
		return nil, false
	}
	page, err := url.Parse(w.opts.AuthServerURL + "/sso")
	if err != nil {
		return nil, false
	}
	page.RawQuery = url.Values{"redirectUrl": {u.Query().Get("redirectUrl")}, "provider": {provider}}.Encode()
	return page, true
}

// vouched ends single sign-on. Whoever is not vouched for stays where they are: the protocol has no way to say so.
func (h *homeserver) vouched(query url.Values, person *user, agree bool) (string, error) {
	if !agree {
		return "", nil
	}
	token := "syl_" + h.dice.pick("login token", letters, 20) + "_" + h.dice.pick("login token", alnum, 6)
	h.loginTokens[token] = loginToken{person, h.now().Add(loginTokenLifetime)}
	return withParameters(query.Get("redirectUrl"), url.Values{"loginToken": {token}}, false)
}

// loginByToken signs in who comes back from single sign-on.
func (h *homeserver) loginByToken(body object) (*user, error) {
	token := str(body["token"])
	t, ok := h.loginTokens[token]
	delete(h.loginTokens, token)
	if !ok || h.now().After(t.expires) {
		return nil, forbidden("Invalid login token")
	}
	return t.user, nil
}
