// Package ui is the full-screen terminal interface: a [Model] for Bubble Tea. It
// uses no files, processes or network addresses of this machine, and takes all it
// needs from [Options], so that it runs in this terminal and over SSH.
package ui

import "context"

// New returns a model whose work ends with ctx.
func New(ctx context.Context, opt Options) *Model { return newModel(ctx, opt, allPages()) }

// allPages are the pages that the shell opens.
func allPages() pages {
	return pages{start: openFirst, home: newHome, signIn: openSignIn, tour: tourSteps}
}
