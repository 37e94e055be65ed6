package invite

import "strings"

// Matches reports whether address may be the one behind a display name such as
// "gra...@nav...": identity servers keep the beginning of both halves and put
// dots for the rest. Other addresses match as well. It serves to ask "is this
// the same person again?", never to answer.
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
