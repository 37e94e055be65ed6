// Package ui is the full-screen terminal interface: [New] returns a model for
// Bubble Tea with all pages. It uses no files, processes or network addresses of this machine, and takes all it
// needs from [shell.Options], so that it runs in this terminal and over SSH.
package ui

import (
	"context"

	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/signin"
)

// New returns a model whose work ends with ctx.
func New(ctx context.Context, opt shell.Options) *shell.Model {
	return shell.NewModel(ctx, opt, allPages())
}

// allPages are the pages that the shell opens.
func allPages() shell.Pages {
	return shell.Pages{Start: signin.Start, Home: newHome, SignIn: signin.Open, Inspect: newInspect, Tour: tourSteps}
}
