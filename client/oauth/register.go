package oauth

import (
	"context"
	"net/url"
	"strings"
)

// What the program calls itself. Servers want a page on the web from everybody.
const (
	clientName = "mxinvite"
	clientPage = "https://github.com/mxinvite/mxinvite"
)

// registration is the metadata of this program
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

// RegisterDevice makes the program known to the server, for a sign-in with a
// device code.
func (c *Client) RegisterDevice(ctx context.Context) error {
	return c.register(ctx, registration{GrantTypes: []string{grantDevice, grantRefresh}})
}

// RegisterBrowser makes the program known to the server, for a sign-in with a
// browser that comes back to an address on this machine.
func (c *Client) RegisterBrowser(ctx context.Context, redirectURI string) error {
	return c.register(ctx, registration{
		GrantTypes: []string{grantCode, grantRefresh}, ResponseTypes: []string{"code"},
		RedirectURIs: []string{withoutPort(redirectURI)},
	})
}

// register sets the client's ID. A server knows who registers with the same
// words again, so nothing is lost by doing so for each sign-in.
func (c *Client) register(ctx context.Context, r registration) error {
	r.Name, r.Page, r.Type, r.AuthMethod = clientName, clientPage, "native", "none"
	var reply struct {
		ClientID string `json:"client_id"`
	}
	if err := c.send(ctx, c.Server.RegistrationEndpoint, r, nil, &reply); err != nil {
		return err
	}
	if !printable(reply.ClientID) {
		return c.nonsense(c.Server.RegistrationEndpoint)
	}
	c.ID = reply.ClientID
	return nil
}

// withoutPort is how an address on this machine is registered: any port will
// do later (RFC 8252, section 7.3).
func withoutPort(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Port() == "" {
		return redirectURI
	}
	u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return u.String()
}
