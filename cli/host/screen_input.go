package host

import (
	"cmp"
	"context"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/serve"
	"github.com/mxinvite/mxinvite/internal/terminput"
)

// An input is what a screen reads keys from.
type input interface {
	io.Reader
	// suspend returns the message that stops the process until the shell resumes it.
	suspend() tea.Msg
	// close gives the terminal back after the screen has ended.
	close()
}

// openInput returns the input of a screen, until ctx ends.
func (p *Program) openInput(ctx context.Context) (input, error) {
	switch in := p.In.(type) {
	case *serve.Terminal:
		keys, stop := context.WithCancel(ctx)
		r := terminput.NewReader(in.Keys(keys), terminput.Remote())
		return visitorInput{r, stop, func() terminput.Source { return in.Keys(ctx) }, queried()}, nil
	case *os.File:
		waits := terminput.Local()
		if cmp.Or(p.Getenv("SSH_TTY"), p.Getenv("SSH_CONNECTION")) != "" {
			waits = terminput.Remote()
		}
		return openConsole(in, waits, p.Getenv("TERM"))
	}
	return plainInput{p.In}, nil
}

// queried is when a screen that begins now queries the terminal.
func queried() time.Time {
	return time.Now() //nolint:forbidigo // how long ago, and not what time it is
}

// visitorInput is the input of a visitor.
type visitorInput struct {
	*terminput.Reader
	stop  context.CancelFunc
	rest  func() terminput.Source
	asked time.Time
}

func (visitorInput) suspend() tea.Msg { return nil }

// close drops what the visitor's terminal still sends, which the visitor's own shell
// would get if the connection ended at once.
func (in visitorInput) close() {
	in.stop()
	in.Drain(in.rest(), in.asked)
}

// plainInput is an input that is no terminal.
type plainInput struct{ io.Reader }

func (plainInput) suspend() tea.Msg { return tea.SuspendMsg{} }
func (plainInput) close()           {}
