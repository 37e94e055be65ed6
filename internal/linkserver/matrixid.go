package linkserver

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// parseUser parses a Matrix ID that a user typed. It also accepts historical user IDs,
// whose name has any printable ASCII character except a colon
// (https://spec.matrix.org/v1.19/appendices/#historical-user-ids).
func parseUser(s string) (id.UserID, *refusal) {
	user := id.UserID(strings.TrimSpace(s))
	local, _, err := user.ParseAndValidateRelaxed()
	if err != nil || local == "" || strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errNotMatrixID
	}
	return user, nil
}

// shown returns a text of a link, cleaned for a page.
func shown(s string) string { return safetext.Line(s) }
