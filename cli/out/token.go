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

// ShortestToken is the minimum length of a shortened token.
const ShortestToken = 6

// A TokenKey identifies an invite. Tokens are unique only within a room.
type TokenKey struct {
	Room  id.RoomID
	Token string
}

// ShortTokens returns for each invite the shortest prefix of its token that is
// unique in its room, but at least ShortestToken characters. Tokens of Sydent have
// 128 characters.
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

// common returns the length of the common prefix of two strings, in bytes.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// FirstLetters returns the first n bytes of s, and the rest of a character that
// this would cut.
func FirstLetters(s string, n int) string {
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return s[:min(n, len(s))]
}

// FindInvite returns the invite of a room with a token, or with a unique prefix of
// its token.
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
