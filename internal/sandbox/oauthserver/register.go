package oauthserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// register registers a client: RFC 7591, with the metadata rules of the Matrix specification,
// https://spec.matrix.org/v1.19/client-server-api/#client-metadata.
func (a *AuthServer) register(c *api.Call) (any, error) {
	body, err := c.Object(false)
	if err != nil {
		return nil, refuse("invalid_request", "")
	}
	home, err := clientHome(body)
	if err != nil {
		return nil, err
	}
	client := &oauthClient{
		name: signedjson.String(body["client_name"]), native: body["application_type"] == "native",
		redirects: texts(body["redirect_uris"]), grants: texts(body["grant_types"]),
	}
	if len(client.grants) == 0 {
		client.grants = []string{grantCode}
	}
	if method := body["token_endpoint_auth_method"]; method != "none" {
		return nil, refuse("invalid_client_metadata", "token_endpoint_auth_method must be none here")
	}
	if slices.Contains(client.grants, grantCode) && len(client.redirects) == 0 {
		return nil, refuse("invalid_redirect_uri", "")
	}
	for _, r := range client.redirects {
		if !client.mayRedirect(r, home) {
			return nil, refuse("invalid_redirect_uri", "invalid redirect_uri: "+r)
		}
	}
	if a.Ways.NoDeviceGrant {
		client.grants = slices.DeleteFunc(client.grants, func(g string) bool { return g == grantDevice })
	}
	client.id = "01" + strings.ToUpper(a.Random.Pick("oauth client", network.Alphanumeric, 24))
	a.clients[client.id] = client
	answer := object{"client_id": client.id, "client_id_issued_at": a.Now().Unix()}
	for k, v := range body {
		answer[k] = v
	}
	answer["grant_types"] = client.grants
	return api.JSON(http.StatusCreated, answer), nil
}

// clientHome returns the client_uri. The other URIs must be on the same host or a subdomain.
func clientHome(body object) (*url.URL, error) {
	home, err := url.Parse(signedjson.String(body["client_uri"]))
	if err != nil || home.Scheme != "https" || home.Host == "" || home.User != nil {
		return nil, refuse("invalid_client_metadata", "invalid client_uri")
	}
	for _, k := range []string{"tos_uri", "policy_uri", "logo_uri"} {
		v, given := body[k]
		if !given {
			continue
		}
		u, err := url.Parse(signedjson.String(v))
		if err != nil || u.Scheme != "https" || u.User != nil || !below(u, home) {
			return nil, refuse("invalid_client_metadata", "invalid "+k)
		}
	}
	return home, nil
}

func below(u, home *url.URL) bool {
	return u.Hostname() == home.Hostname() || strings.HasSuffix(u.Hostname(), "."+home.Hostname())
}

// mayRedirect reports whether a client may register a redirect URI:
// https://spec.matrix.org/v1.19/client-server-api/#redirect-uri-validation.
func (client *oauthClient) mayRedirect(rawURL string, home *url.URL) bool {
	u, err := url.Parse(rawURL)
	if err != nil || strings.Contains(rawURL, "#") || u.User != nil {
		return false
	}
	switch {
	case u.Scheme == "https":
		return below(u, home)
	case !client.native:
		return false
	case u.Scheme == "http":
		return isLoopback(u) && u.Port() == ""
	}
	// A private-use scheme is the reversed host of the client, and the URI has no host.
	name := strings.Split(home.Hostname(), ".")
	slices.Reverse(name)
	own := strings.Join(name, ".")
	return (u.Scheme == own || strings.HasPrefix(u.Scheme, own+".")) && u.Host == "" && strings.HasPrefix(u.Path, "/")
}

func isLoopback(u *url.URL) bool {
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}

// redirectsTo reports whether a redirect URI was registered. A loopback URI may have any port.
func (client *oauthClient) redirectsTo(rawURL string) bool {
	if slices.Contains(client.redirects, rawURL) {
		return true
	}
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "http" || !isLoopback(u) {
		return false
	}
	u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return slices.Contains(client.redirects, u.String())
}

// texts returns the strings of a list.
func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
