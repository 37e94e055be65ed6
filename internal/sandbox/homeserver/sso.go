package homeserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// ssoRedirect redirects the browser to the identity provider:
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3loginssoredirect.
func (h *Homeserver) ssoRedirect(c *request) (any, error) {
	page, ok := h.ssoPage(c.URL)
	switch {
	case !h.HasProvider(""):
		return nil, api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	case c.Query.Get("redirectUrl") == "":
		return nil, api.MissingParam("Missing string query parameter redirectUrl")
	case !ok:
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Unknown identity provider")
	}
	return &api.Reply{Status: http.StatusFound, Header: http.Header{"Location": {page.String()}}}, nil
}

// SSOPage returns the page that a URL of the homeserver for single sign-on redirects to, or nil if it is another
// URL.
func (h *Homeserver) SSOPage(u *url.URL) *url.URL {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	page, _ := h.ssoPage(u)
	return page
}

func (h *Homeserver) ssoPage(u *url.URL) (*url.URL, bool) {
	_, provider, ok := strings.Cut(u.Path, "/login/sso/redirect")
	provider = strings.TrimPrefix(provider, "/")
	if !ok || !h.HasProvider(provider) {
		return nil, false
	}
	page, err := url.Parse(h.AuthServerURL() + "/sso")
	if err != nil {
		return nil, false
	}
	page.RawQuery = url.Values{"redirectUrl": {u.Query().Get("redirectUrl")}, "provider": {provider}}.Encode()
	return page, true
}

// loginByToken returns the user of a login token.
func (h *Homeserver) loginByToken(body object) (*account.User, error) {
	u := h.UseLoginToken(signedjson.String(body["token"]))
	if u == nil {
		return nil, api.Forbidden("Invalid login token")
	}
	return u, nil
}
