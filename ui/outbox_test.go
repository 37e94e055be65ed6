package ui

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// sizes are the sizes of terminals in which every page is tested, the smallest first.
func sizes() [][2]int {
	return [][2]int{{60, 16}, {80, 24}, {120, 32}, {200, 50}}
}

// atEverySize runs a test once for each size, each time in a new world.
func atEverySize(t *testing.T, story func(t *testing.T, n *testWorld, term func() *termtest.Terminal, golden func(name string))) {
	t.Helper()
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			t.Helper()
			var shown *termtest.Terminal
			start := func() *termtest.Terminal {
				shown = n.startAsAda(t, size[0], size[1])
				return shown
			}
			story(t, n, start, func(name string) { shown.Golden(name) })
		})
	}
}

// send types addresses into the compose page for the room Operations, and confirms the
// preview.
func send(term *termtest.Terminal, addresses ...string) {
	term.Press("i")
	if strings.Contains(term.Screen(), "▌ Room") {
		term.Send("oper\r")
	}
	term.Send(strings.Join(addresses, ", ") + "\r")
	sendIt(term)
	term.Wait(time.Second)
}

// people returns the addresses of n people.
func people(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("person%d@place%d.example", i, i))
	}
	return all
}

// withOutbox runs a test after Ada has sent invites to a number of people. The homeserver
// accepts burst of them at once and the others at the default rate.
func withOutbox(t *testing.T, width, height, invites, burst int, test func(t *testing.T, n *testWorld, term *termtest.Terminal)) {
	t.Helper()
	inWorld(t, func(t *testing.T, n *testWorld) {
		t.Helper()
		n.LimitInvites(sandbox.StockInvitesPerSecond, burst)
		term := n.startAsAda(t, width, height)
		send(term, people(invites)...)
		test(t, n, term)
	})
}

func TestOutboxShowsEveryState(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		if err := n.Bind("ken@bell.example", n.ken); err != nil {
			t.Fatal(err)
		}
		term := start()
		term.Press("o")
		golden("empty")
		term.Press("esc")
		send(term, "lost@navy.example", "ken@bell.example", "grace@navy.example")
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502})
		send(term, "uncertain@navy.example")
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
		send(term, "failed@navy.example")
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":400000}`})
		send(term, people(4)...)
		golden("home")
		term.Press("o", "g")
		golden("first")
		term.Press("G", "x")
		golden("cancel")
		term.Press("y")
		golden("cancelled")
		term.Press("g", "j", "j", "j")
		golden("uncertain")
		term.Press("e")
		golden("again")
		term.Press("n", "w")
		golden("settle")
		term.Press("y", "p")
		golden("paused")
		term.Press("j", "e", "y", "p", "d")
		golden("clear")
		term.Press("y")
		golden("cleared")
		term.Press("?")
		golden("help")
	})
}

// The preview and the outbox give the same time for the last invite.
func TestPreviewAndOutboxGiveTheSameTime(t *testing.T) {
	withOutbox(t, 120, 32, 6, sandbox.StockInviteBurst, func(t *testing.T, _ *testWorld, term *termtest.Terminal) { // the last of them waits for the rate limit
		var more []string
		for i := range 10 {
			more = append(more, fmt.Sprintf("more%d@navy.example", i))
		}
		last := regexp.MustCompile(`(?i)the last one (?:is sent )?at (\d\d:\d\d)`)
		term.Press("i")
		term.Send(strings.Join(more, ", ") + "\r")
		term.Wait(time.Second)
		foretold := last.FindStringSubmatch(term.Screen())
		sendIt(term)
		term.Press("o")
		told := last.FindStringSubmatch(term.Screen())
		if foretold == nil || told == nil || foretold[1] != told[1] {
			t.Errorf("foretold %q, told %q in %s", foretold, told, term.Screen())
		}
	})
}

