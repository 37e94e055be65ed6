package oauthserver

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// An authCode is an authorization code.
type authCode struct {
	client              *oauthClient
	user                *account.User
	redirect, challenge string
	scope               string
	expires             time.Time
}

// ApproveDevice simulates a user who enters a device code, signs in and approves.
func (a *AuthServer) ApproveDevice(userID, userCode string) error {
	return a.enterCode(userID, userCode, true)
}

// DenyDevice simulates a user who enters a device code and denies.
func (a *AuthServer) DenyDevice(userID, userCode string) error {
	return a.enterCode(userID, userCode, false)
}

func (a *AuthServer) enterCode(userID, userCode string, agree bool) error {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	person := a.Users[userID]
	if person == nil {
		return fmt.Errorf("there is no user %s", userID)
	}
	return a.decideDevice(userCode, person, agree)
}

// Decide simulates a user who approves or denies on a page of this server. It returns the URL that the browser is redirected to;
// empty if there is none.
func (a *AuthServer) Decide(userID string, page *url.URL, approve bool) (final string, err error) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	person := a.Users[userID]
	if person == nil {
		return "", fmt.Errorf("there is no user %s", userID)
	}
	if !Serves(page) || page.Host != network.Host(a.AuthServerURL()) {
		return "", fmt.Errorf("there is no page at %s", page)
	}
	return a.applyDecision(page, person, approve)
}

// applyDecision applies the decision of the user on a page. It returns the URL that the page then redirects to.
func (a *AuthServer) applyDecision(u *url.URL, person *account.User, agree bool) (string, error) {
	query := u.Query()
	switch u.Path {
	case "/link":
		return "", a.decideDevice(a.codeIn(query), person, agree)
	case "/sso":
		return a.decideSSO(query, person, agree)
	}
	return a.decideAuthorization(query, person, agree)
}

var (
	errNoCode      = errors.New("unknown device code, or it was already approved or denied")
	errNoPage      = errors.New("unknown client or redirect URI")
	errCredentials = errors.New("wrong user name or password")

	// The words of policies/authorization_grant/authorization_grant.rego of the Matrix Authentication Service.
	errTooManySessions = errors.New("user has too many active sessions")
	errNotActive       = errors.New("this account is locked or deactivated")
)

// codeIn returns the device code in a URL, which a stock service ignores: see [account.Ways].
func (a *AuthServer) codeIn(query url.Values) string {
	if !a.Ways.CodeInAddress {
		return ""
	}
	return query.Get("code")
}

// mayStart returns the reason why a user may not start a session. The client is not told: its request stays pending
// (crates/handlers/src/oauth2/device/consent.rs of the Matrix Authentication Service).
func (a *AuthServer) mayStart(person *account.User) error {
	switch {
	case person.Locked || person.Deactivated: // the user cannot sign in to the service itself
		return errNotActive
	case a.Ways.SessionLimit > 0 && a.DeviceCount(person) >= a.Ways.SessionLimit:
		return errTooManySessions
	}
	return nil
}

// decideDevice approves or denies a device code.
func (a *AuthServer) decideDevice(userCode string, person *account.User, agree bool) error {
	if err := a.mayStart(person); err != nil {
		return err
	}
	for _, d := range a.devices {
		if d.userCode == strings.ToUpper(userCode) && d.user == nil && !d.denied && !a.Now().After(d.expires) {
			if d.denied = !agree; agree {
				d.user = person
			}
			return nil
		}
	}
	return errNoCode
}

