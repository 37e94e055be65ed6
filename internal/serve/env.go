package serve

import (
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// maxValue is more than any of these variables needs, in bytes.
const maxValue = 128

// passes reports whether a visitor may set an environment variable: those that
// say what the terminal is like and which language its reader has.
func passes(name, value string) bool {
	switch {
	case len(value) > maxValue || safetext.Line(value) != value:
		return false
	case name == "TERM", name == "COLORTERM", name == "NO_COLOR", name == "LANG":
		return true
	}
	return strings.HasPrefix(name, "LC_") && len(name) <= 32 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
