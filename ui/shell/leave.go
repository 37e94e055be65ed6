package shell

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// quit ends the program, once nothing is left that the user wants done. It asks
// about revocations that can still be undone, and says that what waits in the
// outbox stays there. Called a second time it does not wait.
func (sh *Shell) quit() tea.Cmd {
	if sh.leaving {
		return tea.Quit
	}
	if c, asked := sh.Top().(*QuitCard); asked {
		return c.undo()
	}
	if len(sh.Revocations.waiting()) > 0 {
		return sh.OpenCard(newQuit(sh))
	}
	if n := sh.leftBehind(); n > 0 && sh.Top() != sh.farewell {
		cmd := sh.OpenCard(NewConfirm(sh, "Quit while "+phrase.Count(n, "invite")+" "+waits(n)+" in the outbox?",
			"Nothing is lost. Queued invites are sent when you start mxinvite again or run: mxinvite outbox run", sh.Finish))
		sh.farewell = sh.Top()
		return cmd
	}
	return sh.Finish()
}

// Finish ends the program after all running operations are done.
func (sh *Shell) Finish() tea.Cmd {
	sh.leaving = true
	abandon := sh.Abandon()
	if sh.Busy() {
		sh.askForPatience()
		return tea.Batch(abandon, sh.Revocations.hurry())
	}
	return tea.Batch(sh.Sending.Stop(quit), tea.Tick(patience, func(time.Time) tea.Msg { return leavingMsg{} }))
}

// quit is tea.Quit, as what is done when nothing is sent any more.
func quit() tea.Cmd { return tea.Quit }

func waits(n int) string {
	if n == 1 {
		return "waits"
	}
	return "wait"
}

// patience is how long leaving may take without a word.
const patience = 200 * time.Millisecond

// leavingMsg comes when leaving takes long.
type leavingMsg struct{}

func (sh *Shell) askForPatience() {
	if sh.leaving {
		sh.Say("Waiting for requests to finish. Press the key again to quit now.")
	}
}

// leftBehind is how many invites would wait for the next start. One that is due
// is as good as sent.
func (sh *Shell) leftBehind() int {
	o := sh.Sending.Outbox
	n := o.Count(client.ItemQueued)
	if sh.Account == nil || sh.Sending.Elsewhere() != "" || (n == 1 && !o.Paused && !o.Next.After(sh.Now())) {
		return 0
	}
	return n
}

// Busy reports whether an operation is running that must not be interrupted. A send
// does not count, because leaving waits for it separately.
func (sh *Shell) Busy() bool { return sh.Revocations.Any() || sh.Begun > 0 }

// Leave ends the program if it was waiting only for the operation that has just
// ended. After an error the program stays open, so that the user can read the error.
func (sh *Shell) Leave(well bool) tea.Cmd {
	if !well {
		sh.leaving = false
	}
	if sh.leaving && !sh.Busy() {
		return sh.Sending.Stop(quit)
	}
	return nil
}