// decideAuthorization approves or denies an authorization request: RFC 6749, section 4.1, with the rules of the Matrix specification,
// https://spec.matrix.org/v1.19/client-server-api/#authorization-code-flow.
func (a *AuthServer) decideAuthorization(query url.Values, person *account.User, agree bool) (string, error) {
	client := a.clients[query.Get("client_id")]
	if client == nil || !client.redirectsTo(query.Get("redirect_uri")) {
		return "", errNoPage // the client is not known, so the browser is not redirected
	}
	if err := a.mayStart(person); err != nil {
		return "", err
	}
	_, hasDevice := scopeDevice(query.Get("scope"))
	back := url.Values{}
	switch {
	case query.Get("response_type") != "code":
		back.Set("error", "unsupported_response_type")
	case query.Get("code_challenge") == "" || query.Get("code_challenge_method") != "S256":
		back.Set("error", "invalid_request")
		back.Set("error_description", "PKCE is required")
	case !hasDevice:
		back.Set("error", "invalid_scope")
	case !agree:
		back.Set("error", "access_denied")
		back.Set("error_description", "The resource owner or authorization server denied the request.")
	default:
		code := a.Random.Pick("authorization code", network.Alphanumeric, 32)
		a.codes[code] = &authCode{
			client: client, user: person, redirect: query.Get("redirect_uri"), scope: query.Get("scope"),
			challenge: query.Get("code_challenge"), expires: a.Now().Add(authCodeLifetime),
		}
		back.Set("code", code)
	}
	if query.Has("state") {
		back.Set("state", query.Get("state"))
	}
	return withParameters(query.Get("redirect_uri"), back, query.Get("response_mode") == "fragment")
}

// withParameters adds parameters to a URL.
func withParameters(rawURL string, more url.Values, fragment bool) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", errNoPage
	}
	if fragment {
		return rawURL + "#" + more.Encode(), nil
	}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+more.Encode(), "&")
	return u.String(), nil
}

// page shows the approval page.
func (a *AuthServer) page(c *api.Call) (any, error) {
	return a.show(c, http.StatusOK, "")
}

// decide handles the form of the approval page.
func (a *AuthServer) decide(c *api.Call) (any, error) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return a.show(c, http.StatusBadRequest, err.Error())
	}
	name := form.Get("user")
	if !strings.HasPrefix(name, "@") {
		name = "@" + name + ":" + a.Domain()
	}
	person := a.Users[name]
	if person == nil || person.Password != form.Get("password") {
		return a.show(c, http.StatusForbidden, errCredentials.Error())
	}
	u := *c.URL
	agree := form.Get("decision") == "approve"
	var final string
	if u.Path == "/link" {
		err = a.decideDevice(form.Get("code"), person, agree)
	} else {
		final, err = a.applyDecision(&u, person, agree)
	}
	if err != nil {
		return a.show(c, http.StatusBadRequest, err.Error())
	}
	if final == "" {
		return a.show(c, http.StatusOK, "Done. You can go back to your device.")
	}
	return &api.Reply{Status: http.StatusSeeOther, Header: http.Header{"Location": {final}}}, nil
}

func (a *AuthServer) show(c *api.Call, status int, said string) (any, error) {
	asks := "A client"
	if client := a.clients[c.Query.Get("client_id")]; client != nil {
		asks = client.name
	}
	var b bytes.Buffer
	err := approvalPage.Execute(&b, struct {
		Said, Asks, Code string
		AskCode          bool
		Users            []string
	}{said, asks, a.codeIn(c.Query), c.URL.Path == "/link", slices.Sorted(maps.Keys(a.Users))})
	header := http.Header{"Content-Type": {"text/html; charset=utf-8"}, "X-Frame-Options": {"DENY"}}
	return &api.Reply{Status: status, Header: header, Body: b.Bytes()}, err
}

var approvalPage = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Sign in</title>
<h1>Sign in</h1>
{{with .Said}}<p><strong>{{.}}</strong></p>{{end}}
<p>{{.Asks}} wants to use your account.</p>
<form method="post">
{{if .AskCode}}<p><label>Code <input name="code" value="{{.Code}}"></label></p>{{end}}
<p><label>User <input name="user" list="users"></label><datalist id="users">{{range .Users}}<option>{{.}}</option>{{end}}</datalist></p>
<p><label>Password <input name="password" type="password"></label></p>
<p><button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Deny</button></p>
</form></html>
`))

// decideSSO approves or denies a single sign-on. A user who denies is not redirected: the protocol has no error for it.
func (a *AuthServer) decideSSO(query url.Values, person *account.User, agree bool) (string, error) {
	if !agree {
		return "", nil
	}
	return withParameters(query.Get("redirectUrl"), url.Values{"loginToken": {a.NewLoginToken(person)}}, false)
}
