package out

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// ShortestToken is how many letters of a token are shown at least.
const ShortestToken = 6

// A TokenKey is an invite: tokens are unique in a room only.
type TokenKey struct {
	Room  id.RoomID
	Token string
}

// ShortTokens gives every invite as much of its token as tells it from the
// others of its room. Sydent's tokens have 128 letters.
func ShortTokens(invites []invite.Invite) map[TokenKey]string {
	tokens := map[id.RoomID][]string{}
	for _, i := range invites {
		tokens[i.RoomID] = append(tokens[i.RoomID], i.Token)
	}
	short := map[TokenKey]string{}
	for room, all := range tokens {
		slices.Sort(all)
		for n, token := range all {
			length := ShortestToken
			if n > 0 {
				length = max(length, common(token, all[n-1])+1)
			}
			if n+1 < len(all) {
				length = max(length, common(token, all[n+1])+1)
			}
			short[TokenKey{room, token}] = FirstLetters(token, length)
		}
	}
	return short
}

// common is how many bytes two strings have in common at their beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// FirstLetters is the first n bytes of s, and the rest of a letter that they cut.
func FirstLetters(s string, n int) string {
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return s[:min(n, len(s))]
}

// FindInvite returns the invite of a room that a person means by a token or the
// beginning of one.
func FindInvite(account *client.Account, room client.Room, token string) (invite.Invite, error) {
	var found []invite.Invite
	for _, i := range account.Invites(room.ID) {
		if i.Token == token {
			return i, nil
		}
		if token != "" && strings.HasPrefix(i.Token, token) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return invite.Invite{}, fmt.Errorf("%s in %s: %w", token, Cut(room.Name, NameWidth), client.ErrNoInvite)
	case 1:
		return found[0], nil
	}
	return invite.Invite{}, fmt.Errorf("%s is the beginning of %d tokens in %s", token, len(found), Cut(room.Name, NameWidth))
}