func TestOutboxSendsInTheBackground(t *testing.T) {
	withOutbox(t, 120, 32, 8, sandbox.StockInviteBurst, func(t *testing.T, n *testWorld, term *termtest.Terminal) {
		term.Golden("limited")
		term.Press("o", "G")
		term.Golden("outbox")
		term.Wait(30 * time.Minute)
		term.Golden("done")
		for _, address := range people(8) {
			if got := len(n.Mails(address)); got != 1 {
				t.Errorf("%s got %d mails", address, got)
			}
		}
	})
}

func TestCursorStaysOnItsItem(t *testing.T) {
	withOutbox(t, 120, 32, 4, 1, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("o", "G", "k")
		line := func() string {
			for line := range strings.SplitSeq(term.Screen(), "\n") {
				if strings.Contains(line, "▌") {
					return strings.TrimSpace(line)
				}
			}
			return ""
		}
		if !strings.Contains(line(), "person2@") {
			t.Fatal(line())
		}
		term.Wait(25 * time.Minute)
		if !strings.Contains(line(), "person2@") || !strings.Contains(line(), "sent") {
			t.Error(line())
		}
	})
}

func TestMarkedInvitesAreCancelledTogether(t *testing.T) {
	withOutbox(t, 80, 24, 4, 1, func(t *testing.T, n *testWorld, term *termtest.Terminal) {
		term.Press("o", "ctrl+a", "x")
		term.Golden("asked")
		term.Press("y")
		term.Golden("cancelled")
		term.Wait(10 * time.Minute)
		if mails := len(n.Mails("person3@place3.example")); mails > 0 {
			t.Error("mailed all the same")
		}
	})
}

// A paused outbox does not change the screen.
func TestPausedOutboxWritesNothing(t *testing.T) {
	withOutbox(t, 120, 32, 4, 1, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("o", "p", "esc")
		term.Wait(65 * time.Minute) // after that, no time on the screen is in minutes
		term.Raw()
		term.Wait(10 * time.Minute)
		if raw := term.Raw(); len(raw) > 0 {
			t.Errorf("%d bytes: %q", len(raw), raw)
		}
	})
}

// The countdown shows minutes until the last minute, so that the screen changes
// rarely.
func TestCountdownRedrawsRarely(t *testing.T) {
	withOutbox(t, 120, 32, 40, 1, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		waitUntil(term, 30*time.Second)
		term.Raw()
		term.Wait(5 * time.Minute)
		if raw := term.Raw(); len(raw) > 5*512 {
			t.Errorf("%d bytes in five minutes: %q", len(raw), raw)
		}
	})
}

func TestHeaderShortens(t *testing.T) {
	withOutbox(t, 200, 50, 12, 1, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		var heads []string
		for _, width := range []int{120, 90, 80, 70, 60} {
			term.Resize(width, 24)
			head, _, _ := strings.Cut(term.Screen(), "\n")
			heads = append(heads, head)
			if !strings.Contains(head, "↑ 11") {
				t.Errorf("at %d it says: %s", width, head)
			}
		}
		if !strings.Contains(heads[0], "↑ 11 to send, next in 7m") {
			t.Error(heads[0])
		}
	})
}

func TestAnotherProgramSends(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		account := n.account(t)
		runner := account.Runner("mxinvite outbox run (process 4711)")
		defer runner.Close()
		if err := account.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		runner.Next(ctx) // it locks the outbox and then does nothing
		if err := account.PauseOutbox(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		opt := n.options()
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Account: account})
		})
		term.Wait(time.Second)
		send(term, people(3)...)
		if err := account.PauseOutbox(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		term.Press("o")
		term.Wait(3 * time.Second)
		term.Golden("outbox")
	})
}

func TestLeavingAsksWhileInvitesWait(t *testing.T) {
	withOutbox(t, 80, 24, 4, 1, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("q")
		term.Golden("asked")
		term.Press("n")
		if term.Exited() {
			t.Fatal("the program ended nevertheless")
		}
		term.Press("q")
		if term.Exited() {
			t.Fatal("the program ended without a second confirmation")
		}
		term.Press("y")
		if !term.Exited() {
			t.Error("still here\n" + term.Screen())
		}
	})
}

