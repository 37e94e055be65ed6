package invite

import "strings"

// Matches reports whether a display name such as "gra...@nav..." may be the
// shortened form of address. Identity servers keep the beginning of the local part
// and of the domain and replace the rest by dots, so several addresses can have
// the same display name. A match does not prove that the address is the same.
func Matches(displayName, address string) bool {
	nameLocal, nameDomain, ok := cutLast(displayName, "@")
	local, domain, ok2 := cutLast(address, "@")
	return ok && ok2 && matchesPart(nameLocal, local) && matchesPart(nameDomain, domain)
}

func matchesPart(redacted, part string) bool {
	if prefix, ok := strings.CutSuffix(redacted, "..."); ok {
		return len(part) >= len(prefix) && strings.EqualFold(part[:len(prefix)], prefix)
	}
	return strings.EqualFold(redacted, part)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
