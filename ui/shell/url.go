package shell

import (
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/qrtext"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/style"
)

// IsWebURL reports whether an address is an http or https URL without control
// characters and user names, so that a browser can open it safely.
func IsWebURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		safetext.Line(address) == address
}

// RenderURL wraps the text of a link to lines of a width in cells. Each line is a
// hyperlink to the whole URL, for terminals that support hyperlinks.
func RenderURL(st style.Styles, shown, to string, width int) string {
	look := st.Accent
	if IsWebURL(to) {
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

// DrawQR draws a text as a QR code. It is empty if the text is too long for one.
func DrawQR(st style.Styles, text string) string {
	lines, err := qrtext.Draw(text, !st.Dark)
	if err != nil {
		return ""
	}
	for i, line := range lines {
		lines[i] = st.QR.Render(line)
	}
	return strings.Join(lines, "\n")
}

// CopyURL copies an address to the clipboard of the user's terminal.
func (sh *Shell) CopyURL(address string) tea.Cmd {
	return sh.Copy(address, "The address is copied, if your terminal allows it.")
}
