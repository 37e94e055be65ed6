// Package out writes what commands find and say: tables, JSON, progress and
// questions, for a terminal, a script or a screen reader.
package out

import (
	"sync/atomic"

	"github.com/mxinvite/mxinvite/ui/style"
)

// A Printer writes what a command finds, as its flags say, and talks to the user.
type Printer struct {
	Streams

	JSON, Quiet bool
	Accessible  bool     // for a screen reader: plain lines, no columns
	Header      []string // the names of the columns, if they are to be written
	Colors      Colors
	Covered     atomic.Bool // by the screen: nothing else may write to the terminal

	Conversation Conversation // the accessible mode; nil on a command line
}

// A Conversation is the accessible mode, which reads lists in pages and has its own
// names for commands.
type Conversation interface {
	ReadTable(*Table) error
	// Rephrase is a text with the names that commands have there.
	Rephrase(text string) string
}

// Colors are the user's choice of colors.
type Colors struct {
	Theme      style.Theme
	Background style.Background
	Never      bool
}
