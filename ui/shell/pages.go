package shell

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// Pages are the pages that the shell opens without a request from another page.
type Pages struct {
	// Start opens the first page if the program begins without an account.
	Start func(*Shell) tea.Cmd
	// Home returns the first page of an account that has signed in.
	Home func(*Shell) func(context.Context) Screen
	// SignIn opens the page to sign in after a session has ended. If resume is set,
	// the next session goes on from it. why is shown; nil if the user signed out.
	SignIn func(sh *Shell, ended client.Session, resume bool, why error) tea.Cmd
	// Inspect returns the page that reads saved room state.
	Inspect func(*Shell) func(context.Context) Screen
	// Tour returns the steps of the tour. It is called in the demo only.
	Tour func(*Shell) []TourStep
}

// OpenInspect opens the page that reads saved room state.
func (sh *Shell) OpenInspect() tea.Cmd { return sh.Open(sh.pages.Inspect(sh)) }
