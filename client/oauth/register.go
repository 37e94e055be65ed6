package oauth

import (
	"context"
	"net/url"
	"strings"
)

// Metadata of this program. Servers require the URL of a web page.
const (
	clientName = "mxinvite"
	clientPage = "https://github.com/mxinvite/mxinvite"
)

// registration is the body of a client registration
// (https://spec.matrix.org/v1.19/client-server-api/#client-metadata).
type registration struct {
	Name          string   `json:"client_name"`
	Page          string   `json:"client_uri"`
	Type          string   `json:"application_type"`
	RedirectURIs  []string `json:"redirect_uris,omitempty"`
	GrantTypes    []string `json:"grant_types"`
	ResponseTypes []string `json:"response_types,omitempty"`
	AuthMethod    string   `json:"token_endpoint_auth_method"`
}

// RegisterDevice registers the program for sign-in with a device code.
func (c *Client) RegisterDevice(ctx context.Context) error {
	return c.register(ctx, registration{GrantTypes: []string{grantDevice, grantRefresh}})
}

// RegisterBrowser registers the program for sign-in with a browser that is
// redirected to redirectURI, a URL on this machine.
func (c *Client) RegisterBrowser(ctx context.Context, redirectURI string) error {
	return c.register(ctx, registration{
		GrantTypes: []string{grantCode, grantRefresh}, ResponseTypes: []string{"code"},
		RedirectURIs: []string{withoutPort(redirectURI)},
	})
}

// register registers the program and sets c.ID. Servers return the same ID for the
// same metadata, so it can be called for each sign-in.
func (c *Client) register(ctx context.Context, r registration) error {
	r.Name, r.Page, r.Type, r.AuthMethod = clientName, clientPage, "native", "none"
	var reply struct {
		ClientID string `json:"client_id"`
	}
	if err := c.send(ctx, c.Server.RegistrationEndpoint, r, nil, &reply); err != nil {
		return err
	}
	if !printable(reply.ClientID) {
		return c.invalid(c.Server.RegistrationEndpoint)
	}
	c.ID = reply.ClientID
	return nil
}

// withoutPort removes the port of a loopback redirect URI. Servers accept any port
// for it (RFC 8252, section 7.3).
func withoutPort(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Port() == "" {
		return redirectURI
	}
	u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return u.String()
}
