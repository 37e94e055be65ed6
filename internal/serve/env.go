package serve

import (
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// maxValue limits the length of a value, in bytes.
const maxValue = 128

// passes reports whether a visitor may set an environment variable. Only
// variables of the terminal, of the language and of the time zone are allowed.
func passes(name, value string) bool {
	switch {
	case len(value) > maxValue || safetext.Line(value) != value:
		return false
	case name == "TERM", name == "COLORTERM", name == "NO_COLOR", name == "LANG", name == "TZ":
		return true
	}
	return strings.HasPrefix(name, "LC_") && len(name) <= 32 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
