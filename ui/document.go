package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/shell"
)

// documentOpened is the result of opening a document in a browser.
type documentOpened struct{ err error }

// openDocument opens a web page in the user's browser. It does not wait for a
// redirect.
func openDocument(ctx context.Context, sh *shell.Shell, from shell.Screen, address string) tea.Cmd {
	browse := sh.Options.Browse
	return shell.Ask(ctx, from, func(ctx context.Context) tea.Msg {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // no redirect is expected
		browser, err := browse(ctx)
		if err == nil {
			err = browser.Open(address)
		}
		return documentOpened{err}
	})
}

func tellOpened(sh *shell.Shell, msg documentOpened) {
	if msg.err != nil {
		sh.Notice = shell.Notice{Bad: true, Text: "The browser could not be opened: " + msg.err.Error() + ". Press " +
			sh.Keys.CopyDocument.Help().Key + " to copy the address."}
		return
	}
	sh.ShowSuccess("Opened in your browser.")
}
