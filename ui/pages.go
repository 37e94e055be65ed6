package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// pages are the pages that the shell opens by itself.
type pages struct {
	// start opens the first page if the program begins without an account.
	start func(*shell) tea.Cmd
	// home returns the first page of an account that has signed in.
	home func(*shell) func(context.Context) screen
	// signIn opens the page to sign in after a session has ended. If resume is set,
	// the next session goes on from it. why is shown; nil if the user signed out.
	signIn func(sh *shell, ended client.Session, resume bool, why error) tea.Cmd
	// tour returns the steps of the tour. It is called in the demo only.
	tour func(*shell) []tourStep
}
