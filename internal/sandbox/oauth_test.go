package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// authTown is a world with an OAuth server, a registered client and a clock that can be set.
type authTown struct {
	*caller
	now    time.Time
	ada    string
	client string
}

const loopbackRedirect = "http://127.0.0.1/callback"

func newAuthTown(t *testing.T) *authTown {
	t.Helper()
	n := &authTown{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w := New(Options{Seed: 1, Now: func() time.Time { return n.now }})
	w.SetWays(Ways{OAuth: true, SSO: []Provider{{ID: "cas", Name: "Navy"}}})
	n.caller = &caller{t: t, w: w}
	n.ada = w.AddUser("ada", "lovelace", "Ada")
	a := n.send("POST", w.AuthServerURL()+"/oauth2/registration", "", registration(nil))
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	n.client = signedjson.String(a.body["client_id"])
	return n
}

func registration(change object) object {
	o := object{
		"client_name": "mxinvite", "client_uri": "https://mxinvite.example/", "application_type": "native",
		"redirect_uris": []string{loopbackRedirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"}, "response_types": []string{"code"},
	}
	for k, v := range change {
		o[k] = v
	}
	return o
}

// form posts a form of the registered client to the OAuth server.
func (n *authTown) form(path string, kv ...string) response {
	n.t.Helper()
	values := url.Values{"client_id": {n.client}}
	for i := 0; i < len(kv); i += 2 {
		values.Set(kv[i], kv[i+1])
	}
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, n.w.AuthServerURL()+path, strings.NewReader(values.Encode()))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return n.do(req, "")
}

const scopeOfTest = "urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"

func (n *authTown) startDevice() object {
	n.t.Helper()
	return n.form("/oauth2/device", "scope", scopeOfTest).ok(n.t)
}

func (n *authTown) poll(d object) response {
	n.t.Helper()
	return n.form("/oauth2/token", "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", signedjson.String(d["device_code"]))
}

func (n *authTown) refresh(token any) response {
	n.t.Helper()
	return n.form("/oauth2/token", "grant_type", "refresh_token", "refresh_token", signedjson.String(token))
}

// refuses checks an OAuth error.
func (a response) refuses(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.body["error"] != code {
		t.Errorf("got %d %s, want %d %s", a.status, a.raw, status, code)
	}
}

func (n *authTown) signIn() object {
	n.t.Helper()
	d := n.startDevice()
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err != nil {
		n.t.Fatal(err)
	}
	tokens := n.poll(d).ok(n.t)
	n.token = signedjson.String(tokens["access_token"])
	return tokens
}

func TestOAuthIsOffByDefault(t *testing.T) {
	w := New(Options{})
	c := &caller{t: t, w: w}
	c.send("GET", w.HomeserverURL()+"/_matrix/client/v1/auth_metadata", "", nil).fails(t, 404, "M_UNRECOGNIZED", "Unrecognized request")
}

func TestClientMetadataIsChecked(t *testing.T) {
	n := newAuthTown(t)
	for name, tc := range map[string]struct {
		change object
		code   string
	}{
		"no client_uri":            {object{"client_uri": nil}, "invalid_client_metadata"},
		"client_uri with http":     {object{"client_uri": "http://mxinvite.example/"}, "invalid_client_metadata"},
		"tos_uri on another host":  {object{"tos_uri": "https://elsewhere.example/"}, "invalid_client_metadata"},
		"a secret":                 {object{"token_endpoint_auth_method": "client_secret_basic"}, "invalid_client_metadata"},
		"no redirect_uris":         {object{"redirect_uris": []string{}}, "invalid_redirect_uri"},
		"a port":                   {object{"redirect_uris": []string{"http://127.0.0.1:80/"}}, "invalid_redirect_uri"},
		"a fragment":               {object{"redirect_uris": []string{"https://mxinvite.example/#"}}, "invalid_redirect_uri"},
		"another host":             {object{"redirect_uris": []string{"http://example.com/"}}, "invalid_redirect_uri"},
		"scheme of another host":   {object{"redirect_uris": []string{"com.example:/callback"}}, "invalid_redirect_uri"},
		"loopback of a web client": {object{"application_type": "web"}, "invalid_redirect_uri"},
	} {
		a := n.send("POST", n.w.AuthServerURL()+"/oauth2/registration", "", registration(tc.change))
		if a.status != http.StatusBadRequest || a.body["error"] != tc.code {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	own := registration(object{"redirect_uris": []string{"example.mxinvite:/callback", "http://[::1]/", "http://localhost/x"}})
	if a := n.send("POST", n.w.AuthServerURL()+"/oauth2/registration", "", own); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestDeviceCode(t *testing.T) {
	n := newAuthTown(t)
	d := n.startDevice()
	n.poll(d).refuses(t, 403, "authorization_pending")
	n.poll(d).refuses(t, 400, "slow_down")
	n.now = n.now.Add(5 * time.Second)
	n.poll(d).refuses(t, 400, "slow_down") // the interval is ten seconds now
	n.now = n.now.Add(15 * time.Second)
	n.poll(d).refuses(t, 403, "authorization_pending")
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err != nil {
		t.Fatal(err)
	}
	n.now = n.now.Add(15 * time.Second)
	tokens := n.poll(d).ok(t)
	n.poll(d).refuses(t, 400, "invalid_grant")

	n.token = signedjson.String(tokens["access_token"])
	me := n.hs("GET", "account/whoami", nil).ok(t)
	if me["user_id"] != n.ada || me["device_id"] != "ABCDEFGHIJ" {
		t.Errorf("%v", me)
	}
}

func TestDeviceCodeDeniedAndExpired(t *testing.T) {
	n := newAuthTown(t)
	d := n.startDevice()
	if err := n.w.DenyDevice(n.ada, signedjson.String(d["user_code"])); err != nil {
		t.Fatal(err)
	}
	n.poll(d).refuses(t, 403, "access_denied")
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err == nil {
		t.Error("a denied code was approved")
	}
	late := n.startDevice()
	n.now = n.now.Add(20*time.Minute + time.Second)
	n.poll(late).refuses(t, 403, "expired_token")
	n.poll(d).refuses(t, 403, "expired_token") // although it was denied
}

func TestExchangedDeviceCodeExpires(t *testing.T) {
	n := newAuthTown(t)
	d := n.startDevice()
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err != nil {
		t.Fatal(err)
	}
	n.poll(d).ok(t)
	n.poll(d).refuses(t, 400, "invalid_grant")
	n.now = n.now.Add(20*time.Minute + time.Second)
	n.poll(d).refuses(t, 403, "expired_token")
}

func TestRefreshTokensRotate(t *testing.T) {
	n := newAuthTown(t)
	first := n.signIn()
	lost := n.refresh(first["refresh_token"]).ok(t)
	second := n.refresh(first["refresh_token"]).ok(t) // the client did not get the first answer
	n.refresh(lost["refresh_token"]).refuses(t, 400, "invalid_grant")

	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	n.token = signedjson.String(second["access_token"])
	n.hs("GET", "account/whoami", nil).ok(t)
	n.refresh(first["refresh_token"]).refuses(t, 400, "invalid_grant") // the new tokens were used

	n.now = n.now.Add(5 * time.Minute)
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	n.refresh(second["refresh_token"]).ok(t)
}

func TestRevocationEndsTheSession(t *testing.T) {
	n := newAuthTown(t)
	tokens := n.signIn()
	if a := n.form("/oauth2/revoke", "token", signedjson.String(tokens["refresh_token"])); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.raw)
	}
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	n.refresh(tokens["refresh_token"]).refuses(t, 400, "invalid_grant")
	if a := n.form("/oauth2/revoke", "token", "mar_none"); a.status != http.StatusOK {
		t.Errorf("of no token: %d %s", a.status, a.raw)
	}
}

func TestRevocationOfAConsumedRefreshTokenEndsNothing(t *testing.T) {
	n := newAuthTown(t)
	first := n.signIn()
	second := n.refresh(first["refresh_token"]).ok(t)
	n.token = signedjson.String(second["access_token"])
	for _, form := range [][]string{
		{"token", signedjson.String(first["refresh_token"])},
		{"token", signedjson.String(first["refresh_token"]), "token_type_hint", "refresh_token"},
		{"token", signedjson.String(first["access_token"])},
		{"token", n.token, "token_type_hint", "refresh_token"}, // of another kind
	} {
		if a := n.form("/oauth2/revoke", form...); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	n.hs("POST", "logout", object{}).fails(t, 401, "M_UNKNOWN_TOKEN", "Invalid access token")
	n.hs("GET", "account/whoami", nil).ok(t)
	n.form("/oauth2/revoke", "token", n.token, "token_type_hint", "access_token")
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
}

func TestLockedAccountIsRefreshedAndRefused(t *testing.T) {
	n := newAuthTown(t)
	first := n.signIn()
	n.w.LockUser(n.ada, true)
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	second := n.refresh(first["refresh_token"]).ok(t)
	n.token = signedjson.String(second["access_token"])
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	n.refresh(first["refresh_token"]).refuses(t, 400, "invalid_grant") // the new tokens were used, although refused
	n.w.LockUser(n.ada, false)
	n.hs("GET", "account/whoami", nil).ok(t)
}

func TestSynapseReportsALockedAccount(t *testing.T) {
	w, _ := newWorld()
	ada := signIn(t, w, "ada")
	w.LockUser(ada.id, true)
	a := ada.hs("GET", "account/whoami", nil)
	a.fails(t, 401, "M_USER_LOCKED", "User account has been locked")
	if a.body["soft_logout"] != true {
		t.Errorf("%s", a.raw)
	}
	ada.hs("POST", "logout", object{}).ok(t)
}

func TestSuspendedUserMayReadAndLeave(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	w.SuspendUser(ada.id, true)
	ada.hs("GET", "account/whoami", nil).ok(t)
	ada.inviteByMail(room, "dave@example.org").
		fails(t, 403, "M_USER_SUSPENDED", "Sending messages while account is suspended is not allowed.")
	if len(w.Mails("dave@example.org")) != 1 {
		t.Error("the mail was not sent")
	}
	ada.hs("POST", "rooms/"+url.PathEscape(room)+"/leave", object{}).ok(t)
}

func TestDeactivatedUserHasNoSession(t *testing.T) {
	n := newAuthTown(t)
	tokens := n.signIn()
	n.w.DeactivateUser(n.ada)
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Token is not active")
	n.refresh(tokens["refresh_token"]).refuses(t, 400, "invalid_grant")
	if err := n.w.ApproveDevice(n.ada, signedjson.String(n.startDevice()["user_code"])); err == nil {
		t.Error("signed in again")
	}
}

func TestVerificationURIHasNoCodeByDefault(t *testing.T) {
	n := newAuthTown(t)
	d := n.startDevice()
	if complete, given := d["verification_uri_complete"]; given {
		t.Errorf("%v", complete)
	}
	if page := n.send("GET", signedjson.String(d["verification_uri"])+"?code="+signedjson.String(d["user_code"]), "", nil); strings.Contains(string(page.raw), signedjson.String(d["user_code"])) {
		t.Error("the page fills the code in")
	}
}

func TestSessionLimit(t *testing.T) {
	n := newAuthTown(t)
	n.w.SetWays(Ways{OAuth: true, SessionLimit: 1})
	n.signIn()
	d := n.startDevice()
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err == nil {
		t.Error("a second session")
	}
	n.poll(d).refuses(t, 403, "authorization_pending") // the program is not told
	n.form("/oauth2/revoke", "token", n.token)
	if err := n.w.ApproveDevice(n.ada, signedjson.String(d["user_code"])); err != nil {
		t.Error(err)
	}
}

func TestAuthorizationCode(t *testing.T) {
	n := newAuthTown(t)
	query := url.Values{
		"response_type": {"code"}, "client_id": {n.client}, "redirect_uri": {"http://127.0.0.1:4711/callback"},
		"scope": {scopeOfTest}, "state": {"a state"}, "response_mode": {"fragment"},
		// The example of RFC 7636, appendix B.
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	at := n.w.AuthServerURL() + "/authorize?"
	final, err := n.w.Approve(n.ada, at+query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(final, "http://127.0.0.1:4711/callback#")
	back, _ := url.ParseQuery(rest)
	if !ok || back.Get("state") != "a state" {
		t.Fatal(final)
	}
	redeem := func(code, verifier string) response {
		return n.form("/oauth2/token", "grant_type", "authorization_code", "code", code, "code_verifier", verifier,
			"redirect_uri", "http://127.0.0.1:4711/callback")
	}
	redeem(back.Get("code"), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").ok(t)
	redeem(back.Get("code"), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").refuses(t, 400, "invalid_grant")

	query.Set("response_mode", "query")
	final, _ = n.w.Approve(n.ada, at+query.Encode())
	u, _ := url.Parse(final)
	redeem(u.Query().Get("code"), "a guess").refuses(t, 400, "invalid_grant")

	if final, _ = n.w.Deny(n.ada, at+query.Encode()); !strings.Contains(final, "error=access_denied") {
		t.Error(final)
	}
	query.Del("code_challenge")
	if final, _ = n.w.Approve(n.ada, at+query.Encode()); !strings.Contains(final, "error=invalid_request") {
		t.Error(final)
	}
	query.Set("redirect_uri", "https://mallory.example/")
	if final, err = n.w.Approve(n.ada, at+query.Encode()); err == nil {
		t.Errorf("the browser was sent to %s", final)
	}
}

func TestApprovalPage(t *testing.T) {
	n := newAuthTown(t)
	n.w.SetWays(Ways{OAuth: true, CodeInAddress: true})
	d := n.startDevice()
	page := n.send("GET", signedjson.String(d["verification_uri_complete"]), "", nil)
	if page.status != http.StatusOK || !strings.Contains(string(page.raw), signedjson.String(d["user_code"])) {
		t.Fatalf("%d %s", page.status, page.raw)
	}
	if a := n.form("/link", "code", signedjson.String(d["user_code"]), "user", "ada", "password", "guess", "decision", "approve"); a.status != http.StatusForbidden {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := n.form("/link", "code", signedjson.String(d["user_code"]), "user", "ada", "password", "lovelace", "decision", "approve"); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.raw)
	}
	n.poll(d).ok(t)
}

func TestSingleSignOn(t *testing.T) {
	n := newAuthTown(t)
	n.w.SetWays(Ways{SSO: []Provider{{ID: "cas", Name: "Navy"}}})
	at := n.w.HomeserverURL() + "/_matrix/client/v3/login/sso/redirect/cas?redirectUrl=" + url.QueryEscape("http://127.0.0.1:4711/?state=x")
	a := n.send("GET", at, "", nil)
	if a.status != http.StatusFound {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	final, err := n.w.Approve(n.ada, at)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(final)
	if u.Query().Get("state") != "x" {
		t.Error(final)
	}
	login := object{"type": "m.login.token", "token": u.Query().Get("loginToken")}
	if s := n.hs("POST", "login", login).ok(t); s["user_id"] != n.ada {
		t.Errorf("%v", s)
	}
	n.hs("POST", "login", login).fails(t, 403, "M_FORBIDDEN", "Invalid login token")
	n.hs("POST", "login", object{"type": "m.login.password", "user": "ada", "password": "lovelace"}).
		fails(t, 400, "M_UNKNOWN", "Unknown login type m.login.password")
}

func TestRefreshTokensOfTheHomeserver(t *testing.T) {
	n := newAuthTown(t)
	n.w.SetWays(Ways{Password: true})
	first := n.hs("POST", "login", object{
		"type": "m.login.password", "user": "ada", "password": "lovelace", "refresh_token": true,
	}).ok(t)
	n.token = signedjson.String(first["access_token"])
	n.hs("GET", "account/whoami", nil).ok(t)
	n.now = n.now.Add(5 * time.Minute)
	expired := n.hs("GET", "account/whoami", nil)
	expired.fails(t, 401, "M_UNKNOWN_TOKEN", "Access token has expired")
	if expired.body["soft_logout"] != true {
		t.Errorf("%s", expired.raw)
	}
	renew := func(token any) response { return n.hs("POST", "refresh", object{"refresh_token": token}) }
	second := renew(first["refresh_token"]).ok(t)
	n.token = signedjson.String(second["access_token"])
	n.hs("GET", "account/whoami", nil).ok(t)
	renew(first["refresh_token"]).fails(t, 403, "M_FORBIDDEN", "refresh token isn't valid anymore")
	n.hs("POST", "logout", object{}).ok(t)
	renew(second["refresh_token"]).fails(t, 401, "M_UNKNOWN_TOKEN", "refresh token does not exist")
}

func TestSynapseKeepsTheLastTwoRefreshTokens(t *testing.T) {
	n := newAuthTown(t)
	n.w.SetWays(Ways{Password: true})
	first := n.hs("POST", "login", object{
		"type": "m.login.password", "user": "ada", "password": "lovelace", "refresh_token": true,
	}).ok(t)
	renew := func(token any) response { return n.hs("POST", "refresh", object{"refresh_token": token}) }
	lost := renew(first["refresh_token"]).ok(t)
	second := renew(first["refresh_token"]).ok(t)
	renew(lost["refresh_token"]).fails(t, 401, "M_UNKNOWN_TOKEN", "refresh token does not exist")
	renew(second["refresh_token"]).ok(t)
	renew(first["refresh_token"]).fails(t, 401, "M_UNKNOWN_TOKEN", "refresh token does not exist")
	n.token = signedjson.String(first["access_token"])
	n.hs("GET", "account/whoami", nil).fails(t, 401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
}
