package cli

import (
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const year = 365 * 24 * time.Hour

// setClock makes the clock of the commands differ from that of the servers, and returns
// a function that sets it.
func (v *testAccount) setClock() (set func(ahead time.Duration)) {
	var ahead atomic.Int64
	v.w.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	return func(d time.Duration) { ahead.Store(int64(d)) }
}

// endsWithin waits for the command, and interrupts it after the limit.
func (p *backgroundCommand) endsWithin(t *testing.T, limit time.Duration) {
	t.Helper()
	select {
	case code := <-p.ended:
		if code != exit.OK {
			t.Errorf("ended with %d", code)
		}
	case <-time.After(limit):
		t.Errorf("not ended after %s", limit)
		p.stop()
		<-p.ended
	}
}

// negativeAge matches an age or a duration below zero.
var negativeAge = regexp.MustCompile(`(^|[\s(])-\d+(\.\d+)?(y|mo|w|d|h|m|s)\b|in -|-\d+ (second|minute|hour|day|week|month|year)`)

func checkAges(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if negativeAge.MatchString(text) {
			t.Errorf("an age is negative: %s", text)
		}
	}
}

// The clock is set while the outbox is sent: the list takes as long as with a clock that
// is right, and nothing is sent twice.
func TestClockIsSetWhileTheOutboxIsSent(t *testing.T) {
	for name, jump := range map[string]time.Duration{"back": -year, "forward": year} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
				set := v.setClock()
				v.send(exit.RateLimited, twentyAddresses()...)
				begun := time.Now()
				p := v.startCommand("outbox", "run")
				for i := range 6 {
					time.Sleep(10 * time.Minute)
					set(time.Duration(i%2) * jump)
					for _, command := range []string{"list", "outbox", "rooms"} {
						out, said := v.run(exit.OK, command)
						checkAges(t, out, said)
					}
				}
				p.endsWithin(t, 5*time.Hour)
				checkAges(t, p.out.take(), p.err.take())
				if took := time.Since(begun); v.mailed(twentyAddresses()...) != 20 || took > 5*time.Hour {
					t.Errorf("%d mails after %s", v.mailed(twentyAddresses()...), took)
				}
			})
		})
	}
}

func TestClockIsSetBetweenCommands(t *testing.T) {
	for name, jump := range map[string]time.Duration{"back": -year, "forward": year} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				v.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
				set := v.setClock()
				v.send(exit.RateLimited, twentyAddresses()[:7]...)
				set(jump)
				out, said := v.run(exit.OK, "list")
				checkAges(t, out, said)
				if strings.Count(out, "pending") < 5 {
					t.Errorf("%s", out)
				}
				out, said = v.run(exit.OK, "outbox")
				checkAges(t, out, said)
				begun := time.Now()
				p := v.startCommand("outbox", "run")
				p.endsWithin(t, time.Hour)
				said = p.err.take()
				checkAges(t, said)
				if took := time.Since(begun); v.mailed(twentyAddresses()[:7]...) != 7 || took > time.Hour {
					t.Errorf("%d mails after %s: %s", v.mailed(twentyAddresses()[:7]...), took, said)
				}
				set(0)
				v.send(exit.OK, append(twentyAddresses()[7:9], "--wait")...)
				if took := time.Since(begun); v.mailed(twentyAddresses()[:9]...) != 9 || took > 2*time.Hour {
					t.Errorf("%d mails after %s", v.mailed(twentyAddresses()[:9]...), took)
				}
			})
		})
	}
}

func TestClockIsSetDuringWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		set := v.setClock()
		v.watch()
		synctest.Wait()
		for i, jump := range []time.Duration{-year, 0, year, 0} {
			set(jump)
			v.invite(twentyAddresses()[i])
			time.Sleep(2 * time.Minute)
			if out := v.out.take(); strings.Count(out, twentyAddresses()[i][:8]) != 1 && strings.Count(out, "\n") != 1 {
				t.Errorf("%s: %q", jump, out)
			}
		}
		v.stop()
		<-v.ended
		checkAges(t, v.err.take())
	})
}
