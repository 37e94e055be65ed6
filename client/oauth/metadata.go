package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
)

// Metadata describes the homeserver's OAuth server (RFC 8414).
type Metadata struct {
	Issuer                      string   `json:"issuer"`
	AuthorizationEndpoint       string   `json:"authorization_endpoint"`
	TokenEndpoint               string   `json:"token_endpoint"`
	RegistrationEndpoint        string   `json:"registration_endpoint"`
	RevocationEndpoint          string   `json:"revocation_endpoint"`
	DeviceAuthorizationEndpoint string   `json:"device_authorization_endpoint"`
	GrantTypes                  []string `json:"grant_types_supported"`
	CodeChallengeMethods        []string `json:"code_challenge_methods_supported"`
	// NamesIssuer is set if redirects of the server contain the parameter iss (RFC
	// 9207).
	NamesIssuer bool `json:"authorization_response_iss_parameter_supported"`
	// AccountManagementURI is the page where users manage their accounts; empty if
	// the server has none or its URL is not safe
	// (https://spec.matrix.org/v1.19/client-server-api/#account-management-url-discovery).
	AccountManagementURI string `json:"account_management_uri"`
}

var errNotMetadata = errors.New("the metadata of the homeserver's OAuth server is invalid")

// ParseMetadata parses the metadata sent by the homeserver with this base URL. It
// returns an error if a required endpoint is missing or an endpoint is not a safe
// URL to send secrets to or to open in a browser.
func ParseMetadata(data []byte, homeserver string) (Metadata, error) {
	var m Metadata
	if len(data) > maxReply || json.Unmarshal(data, &m) != nil {
		return Metadata{}, errNotMetadata
	}
	for _, e := range []struct {
		name, url string
		needed    bool
	}{
		{"issuer", m.Issuer, true},
		{"token endpoint", m.TokenEndpoint, true},
		{"registration endpoint", m.RegistrationEndpoint, true},
		{"revocation endpoint", m.RevocationEndpoint, false},
		{"authorization endpoint", m.AuthorizationEndpoint, false},
		{"device authorization endpoint", m.DeviceAuthorizationEndpoint, false},
	} {
		if (e.url != "" || e.needed) && !safe(e.url, homeserver) {
			return Metadata{}, fmt.Errorf("the %s of the homeserver's OAuth server is not a valid https URL", e.name)
		}
	}
	if !safe(m.AccountManagementURI, homeserver) {
		m.AccountManagementURI = ""
	}
	return m, nil
}

// safe reports whether a URL may be used: an https URL, or an http URL on the
// homeserver's own host if the user has chosen an http URL for the homeserver.
func safe(rawURL, homeserver string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || !printable(rawURL) {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	hs, err := url.Parse(homeserver)
	return err == nil && u.Scheme == "http" && hs.Scheme == "http" && u.Hostname() == hs.Hostname()
}

// OffersDevice reports whether the server supports sign-in with a device code.
func (m Metadata) OffersDevice() bool {
	return m.DeviceAuthorizationEndpoint != "" && m.offers(grantDevice)
}

// OffersBrowser reports whether the server supports sign-in with a browser that is
// redirected back to this program.
func (m Metadata) OffersBrowser() bool {
	return m.AuthorizationEndpoint != "" && m.offers(grantCode) && slices.Contains(m.CodeChallengeMethods, "S256")
}

func (m Metadata) offers(grant string) bool { return slices.Contains(m.GrantTypes, grant) }
