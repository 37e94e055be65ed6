package identity

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/text/cases"
)

// Email is the one medium that invites are sent by.
const Email = "email"

// A ThreePID is a third-party identifier
// (https://spec.matrix.org/v1.19/appendices/#3pid-types).
type ThreePID struct {
	Medium  string
	Address string // canonical: case folded
}

// maxTyped is more than an address with a name takes, and little enough to be
// quoted when it is wrong.
const maxTyped = 1000

// ErrNotAddress says that a text is no e-mail address.
var ErrNotAddress = errors.New("not an e-mail address")

// ParseEmail reads an e-mail address as people type and paste them: bare, as
// Name <a@b>, or as a mailto: link. The result is case folded, local part and
// all, for identity servers hash it that way and homeservers do not do it for us.
func ParseEmail(s string) (ThreePID, error) {
	s = strings.TrimSpace(s)
	if len(s) >= 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if len(s) > maxTyped {
		return ThreePID{}, fmt.Errorf("%d characters are %w", len(s), ErrNotAddress)
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return ThreePID{}, fmt.Errorf("%q is %w", s, ErrNotAddress)
	}
	domain := a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	switch {
	case strings.ContainsAny(a.Address, " \t\"\\,;:<>()") || strings.HasPrefix(domain, "["):
		// Legal by RFC 5322, but neither hashed nor mailed by any identity server.
		return ThreePID{}, fmt.Errorf("%q is %w that can be invited", s, ErrNotAddress)
	case !strings.Contains(domain, "."):
		return ThreePID{}, fmt.Errorf("%q is %w: the part after the @ has no dot", s, ErrNotAddress)
	case len(a.Address) > 500: // Sydent's limit
		return ThreePID{}, fmt.Errorf("%d characters are %w", len(a.Address), ErrNotAddress)
	}
	return ThreePID{Medium: Email, Address: cases.Fold().String(a.Address)}, nil
}
