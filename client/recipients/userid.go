package recipients

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/id"
)

// ErrNotUserID is the error for a text that looks like a Matrix ID but is not
// valid.
var ErrNotUserID = errors.New("not a Matrix ID")

// ErrRoomLink is the error of a link to a room.
var ErrRoomLink = errors.New("a link to a room, not to a user")

// isUserID reports whether s, which contains no spaces, looks like a Matrix ID.
func isUserID(s string) bool {
	return len(s) > 1 && s[0] == '@' && !strings.Contains(s[1:], "@")
}

// parseUserID parses a Matrix ID. The localpart may contain all ASCII characters of
// historical user IDs
// (https://spec.matrix.org/v1.19/appendices/#historical-user-ids). Other characters
// are refused: homeservers do not create such IDs, and they may look like other
// IDs.
func parseUserID(s string) (id.UserID, error) {
	local, server, ok := strings.Cut(strings.TrimPrefix(s, "@"), ":")
	why := misleading(s)
	switch {
	case why != "":
		return "", fmt.Errorf("%w: %s", ErrNotUserID, why)
	case !ok || server == "":
		return "", fmt.Errorf("%w: add the server name, as in @grace:navy.example", ErrNotUserID)
	case len(s) > id.UserIDMaxLength:
		return "", fmt.Errorf("%w: longer than %d bytes", ErrNotUserID, id.UserIDMaxLength)
	case local == "":
		return "", fmt.Errorf("%w: nothing before the colon", ErrNotUserID)
	case strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "", fmt.Errorf("%w: it contains a character that is not allowed", ErrNotUserID)
	case !id.ValidateServerName(server):
		return "", fmt.Errorf("%w: no valid server name after the colon", ErrNotUserID)
	}
	return id.UserID(strings.Clone(s)), nil
}

// bareUserID removes punctuation around a Matrix ID. The server may be an IPv6
// address in brackets.
func bareUserID(word string) string {
	word = strings.TrimLeft(word, `"'<>()[]{},;:*|`+"`")
	word = strings.TrimRight(word, `"'<>(){},;:*|.!?`+"`")
	if open := strings.Count(word, "["); strings.HasSuffix(word, "]") && strings.Count(word, "]") > open {
		word = strings.TrimRight(word, "]") + strings.Repeat("]", open)
	}
	return word
}

// Links to users (https://spec.matrix.org/v1.19/appendices/#uris). Some clients
// copy a mention as a Markdown link.
const userLinkPattern = `(?:https?://(?:www\.)?matrix\.to/#/(?:@|%40)|matrix:(?://)?(?:u|user)/)` +
	`([^\s<>"?,;()\[\]]+)(?:\?[^\s<>",;()\[\]]*)?`

var (
	userLink = regexp.MustCompile(`(?i)` + userLinkPattern)
	mention  = regexp.MustCompile(`(?i)\[([^\[\]\n]{1,200})\]\(` + userLinkPattern + `\)`)
	roomLink = regexp.MustCompile(`(?i)^<?(?:https?://(?:www\.)?matrix\.to/#/(?:[#!]|%23|%21)|matrix:(?://)?(?:r|room|roomid)/)`)
)

// replaceUserLinks replaces links to users by their Matrix IDs.
func replaceUserLinks(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	text = mention.ReplaceAllStringFunc(text, func(link string) string {
		parts := mention.FindStringSubmatch(link)
		if id, ok := unescapeUserID(parts[2]); ok {
			return parts[1] + " <" + id + ">"
		}
		return link
	})
	return userLink.ReplaceAllStringFunc(text, func(link string) string {
		if id, ok := unescapeUserID(userLink.FindStringSubmatch(link)[1]); ok {
			return id
		}
		return link
	})
}

// unescapeUserID returns the Matrix ID in a link, where it is percent-encoded and
// has no @.
func unescapeUserID(s string) (string, bool) {
	s, err := url.PathUnescape(strings.TrimRight(s, "/"))
	if err != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	return "@" + s, true
}
