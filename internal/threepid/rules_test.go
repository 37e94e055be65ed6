package threepid_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

func TestRefusedAddressesNameTheRule(t *testing.T) {
	for address, want := range map[string]string{
		"grace":                                        "no @",
		"@navy.example":                                "nothing before the @",
		"grace@":                                       "nothing after the @",
		"grace@home@navy.example":                      "more than one @",
		"grace..b@navy.example":                        "two dots in a row",
		".grace@navy.example":                          "a dot at the beginning",
		"grace.@navy.example":                          "a dot before the @",
		"grace@.navy.example":                          "a dot after the @",
		"grace@navy..example":                          "two dots in a row",
		"grace@navy.example.":                          "a dot at the end",
		"grace@localhost":                              "no dot after the @",
		"grace@[127.0.0.1]":                            "IP addresses cannot be invited",
		"grace b@navy.example":                         "it contains a space",
		`"grace b"@navy.example`:                       "a part before the @ in quotes cannot be invited",
		"grace,b@navy.example":                         "',' before the @ is not allowed",
		"grace@navy/x.example":                         "'/' after the @ is not allowed",
		"grace@na\x01vy.example":                       "it contains a control character",
		strings.Repeat("g", 65) + "@x.example":         "65 bytes before the @, at most 64 are allowed",
		"g@" + strings.Repeat("n", 64) + ".example":    "64 bytes in a part of the domain, at most 63 are allowed",
		"g@" + strings.Repeat("navy.", 50) + "example": "259 bytes long, at most 254 are allowed",
		strings.Repeat("g", 64) + "@x.example":         "",
		"g@" + strings.Repeat("n", 63) + ".example":    "",
		"g@" + strings.Repeat("ü", 50) + ".example":    "",
		"o'brien+ops@navy.example":                     "",
	} {
		got := ""
		if err := threepid.Check(address); err != nil {
			got = strings.TrimPrefix(err.Error(), "not an e-mail address: ")
			if !errors.Is(err, threepid.ErrNotAddress) {
				t.Errorf("%q: %v", address, err)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
