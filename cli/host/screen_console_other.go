//go:build !unix

package host

import (
	"os"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/terminput"
)

// console is the console of Windows. It sends keys and not bytes, and Bubble Tea
// reads it.
type console struct{ *os.File }

func openConsole(f *os.File, _ terminput.Waits, _ string) (input, error) { return console{f}, nil }

func (console) suspend() tea.Msg { return nil }
func (console) close()           {}
