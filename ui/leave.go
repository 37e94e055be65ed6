package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// quit ends the program, once nothing is left that the user wants done. It asks
// about revocations that can still be undone, and says that what waits in the
// outbox stays there. Called a second time it does not wait.
func (sh *shell) quit() tea.Cmd {
	if sh.leaving {
		return tea.Quit
	}
	if c, asked := sh.top().(*quitCard); asked {
		return c.undo()
	}
	if len(sh.revocations.waiting()) > 0 {
		return sh.openCard(newQuit(sh))
	}
	if n := sh.leftBehind(); n > 0 && sh.top() != sh.farewell {
		cmd := sh.openCard(newConfirm(sh, "Quit while "+phrase.Count(n, "invite")+" "+waits(n)+" in the outbox?",
			"Nothing is lost. Queued invites are sent when you start mxinvite again or run: mxinvite outbox run", sh.finish))
		sh.farewell = sh.top()
		return cmd
	}
	return sh.finish()
}

// finish ends the program as soon as what was begun is done.
func (sh *shell) finish() tea.Cmd {
	sh.leaving = true
	abandon := sh.abandon()
	if sh.busy() {
		sh.askForPatience()
		return tea.Batch(abandon, sh.revocations.hurry())
	}
	return tea.Batch(sh.sending.stop(quit), tea.Tick(patience, func(time.Time) tea.Msg { return leavingMsg{} }))
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

func (sh *shell) askForPatience() {
	if sh.leaving {
		sh.say("Waiting for requests to finish. Press the key again to quit now.")
	}
}

// leftBehind is how many invites would wait for the next start. One that is due
// is as good as sent.
func (sh *shell) leftBehind() int {
	o := sh.sending.outbox
	n := o.Count(client.ItemQueued)
	if sh.account == nil || sh.sending.elsewhere() != "" || (n == 1 && !o.Paused && !o.Next.After(sh.now())) {
		return 0
	}
	return n
}

// busy reports whether something is under way that should not be cut off, beside
// a send, which ends by itself.
func (sh *shell) busy() bool { return sh.revocations.any() || sh.begun > 0 }

// leave ends the program if that was only waiting for what has just ended. What
// went wrong keeps it open: somebody has to read it.
func (sh *shell) leave(well bool) tea.Cmd {
	if !well {
		sh.leaving = false
	}
	if sh.leaving && !sh.busy() {
		return sh.sending.stop(quit)
	}
	return nil
}
