package cli

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// twentyAddresses returns 20 addresses.
func twentyAddresses() []string {
	all := make([]string, 20)
	for n := range all {
		all[n] = fmt.Sprintf("person%02d@example.com", n)
	}
	return all
}

// send runs mxinvite send: invites are sent as far as the limits allow, the others
// stay queued.
func (v *testAccount) send(code int, addresses ...string) (out, said string) {
	v.t.Helper()
	return v.run(code, append([]string{"send", "ops"}, addresses...)...)
}

// mailed returns how many of the addresses got a mail. It fails if one got several.
func (v *testAccount) mailed(addresses ...string) int {
	v.t.Helper()
	n := 0
	for _, a := range addresses {
		switch len(v.Mails(a)) {
		case 0:
		case 1:
			n++
		default:
			v.t.Errorf("%s got %d mails", a, len(v.Mails(a)))
		}
	}
	return n
}

// A backgroundCommand is a command that runs beside others.
type backgroundCommand struct {
	out, err outputBuffer
	stop     context.CancelFunc
	ended    chan int
}

func (v *testAccount) startCommand(args ...string) *backgroundCommand {
	p := &backgroundCommand{ended: make(chan int, 1)}
	w := v.w
	w.Out, w.Err = &p.out, &p.err
	ctx, stop := context.WithCancel(v.t.Context())
	p.stop = stop
	go func() { p.ended <- Run(ctx, w, args) }()
	return p
}

func TestOutboxRunSendsAllAtAStockServersPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		begun := time.Now()
		_, said := v.send(exit.RateLimited, twentyAddresses()...)
		if v.mailed(twentyAddresses()...) != 5 || !strings.Contains(said, "15 invites wait in the outbox") {
			t.Errorf("%d mails; said %q", v.mailed(twentyAddresses()...), said)
		}
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("send took %s", took)
		}
		out, said := v.run(exit.OK, "outbox", "run")
		took, ideal := time.Since(begun), 15*400*time.Second
		if took < ideal || took > ideal+ideal/100 || v.mailed(twentyAddresses()...) != 20 {
			t.Errorf("took %s for %d, ideal is %s", took, v.mailed(twentyAddresses()...), ideal)
		}
		if out != "" || strings.Count(said, "was sent a mail for #ops.\n") != 15 || !strings.HasSuffix(said, "There are no queued invites.\n") {
			t.Errorf("wrote %q, said %q", out, said)
		}
		begun = time.Now()
		v.run(exit.OK, "outbox", "run", "--quiet")
		if time.Since(begun) > time.Second {
			t.Error("an empty outbox takes a while")
		}
	})
}

func TestSendWaitRunsUntilAllItemsAreFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		begun := time.Now()
		out, said := v.send(exit.OK, append(twentyAddresses()[:7], "--wait")...)
		if strings.Count(out, "\tmailed\t") != 7 || time.Since(begun) < 800*time.Second {
			t.Errorf("after %s: %s", time.Since(begun), out)
		}
		lines := strings.Count(said, "\n")
		if lines == 0 || lines > 80 || !strings.Contains(said, "Sending: 5 of 7, the next can be sent at ") {
			t.Errorf("%d lines of progress: %s", lines, said)
		}
	})
}

func TestInterruptLeavesTheRestInTheOutbox(t *testing.T) {
	for _, command := range []string{"send", "run"} {
		t.Run(command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
				args := append([]string{"send", "ops", "--wait"}, twentyAddresses()...)
				if command == "run" {
					v.send(exit.RateLimited, twentyAddresses()...)
					args = []string{"outbox", "run"}
				}
				p := v.startCommand(args...)
				time.Sleep(500 * time.Second)
				p.stop()
				if code := <-p.ended; code != exit.Error {
					t.Errorf("ended with %d", code)
				}
				if said := p.err.take(); !strings.Contains(said, "mxinvite: interrupted; 14 invites wait in the outbox\n") {
					t.Errorf("said %q", said)
				}
				if out := p.out.take(); command == "send" && strings.Count(out, "\tqueued\t") != 14 {
					t.Errorf("wrote %q", out)
				}
				v.run(exit.OK, "outbox", "run", "-q")
				if n := v.mailed(twentyAddresses()...); n != 20 {
					t.Errorf("%d mails", n)
				}
			})
		})
	}
}

func TestInterruptCompletesCurrentInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/client/v3/rooms/*/invite", Delay: 10 * time.Second, Times: 1})
		p := v.startCommand("send", "ops", "one@example.com", "two@example.com")
		time.Sleep(5 * time.Second)
		p.stop()
		<-p.ended
		if out := p.out.take(); !strings.Contains(out, "one@example.com\tmailed\t") || !strings.Contains(out, "two@example.com\tqueued\t") {
			t.Errorf("wrote %q", out)
		}
		if v.mailed("one@example.com", "two@example.com") != 1 {
			t.Error("not one mail")
		}
	})
}

func TestOneOfTwoProgramsSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		first := v.startCommand("outbox", "run", "--watch")
		time.Sleep(time.Minute)
		_, said := v.send(exit.OK, twentyAddresses()[:6]...)
		if !strings.Contains(said, "mxinvite outbox run (process ") || !strings.Contains(said, "It will also send these invites.") {
			t.Errorf("said %q", said)
		}
		second := v.startCommand("send", "ops", "--wait", "last@example.com")
		time.Sleep(time.Minute)
		if said := second.err.take(); !strings.Contains(said, "is sending for this account.") {
			t.Errorf("said %q", said)
		}
		if n := v.mailed(twentyAddresses()[:6]...); n != 5 {
			t.Errorf("%d mails", n)
		}
		first.stop()
		if code := <-first.ended; code != exit.OK {
			t.Errorf("ended with %d", code)
		}
		if code := <-second.ended; code != exit.OK || v.mailed(append(twentyAddresses()[:6], "last@example.com")...) != 7 {
			t.Errorf("ended with %d: %s", code, second.err.take())
		}
	})
}

func TestOutboxChangesWhileAnotherProgramSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		v.send(exit.RateLimited, twentyAddresses()[:9]...)
		p := v.startCommand("outbox", "run")
		time.Sleep(time.Minute)
		v.run(exit.OK, "outbox", "pause")
		v.run(exit.OK, "outbox", "cancel", "8")
		time.Sleep(10 * time.Minute)
		if n := v.mailed(twentyAddresses()...); n != 5 {
			t.Errorf("%d mails though it is paused", n)
		}
		v.run(exit.OK, "outbox", "resume")
		time.Sleep(time.Second)
		v.run(exit.OK, "outbox", "cancel", "--all")
		if code := <-p.ended; code != exit.OK {
			t.Errorf("ended with %d: %s", code, p.err.take())
		}
		said := p.err.take()
		for _, want := range []string{"The outbox is paused.", "no longer paused", "There are no queued invites."} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is missing in %q", want, said)
			}
		}
		out, _ := v.run(exit.OK, "outbox", "--state", "cancelled")
		if !strings.Contains(out, "8\tperson07@example.com\t"+v.room+"\tcancelled\t") {
			t.Errorf("%q", out)
		}
		v.run(exit.Usage, "outbox", "retry", "--failed", "8")
		v.run(exit.Error, "outbox", "cancel", "8")
		v.run(exit.OK, "outbox", "retry", "8")
		v.run(exit.OK, "outbox", "run")
		if n := len(v.Mails("person07@example.com")); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestOutboxGoesOnAfterSigningInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		v.send(exit.RateLimited, twentyAddresses()[:8]...)
		p := v.startCommand("outbox", "run")
		time.Sleep(time.Minute)
		v.SignOutEverywhere(v.ada, false)
		if code := <-p.ended; code != exit.SignedOut {
			t.Errorf("ended with %d: %s", code, p.err.take())
		}
		v.inputPassword()
		v.run(exit.OK, "login", v.ada)
		v.run(exit.OK, "outbox", "run")
		if n := v.mailed(twentyAddresses()[:8]...); n != 8 {
			t.Errorf("%d mails", n)
		}
	})
}
