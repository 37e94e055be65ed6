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

// An input is the source of a screen's keys.
type input interface {
	io.Reader
	// suspend returns the message that stops the process until the shell resumes it.
	suspend() tea.Msg
	// close restores the terminal after the screen has ended.
	close()
}

// openInput returns the input of a screen. It is closed when ctx ends.
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

// queried returns the time at which a screen that starts now queries the terminal.
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

// close drops the input that the visitor's terminal still sends. Without this, the
// visitor's own shell would get it.
func (in visitorInput) close() {
	in.stop()
	in.Drain(in.rest(), in.asked)
}

// plainInput is an input that is not a terminal.
type plainInput struct{ io.Reader }

func (plainInput) suspend() tea.Msg { return tea.SuspendMsg{} }
func (plainInput) close()           {}
