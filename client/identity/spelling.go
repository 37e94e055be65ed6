package identity

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// ace is how a label begins that stands for one with other letters than ASCII
// has (RFC 5890, section 2.3.2.1).
const ace = "xn--"

// Canonical is the same for two spellings of one address, whose domain may be
// written in letters or in ASCII (RFC 5890): ada@bücher.example and
// ada@xn--bcher-kva.example. It is for comparing. What is sent and hashed stays
// as it was typed: an identity server takes the two for different addresses
// (https://spec.matrix.org/v1.19/appendices/#3pid-types).
func (t ThreePID) Canonical() ThreePID {
	local, domain, ok := cutAddress(t.Address)
	if ascii := inASCII(domain); ok && t.Medium == Email && ascii != domain {
		t.Address = local + "@" + ascii
	}
	return t
}

// Spellings are the address as it is and, if its domain may be written in
// another way, as that too.
func (t ThreePID) Spellings() []string {
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

// inASCII writes a domain in ASCII, if it is beyond doubt which that is, and else
// leaves it alone: two people must not become one. No letter is exchanged for
// another that only looks or means the same, and what begins with xn-- has to
// stand for what would be written so.
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
