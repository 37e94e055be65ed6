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
	if why := misleading(s); why != "" {
		return threepid.ID{}, fmt.Errorf("%w: %s", threepid.ErrNotAddress, why)
	}
	if err := threepid.Check(s); err != nil {
		return threepid.ID{}, err
	}
	id, err := threepid.ParseEmail(s)
	if err == nil && id.Address != s {
		var again threepid.ID
		if again, err = threepid.ParseEmail(id.Address); again != id {
			return threepid.ID{}, threepid.ErrNotAddress
		}
	}
	if err != nil {
		return threepid.ID{}, threepid.ErrNotAddress // the error of ParseEmail quotes the address
	}
	return id, nil
}

// maxAddress, in bytes, is longer than any address that identity servers accept.
const maxAddress = 1000

// bare removes quotes, brackets, punctuation and invisible characters around an
// address, and the scheme and the query of a mailto: link.
func bare(word string) string {
	word = trimInvisible(word)
	if strings.HasPrefix(word, `="`) { // a spreadsheet keeps a text as text like this
		word = word[1:]
	}
	if id := bareUserID(word); isUserID(id) {
		return id
	}
	word = trimInvisible(strings.Trim(word, `"'<>()[]{},;:*|`+"`’‘"))
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
	return trimInvisible(word)
}
