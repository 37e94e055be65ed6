package recipients

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/id"
)

// ErrNotUserID is wrapped by the errors of what looks like a Matrix ID and is
// none.
var ErrNotUserID = errors.New("not a Matrix ID")

// ErrRoomLink says that a link leads to a room.
var ErrRoomLink = errors.New("a link to a room, not to a person")

// isUserID reports whether s, which holds no spaces, is meant as a Matrix ID.
func isUserID(s string) bool {
	return len(s) > 1 && s[0] == '@' && !strings.Contains(s[1:], "@")
}

// parseUserID reads a Matrix ID. Localparts may have all characters that were
// allowed in the past (https://spec.matrix.org/v1.19/appendices/#historical-user-ids),
// except those beyond ASCII: no homeserver gives them out, and they look like
// others.
func parseUserID(s string) (id.UserID, error) {
	local, server, ok := strings.Cut(strings.TrimPrefix(s, "@"), ":")
	switch {
	case !ok || server == "":
		return "", fmt.Errorf("%w: the server is missing, as in @grace:navy.example", ErrNotUserID)
	case len(s) > id.UserIDMaxLength:
		return "", fmt.Errorf("%w: longer than %d bytes", ErrNotUserID, id.UserIDMaxLength)
	case local == "":
		return "", fmt.Errorf("%w: the part before the colon is empty", ErrNotUserID)
	case strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "", fmt.Errorf("%w: a character that it may not have", ErrNotUserID)
	case !id.ValidateServerName(server):
		return "", fmt.Errorf("%w: what follows the colon is not the name of a server", ErrNotUserID)
	}
	return id.UserID(strings.Clone(s)), nil
}

// bareUserID takes off what stands around a Matrix ID in running text. The
// server may be an IPv6 address in brackets.
func bareUserID(word string) string {
	word = strings.TrimLeft(word, `"'<>()[]{},;:*|`+"`")
	word = strings.TrimRight(word, `"'<>(){},;:*|.!?`+"`")
	if open := strings.Count(word, "["); strings.HasSuffix(word, "]") && strings.Count(word, "]") > open {
		word = strings.TrimRight(word, "]") + strings.Repeat("]", open)
	}
	return word
}

// Links to users: https://spec.matrix.org/v1.19/appendices/#uris. Clients copy a
// mention as a link in Markdown.
const userLinkPattern = `(?:https?://(?:www\.)?matrix\.to/#/(?:@|%40)|matrix:(?://)?(?:u|user)/)` +
	`([^\s<>"?,;()\[\]]+)(?:\?[^\s<>",;()\[\]]*)?`

var (
	userLink = regexp.MustCompile(`(?i)` + userLinkPattern)
	mention  = regexp.MustCompile(`(?i)\[([^\[\]\n]{1,200})\]\(` + userLinkPattern + `\)`)
	roomLink = regexp.MustCompile(`(?i)^<?(?:https?://(?:www\.)?matrix\.to/#/(?:[#!]|%23|%21)|matrix:(?://)?(?:r|room|roomid)/)`)
)

// writeOutLinks replaces links to users by their Matrix IDs.
func writeOutLinks(text string) string {
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

// unescapeUserID is the Matrix ID in a link, without its @.
func unescapeUserID(s string) (string, bool) {
	s, err := url.PathUnescape(strings.TrimRight(s, "/"))
	if err != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	return "@" + s, true
}
