package threepid

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// ace is the prefix of a domain label that encodes a label with non-ASCII letters
// (RFC 5890, section 2.3.2.1).
const ace = "xn--"

// Canonical returns the spelling that addresses are compared by. The domain may
// be written in Unicode or in ASCII (RFC 5890): ada@bücher.example is
// ada@xn--bcher-kva.example. Send and hash the address as it was typed, not this
// one: to an identity server the two are different addresses
// (https://spec.matrix.org/v1.19/appendices/#3pid-types).
func (t ID) Canonical() ID {
	local, domain, ok := cutAddress(t.Address)
	if ascii := inASCII(domain); ok && t.Medium == Email && ascii != domain {
		t.Address = local + "@" + ascii
	}
	return t
}

// Spellings returns the address and, if its domain can also be written in
// Unicode or in ASCII, the address with that domain.
func (t ID) Spellings() []string {
	all := []string{t.Address}
	local, domain, ok := cutAddress(t.Address)
	if !ok || t.Medium != Email {
		return all
	}
	ascii := inASCII(domain)
	letters, err := idna.Registration.ToUnicode(ascii)
	if err != nil {
		letters = ascii
	}
	for _, other := range []string{ascii, letters} {
		if other != domain && strings.Contains(ascii, ace) {
			all = append(all, local+"@"+other)
		}
	}
	return all
}

// inASCII returns the ASCII form of a domain, or the unchanged domain if the
// form is ambiguous: the addresses of two people must not become one. Letters
// are not mapped to others that look or mean the same, and a label that begins
// with xn-- must be the encoding of its Unicode form.
func inASCII(domain string) string {
	if isASCII(domain) && !strings.Contains(domain, ace) {
		return domain
	}
	composed := norm.NFC.String(domain)
	ascii, err := idna.Registration.ToASCII(composed)
	if err != nil {
		return domain
	}
	before, after := strings.Split(composed, "."), strings.Split(ascii, ".")
	if len(before) != len(after) {
		return domain
	}
	for n, label := range before {
		if isASCII(label) && label != after[n] {
			return domain
		}
	}
	return ascii
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0
}

func cutAddress(address string) (local, domain string, ok bool) {
	n := strings.LastIndexByte(address, '@')
	if n < 0 {
		return "", "", false
	}
	return address[:n], address[n+1:], true
}