func TestTerminalShowsProgress(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		term := n.startAsAda(t, 80, 24)
		term.Raw()
		send(term, people(4)...)
		term.Wait(35 * time.Minute)
		raw := string(term.Raw())
		for _, want := range []string{"\x1b]9;4;1;25", "\x1b]9;4;1;75", "\x1b]9;4;0"} {
			if !strings.Contains(raw, want) {
				t.Errorf("%q was not written: %q\n%s", want, regexp.MustCompile("\x1b]9;[0-9;]*").FindAllString(raw, -1), term.Screen())
			}
		}
	})
}

func TestOutboxThatCannotBeRead(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		account := n.accountWith(t, opt)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Account: account})
		})
		opt.Store.Close()
		term.Press("o")
		term.Wait(time.Second)
		term.Golden("unreadable")
	})
}

func TestLostOutboxIsNotCalledEmpty(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		account := n.accountWith(t, opt)
		const lost = "The outbox and the remembered addresses are lost: the store was damaged and renamed to ~/store.db.damaged-1. To confirm, run: mxinvite outbox clear --lost"
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Account: account, Lost: lost})
		})
		term.Wait(time.Second)
		term.Golden("start")
		term.Press("o")
		term.Wait(time.Second)
		if strings.Contains(term.Screen(), "The outbox is empty") {
			t.Error("a lost outbox is called empty")
		}
		term.Golden("outbox")
	})
}

func TestSigningOutSaysWhatIsNotSent(t *testing.T) {
	withOutbox(t, 80, 24, 4, 1, func(t *testing.T, n *testWorld, term *termtest.Terminal) {
		term.Press("S")
		term.Golden("asked")
		term.Press("y")
		term.Wait(time.Second)
		if !strings.Contains(term.Screen(), "Sign in") || n.Count("POST", "/_matrix/client/v3/logout") != 1 {
			t.Error(term.Screen())
		}
		term.Press("enter")
		term.Wait(time.Second)
		term.Press("enter")
		term.Send("lovelace\r")
		term.Wait(time.Second)
		term.Press("o")
		if !strings.Contains(term.Screen(), "The outbox is empty") {
			t.Error(term.Screen())
		}
	})
}

// If the identity server publishes new terms, queued invites are sent once the user
// has accepted them.
func TestTermsCanBeAcceptedInTheOutbox(t *testing.T) {
	withOutbox(t, 80, 24, 2, 1, func(t *testing.T, n *testWorld, term *termtest.Terminal) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		term.Wait(8 * time.Minute)
		term.Press("o")
		term.Golden("waiting")
		term.Press("a")
		term.Golden("terms")
		term.Press("a")
		term.Wait(time.Minute)
		term.Golden("sent")
		if got := len(n.Mails("person1@place1.example")); got != 1 {
			t.Errorf("%d mails", got)
		}
	})
}

// A stall is shown in the header of every page and in a notice; the outbox says why and
// how to continue.
func TestStalledOutbox(t *testing.T) {
	for name, answer := range map[string]sandbox.Fault{
		"refused":     {Status: 403, Body: `{"errcode":"M_THREEPID_DENIED","error":"Third party identifiers are not implemented"}`},
		"maintenance": {Status: 503, Body: `<html>`, Header: http.Header{"Retry-After": {"2400"}}},
		"absurd":      {Status: 429, Body: `<html>`, Header: http.Header{"Retry-After": {"10000000000000"}}},
	} {
		t.Run(name, func(t *testing.T) {
			atEverySize(t, func(_ *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
				answer.Method, answer.Path = "POST", "/_matrix/client/v3/rooms/*/invite"
				remove := n.Inject(answer)
				term := start()
				send(term, people(3)...)
				golden(name + "-notice")
				term.Press("o")
				golden(name + "-outbox")
				remove()
				if name == "refused" {
					term.Press("p")
				} else {
					term.Press("N")
				}
				term.Wait(time.Minute)
				golden(name + "-continued")
			})
		})
	}
}
