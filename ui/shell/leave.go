package shell

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// quit ends the program. If revocations can still be undone, or if invites are waiting
// in the outbox, it asks the user first. A second call ends the program at once.
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
	if n := sh.waitingAtQuit(); n > 0 && sh.Top() != sh.quitQuestion {
		cmd := sh.OpenCard(NewConfirm(sh, "Quit while "+phrase.Count(n, "invite")+" "+waits(n)+" in the outbox?",
			"Nothing is lost. Queued invites are sent when you start mxinvite again or run: mxinvite outbox run", sh.Finish))
		sh.quitQuestion = sh.Top()
		return cmd
	}
	return sh.Finish()
}

// Finish ends the program after all running operations are done.
func (sh *Shell) Finish() tea.Cmd {
	sh.leaving = true
	abandon := sh.Abandon()
	if sh.Busy() {
		sh.showQuitDelay()
		return tea.Batch(abandon, sh.Revocations.sendNow())
	}
	return tea.Batch(sh.Sending.Stop(quit), tea.Tick(quitNoticeDelay, func(time.Time) tea.Msg { return quitDelayedMsg{} }))
}

// quit is [tea.Quit] as a callback for the end of sending.
func quit() tea.Cmd { return tea.Quit }

func waits(n int) string {
	if n == 1 {
		return "waits"
	}
	return "wait"
}

// quitNoticeDelay is the time after which the screen says that the program is about to end.
const quitNoticeDelay = 200 * time.Millisecond

// quitDelayedMsg arrives when ending the program takes longer than
// quitNoticeDelay.
type quitDelayedMsg struct{}

func (sh *Shell) showQuitDelay() {
	if sh.leaving {
		sh.ShowSuccess("Waiting for requests to finish. Press the key again to quit now.")
	}
}

// waitingAtQuit returns the number of invites that would wait for the next start. It does
// not count an invite that is due, because it is sent before the program ends.
func (sh *Shell) waitingAtQuit() int {
	o := sh.Sending.Outbox
	n := o.Count(client.ItemQueued)
	if sh.Account == nil || sh.Sending.OtherSender() != "" || (n == 1 && !o.Paused && !o.Next.After(sh.Now())) {
		return 0
	}
	return n
}

// Busy reports whether an operation is running that must not be interrupted. A send
// does not count, because leaving waits for it separately.
func (sh *Shell) Busy() bool { return sh.Revocations.Any() || sh.Running > 0 }

// QuitIfWaiting ends the program if it was waiting only for the operation that has just
// ended. After an error the program stays open, so that the user can read the error.
func (sh *Shell) QuitIfWaiting(well bool) tea.Cmd {
	if !well {
		sh.leaving = false
	}
	if sh.leaving && !sh.Busy() {
		return sh.Sending.Stop(quit)
	}
	return nil
}
