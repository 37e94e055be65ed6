//go:build unix

package host

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"github.com/mxinvite/mxinvite/internal/terminput"
)

// console is the terminal of this process. It is in raw mode from before Bubble Tea
// starts until the terminal's last reply has arrived. In another mode, the terminal
// would show late replies, and the shell would read them.
type console struct {
	*terminput.TTY
	terminal *os.File
	before   *term.State // the mode that the shell set; nil if it is not a terminal
	asked    time.Time   // when the terminal was queried; zero if it sends no replies
}

func openConsole(f *os.File, waits terminput.Waits, kind string) (input, error) {
	tty, err := terminput.OpenTTY(f, waits)
	if err != nil {
		return nil, fmt.Errorf("open the terminal: %w", err)
	}
	c := &console{TTY: tty, terminal: f}
	if kind != "linux" { // the console of Linux does not reply
		c.asked = queried()
	}
	if term.IsTerminal(f.Fd()) {
		if c.before, err = term.MakeRaw(f.Fd()); err != nil {
			return nil, fmt.Errorf("open the terminal: %w", err)
		}
	}
	return c, nil
}

func (c *console) close() {
	c.Interrupt()
	c.release()
	_ = c.Close()
}

// release waits for replies and sets the mode that the shell had set.
func (c *console) release() {
	if c.before != nil {
		c.Drain(c.asked)
		_ = term.Restore(c.terminal.Fd(), c.before)
	}
}

// suspend ends reading, so that Bubble Tea can release the terminal.
func (c *console) suspend() tea.Msg {
	c.Interrupt()
	return tea.Exec(suspension{c}, func(error) tea.Msg { return tea.ResumeMsg{} })()
}

// A suspension is a command that ends when the shell resumes the process.
type suspension struct{ *console }

func (suspension) SetStdin(io.Reader)  {}
func (suspension) SetStdout(io.Writer) {}
func (suspension) SetStderr(io.Writer) {}

// Run stops the process group, as ctrl+z does.
func (s suspension) Run() error {
	s.release()
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return err
	}
	<-resumed
	if s.before == nil {
		return nil
	}
	var err error
	s.before, err = term.MakeRaw(s.terminal.Fd())
	return err
}
