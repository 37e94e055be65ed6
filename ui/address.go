package ui

import (
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
)

// onTheWeb reports whether an address is one for a browser or a camera to follow:
// it leads to no file and runs nothing.
func onTheWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		safetext.Line(address) == address
}

// linked shows an address over as many lines as it takes. Terminals that know
// links follow each of them to the whole of where it leads.
func linked(st style.Styles, shown, to string, width int) string {
	look := st.Accent
	if onTheWeb(to) {
		look = look.Hyperlink(to)
	}
	shown = safetext.Line(shown)
	var lines []string
	for r := []rune(shown); len(r) > 0; {
		n := min(len(r), max(1, width))
		lines = append(lines, look.Render(string(r[:n])))
		r = r[n:]
	}
	return strings.Join(lines, "\n")
}

// copyAddress gives an address to the terminal to keep.
func copyAddress(sh *shell.Shell, address string) tea.Cmd {
	return sh.Copy(address, "The address is copied, if your terminal allows it.")
}
