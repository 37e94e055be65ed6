// Package ui is the program one sees: a [Model] for Bubble Tea. It knows no
// process and no network. It is told everything in [Options], so that it runs
// in this terminal as well as in one at the other end of a connection.
package ui

import "context"

// New returns a model whose work ends with ctx.
func New(ctx context.Context, opt Options) *Model { return newModel(ctx, opt, allPages()) }

// allPages are the pages that the shell opens.
func allPages() pages {
	return pages{start: openFirst, home: newHome, signIn: openSignIn, tour: tourSteps}
}
