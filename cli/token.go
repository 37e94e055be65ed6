package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// shortestToken is how many letters of a token are shown at least.
const shortestToken = 6

type tokenKey struct {
	room  id.RoomID
	token string
}

// shortTokens gives every invite as much of its token as tells it from the
// others of its room. Sydent's tokens have 128 letters.
func shortTokens(invites []invite.Invite) map[tokenKey]string {
	tokens := map[id.RoomID][]string{}
	for _, i := range invites {
		tokens[i.RoomID] = append(tokens[i.RoomID], i.Token)
	}
	short := map[tokenKey]string{}
	for room, all := range tokens {
		slices.Sort(all)
		for n, token := range all {
			length := shortestToken
			if n > 0 {
				length = max(length, common(token, all[n-1])+1)
			}
			if n+1 < len(all) {
				length = max(length, common(token, all[n+1])+1)
			}
			short[tokenKey{room, token}] = firstLetters(token, length)
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

// firstLetters is the first n bytes of s, and the rest of a letter that they cut.
func firstLetters(s string, n int) string {
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return s[:min(n, len(s))]
}

// findInvite returns the invite of a room that a person means by a token or the
// beginning of one.
func findInvite(account *client.Account, room client.Room, token string) (invite.Invite, error) {
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
		return invite.Invite{}, fmt.Errorf("%s in %s: %w", token, cut(room.Name, nameWidth), client.ErrNoInvite)
	case 1:
		return found[0], nil
	}
	return invite.Invite{}, fmt.Errorf("%s is the beginning of %d tokens in %s", token, len(found), cut(room.Name, nameWidth))
}
