// Package threepid says what an e-mail address is that can be invited, and when
// two spellings are the same address.
package threepid

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/text/cases"
)

// Email is the one medium that invites are sent by.
const Email = "email"

// An ID is a third-party identifier (3PID)
// (https://spec.matrix.org/v1.19/appendices/#3pid-types).
type ID struct {
	Medium  string
	Address string // canonical: case folded
}

// maxTyped bounds the text, in bytes, that is parsed and quoted in an error.
const maxTyped = 1000

// ErrNotAddress means that a text is not an e-mail address.
var ErrNotAddress = errors.New("not an e-mail address")

// ParseEmail parses an e-mail address as users type and paste it: alone, as
// Name <a@b>, or as a mailto: link. The result is case folded, including the
// local part, because identity servers hash it that way and homeservers do not
// fold it.
func ParseEmail(s string) (ID, error) {
	s = strings.TrimSpace(s)
	if len(s) >= 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if len(s) > maxTyped {
		return ID{}, fmt.Errorf("%d characters are %w", len(s), ErrNotAddress)
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return ID{}, fmt.Errorf("%q is %w", s, ErrNotAddress)
	}
	if rule := broken(a.Address); rule != "" {
		return ID{}, fmt.Errorf("%q is %w: %s", s, ErrNotAddress, rule)
	}
	return ID{Medium: Email, Address: cases.Fold().String(a.Address)}, nil
}
