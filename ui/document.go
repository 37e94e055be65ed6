package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// documentOpened says whether the browser has a document.
type documentOpened struct{ err error }

// openDocument opens a page of the web in the user's browser, from which nothing
// comes back.
func openDocument(ctx context.Context, sh *shell, from screen, address string) tea.Cmd {
	browse := sh.opt.Browse
	return ask(ctx, from, func(ctx context.Context) tea.Msg {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // nothing is waited for
		browser, err := browse(ctx)
		if err == nil {
			err = browser.Open(address)
		}
		return documentOpened{err}
	})
}

func tellOpened(sh *shell, msg documentOpened) {
	if msg.err != nil {
		sh.notice = notice{bad: true, text: "The browser could not be opened: " + msg.err.Error() + ". Press " +
			sh.keys.CopyDocument.Help().Key + " to copy the address."}
		return
	}
	sh.say("Opened in your browser.")
}
