// Package out writes the output of commands: tables, JSON, progress and questions,
// for a terminal, a script or a screen reader.
package out

import (
	"sync/atomic"

	"github.com/mxinvite/mxinvite/ui/style"
)

// A Printer writes the output of a command and asks the user.
type Printer struct {
	Streams

	JSON, Quiet bool
	Accessible  bool     // write plain lines without columns, for screen readers
	Header      []string // column names for --header; nil without it
	Colors      Colors
	Covered     atomic.Bool // the screen is open, so messages must not be written to the terminal

	Conversation Conversation // the accessible mode; nil on a command line
}

// A Conversation is the accessible mode. It reads lists in pages, and its commands
// are typed without "mxinvite".
type Conversation interface {
	ReadTable(*Table) error
	// Rephrase returns a text in which commands are named as they are typed in the
	// accessible mode.
	Rephrase(text string) string
}

// Colors are the user's choice of colors.
type Colors struct {
	Theme      style.Theme
	Background style.Background
	Never      bool
}
