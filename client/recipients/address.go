package recipients

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// parseAddress reads an address without a name or brackets. It refuses an address
// that would not parse to itself again: RFC 5322 allows addresses that become
// invalid when their quotes are removed or their letters are folded.
func parseAddress(s string) (threepid.ID, error) {
	if len(s) > maxAddress {
		return threepid.ID{}, fmt.Errorf("%w: too long", threepid.ErrNotAddress)
	}
	id, err := threepid.ParseEmail(s)
	if err == nil && id.Address != s {
		var again threepid.ID
		if again, err = threepid.ParseEmail(id.Address); again != id {
			return threepid.ID{}, threepid.ErrNotAddress
		}
	}
	if err != nil {
		return threepid.ID{}, reason(s)
	}
	return id, nil
}

// maxAddress, in bytes, is longer than any address that identity servers accept.
const maxAddress = 1000

// reason says what is wrong with an address. The error of [threepid.ParseEmail] is
// not used because it quotes the address.
func reason(s string) error {
	local, domain, _ := strings.Cut(s, "@")
	switch {
	case strings.Contains(domain, "@"):
		return fmt.Errorf("%w: more than one @", threepid.ErrNotAddress)
	case local == "":
		return fmt.Errorf("%w: nothing before the @", threepid.ErrNotAddress)
	case domain == "":
		return fmt.Errorf("%w: nothing after the @", threepid.ErrNotAddress)
	case !strings.Contains(domain, "."):
		return fmt.Errorf("%w: no dot after the @", threepid.ErrNotAddress)
	}
	return threepid.ErrNotAddress
}

// bare removes quotes, brackets and punctuation around an address, and the scheme
// and the query of a mailto: link.
func bare(word string) string {
	if id := bareUserID(word); isUserID(id) {
		return id
	}
	word = strings.Trim(word, `"'<>()[]{},;:*|`+"`")
	word = strings.TrimRight(word, ".!?")
	const scheme = "mailto:"
	link := len(word) >= len(scheme) && strings.EqualFold(word[:len(scheme)], scheme)
	if link {
		word = word[len(scheme):]
	}
	// A local part may contain a question mark, a domain may not.
	if at := strings.LastIndexByte(word, '@'); at >= 0 {
		if q := strings.IndexByte(word[at:], '?'); q >= 0 {
			word = word[:at+q]
		}
	}
	if link {
		if plain, err := url.PathUnescape(word); err == nil {
			word = plain
		}
	}
	return word
}
