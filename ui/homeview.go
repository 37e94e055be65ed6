package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// sideBySide is the minimum width at which the details are shown beside the list.
const sideBySide = 110

// wide is the maximum width at which a row is easy to read.
const wide = 140

// listWidth returns the width of a list on a page of some width, which may have the
// details beside it.
func listWidth(width int) int {
	if width < sideBySide {
		return width
	}
	return min(width*5/8, wide)
}

func (h *homePage) View(width, height int) (string, *tea.Cursor) {
	st := h.sh.Styles
	var body string
	switch {
	case h.loading() && h.problem != nil:
		body = "\n" + h.sh.RenderError(h.problem, width-4) + "\n\n" +
			st.Faint.Render("Trying again at "+wording.Seconds(h.sh.Connection.RetryAt, h.sh.Options.Location)+".")
	case h.loading() && h.sh.Connection.Rooms > 0:
		body = "\n" + h.spinner.View() + " " + phrase.Capital(h.sh.Connection.Progress()) + "…"
	case h.loading():
		body = "\n" + h.spinner.View() + " Loading your rooms from " + cells.Cut(h.sh.Account.UserID().Homeserver(), width/2) + "…"
	case len(h.rooms) == 0:
		body = "\n" + noRoomsText(h.sh, width-4)
	case len(h.Rows) == 0:
		body = "\n" + cells.Wrap("There are no invites by e-mail in your "+phrase.Count(len(h.rooms), "room")+" yet.", width-4) + "\n\nPress " +
			st.Accent.Render(h.sh.Keys.Invite.Help().Key) + " to invite someone."
	default:
		return h.view(width, height, h.tail())
	}
	line, cursor := h.Filter.View(width-3, "", h.Pick)
	if strings.TrimSpace(line) != "" {
		line = "\n" + cells.Indent(line, 1) + "\n"
	}
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+1
	}
	return line + cells.Indent(body, 2), cursor
}

// withDetails draws a list of invites and, if they fit, the details of the selected
// invite beside it.
func withDetails(sh *shell.Shell, list string, chosen *row, width, height int) string {
	left := listWidth(width)
	list = cells.Block(list, left, height)
	if left == width {
		return list
	}
	pane := ""
	if chosen != nil {
		lines := strings.Split(details(sh, *chosen, width-left-3), "\n")
		pane = sh.KeySpot(cells.Indent(widget.FitLines(sh.Styles, lines, height), 1), sh.Keys.Open)
	}
	return cells.Beside(list, cells.Block(pane, width-left-1, height), sh.Styles.Rule.Render("│"))
}

// tail returns the end of the line of tabs: the progress of revocations or, if there is
// none, the numbers of shown and marked invites.
func (h *homePage) tail() widget.Summary {
	st := h.sh.Styles
	if p := h.sh.Progress; !p.None() && h.sh.Revocations.Any() {
		bar := st.Warn.Render("revoking") + " " + p.Bar(st, min(20, (h.sh.Width-2)/6))
		return widget.Summary{Long: bar, Short: bar}
	}
	return h.Summary()
}
