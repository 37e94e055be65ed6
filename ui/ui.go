// Package ui is the full-screen terminal interface. [New] returns a Bubble Tea model
// with all pages. The package uses no files, processes or network of its own machine;
// [shell.Options] supplies everything it needs. So it runs both in a local terminal
// and over SSH.
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

// allPages returns the pages that the shell opens.
func allPages() shell.Pages {
	return shell.Pages{Start: signin.Start, Home: newHomePage, SignIn: signin.Open, Inspect: newInspect, Tour: tourSteps}
}
