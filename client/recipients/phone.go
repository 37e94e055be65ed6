package recipients

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// ErrPhone is the error of a text that is a phone number.
var ErrPhone = errors.New("a phone number: mxinvite invites by e-mail address or Matrix ID only; ask for one of these")

var (
	phone = regexp.MustCompile(`^(?i:(?:tel|phone|mobile|tel\.|mob\.|sms):?\s*)?(\+|\(\+?)?\d[\d\s().\-/]{4,24}\d$`)
	date  = regexp.MustCompile(`^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})$`)
)

// isPhone reports whether s is a phone number as people write it: seven to fifteen
// digits (ITU-T E.164) with punctuation between them. A date is not a phone number.
func isPhone(s string) bool {
	s = strings.Trim(s, " \t\"'<>,;:")
	if len(s) > maxText || !phone.MatchString(s) || date.MatchString(s) {
		return false
	}
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits >= 7 && digits <= 15
}

// endsWithPhone reports whether a piece is a name followed by a phone number.
func endsWithPhone(piece string) bool {
	if len(piece) > maxText {
		return false
	}
	for at := 0; at < len(piece); {
		if isPhone(piece[at:]) {
			return true
		}
		space := strings.IndexByte(piece[at:], ' ')
		if space < 0 {
			return false
		}
		at += space + 1
	}
	return false
}

// notInvitee returns the reason why a piece without an @ is not an invitee.
func notInvitee(piece string) error {
	switch {
	case roomLink.MatchString(start(piece)):
		return ErrRoomLink
	case endsWithPhone(piece):
		return ErrPhone
	}
	return ErrNoAddress
}
