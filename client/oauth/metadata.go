package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
)

// Metadata is what a homeserver says about its OAuth server (RFC 8414).
type Metadata struct {
	Issuer                      string   `json:"issuer"`
	AuthorizationEndpoint       string   `json:"authorization_endpoint"`
	TokenEndpoint               string   `json:"token_endpoint"`
	RegistrationEndpoint        string   `json:"registration_endpoint"`
	RevocationEndpoint          string   `json:"revocation_endpoint"`
	DeviceAuthorizationEndpoint string   `json:"device_authorization_endpoint"`
	GrantTypes                  []string `json:"grant_types_supported"`
	CodeChallengeMethods        []string `json:"code_challenge_methods_supported"`
	// NamesIssuer is set when answers by way of a browser say who gives them
	// (RFC 9207).
	NamesIssuer bool `json:"authorization_response_iss_parameter_supported"`
	// AccountManagementURI is where users manage their accounts, in a browser; empty
	// if the server does not say, or names an unsafe address
	// (https://spec.matrix.org/v1.19/client-server-api/#account-management-url-discovery).
	AccountManagementURI string `json:"account_management_uri"`
}

var errNotMetadata = errors.New("what the homeserver says about its OAuth server makes no sense")

// ParseMetadata reads what the homeserver at a base URL answers, and accepts
// nothing that would send a secret or a browser to an unsafe address.
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
			return Metadata{}, fmt.Errorf("the homeserver names an OAuth server whose %s is not at an https URL", e.name)
		}
	}
	if !safe(m.AccountManagementURI, homeserver) {
		m.AccountManagementURI = ""
	}
	return m, nil
}

// safe reports whether a URL is one to follow: https, unless it is on the
// homeserver's own host and the person chose to go there without.
func safe(rawURL, homeserver string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || !printable(rawURL) {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	chosen, err := url.Parse(homeserver)
	return err == nil && u.Scheme == "http" && chosen.Scheme == "http" && u.Hostname() == chosen.Hostname()
}

// OffersDevice reports whether one may sign in with a code on another device.
func (m Metadata) OffersDevice() bool {
	return m.DeviceAuthorizationEndpoint != "" && m.offers(grantDevice)
}

// OffersBrowser reports whether one may sign in with a browser that comes back.
func (m Metadata) OffersBrowser() bool {
	return m.AuthorizationEndpoint != "" && m.offers(grantCode) && slices.Contains(m.CodeChallengeMethods, "S256")
}

func (m Metadata) offers(grant string) bool { return slices.Contains(m.GrantTypes, grant) }
