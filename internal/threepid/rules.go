package threepid

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The longest local part, domain label and address, in bytes
// (https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1,
// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 and
// https://www.rfc-editor.org/errata/eid1690).
const (
	maxLocal   = 64
	maxLabel   = 63
	maxAddress = 254
)

// Check returns an error that wraps [ErrNotAddress] and names the rule that an address
// without a name breaks. It does not quote the address. It returns nil if the address
// breaks none of the rules that it knows; [ParseEmail] has the last word.
func Check(address string) error {
	if rule := broken(address); rule != "" {
		return fmt.Errorf("%w: %s", ErrNotAddress, rule)
	}
	return nil
}

func broken(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "no @"
	}
	local, domain := address[:at], address[at+1:]
	switch {
	case strings.HasSuffix(local, `"`):
		return "a part before the @ in quotes cannot be invited"
	case strings.Contains(local, "@"):
		return "more than one @"
	case local == "":
		return "nothing before the @"
	case domain == "":
		return "nothing after the @"
	case strings.ContainsAny(address, " \t\r\n"):
		return "it contains a space"
	}
	if rule := brokenLocal(local); rule != "" {
		return rule
	}
	if rule := brokenDomain(domain); rule != "" {
		return rule
	}
	if len(address) > maxAddress {
		return fmt.Sprintf("%d bytes long, at most %d are allowed", len(address), maxAddress)
	}
	return ""
}

// brokenLocal checks the part before the @, a dot-atom
// (https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3).
func brokenLocal(local string) string {
	switch {
	case len(local) > maxLocal:
		return fmt.Sprintf("%d bytes before the @, at most %d are allowed", len(local), maxLocal)
	case strings.HasPrefix(local, "."):
		return "a dot at the beginning"
	case strings.HasSuffix(local, "."):
		return "a dot before the @"
	case strings.Contains(local, ".."):
		return "two dots in a row"
	}
	return character(local, "before", "()<>[]:;\\,\"")
}

// brokenDomain checks the part after the @, a host name
// (https://www.rfc-editor.org/rfc/rfc1123#section-2.1). Underscores are in use.
func brokenDomain(domain string) string {
	switch {
	case strings.HasPrefix(domain, "["):
		return "IP addresses cannot be invited"
	case !strings.Contains(domain, "."):
		return "no dot after the @"
	case strings.Contains(domain, ".."):
		return "two dots in a row"
	case strings.HasPrefix(domain, "."):
		return "a dot after the @"
	case strings.HasSuffix(domain, "."):
		return "a dot at the end"
	}
	for label := range strings.SplitSeq(domain, ".") {
		if n := len(inASCII(label)); n > maxLabel {
			return fmt.Sprintf("%d bytes in a part of the domain, at most %d are allowed", n, maxLabel)
		}
	}
	return character(domain, "after", "!\"#$%&'()*+,/:;<=>?[\\]^`{|}~")
}

// character names the first character of s that an address may not contain.
func character(s, where, refused string) string {
	for _, r := range s {
		switch {
		case r < ' ' || r == 0x7f || r == utf8.RuneError:
			return "it contains a control character"
		case strings.ContainsRune(refused, r):
			return fmt.Sprintf("%q %s the @ is not allowed", r, where)
		}
	}
	return ""
}
