package ui

import (
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"rsc.io/qr"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// After links are sent, the page shows them; later the invite and the outbox show them again.
func TestLinkIsShownAfterSending(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the links are random
	atEverySize(t, func(_ *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		n.LimitEvents(1.0/60, 1)
		term := start()
		term.Press("i")
		term.Send("oper\r")
		term.Send("lin@kernel.example, rob@bell.example, @ken:example.org")
		term.Press("f3", "enter")
		sendIt(term)
		term.Wait(time.Second)
		golden("first link")
		term.Press("tab")
		golden("second link waits")
		term.Wait(2 * time.Minute)
		golden("second link")
		term.Press("esc")
		term.Wait(time.Second)
		term.Press("g", "enter")
		golden("invite")
		term.Press("L")
		golden("link of the invite")
		term.Press("esc", "esc", "o", "g", "L")
		golden("link of the item")
	})
}

// codeOn returns the module at a place of the QR code on a screen. The code is the block of
// half blocks; its lines begin at the first one of the screen.
func codeOn(t *testing.T, screen string, size int) func(x, y int) (drawn bool) {
	t.Helper()
	var lines [][]rune
	for line := range strings.SplitSeq(screen, "\n") {
		if at := strings.Index(line, "█████"); at >= 0 || len(lines) > 0 {
			left := cells.Width(line) - size
			if len(lines) == 0 && left < 0 {
				t.Fatalf("no code of %d modules:\n%s", size, screen)
			}
			r := []rune(line)
			lines = append(lines, r[max(0, len(r)-size):])
		}
	}
	if len(lines) < (size+1)/2 {
		t.Fatalf("no code of %d modules:\n%s", size, screen)
	}
	return func(x, y int) bool {
		cell := lines[y/2][x]
		return cell == '█' || y%2 == 0 && cell == '▀' || y%2 == 1 && cell == '▄'
	}
}

// The clipboard, the text and the QR code have the same link.
func TestLinkIsCopiedAndDrawn(t *testing.T) {
	for _, base := range []string{"", "https://invite.example.org"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			a := n.account(t)
			n.makeLinks(t, a, "Grace")
			term := n.startWith(t, func(o *shell.Options) { o.Account, o.LinkBase = a, base })
			term.Resize(120, 50)
			term.Wait(time.Second)
			term.Press("L", "y")
			text := term.Clipboard()
			l, err := link.Parse(text)
			if err != nil || !strings.HasPrefix(text, base) || string(l.RoomID) != n.ops {
				t.Fatalf("%q, %v", text, err)
			}
			if !strings.Contains(strings.ReplaceAll(term.Screen(), "\n", ""), text) {
				t.Errorf("the text of the link is not whole:\n%s", term.Screen())
			}
			code, err := qr.Encode(text, qr.L)
			if err != nil {
				t.Fatal(err)
			}
			drawn := codeOn(t, term.Screen(), code.Size+8)
			for y := range code.Size {
				for x := range code.Size {
					if light := drawn(x+4, y+4); light == code.Black(x, y) {
						t.Fatalf("module %d, %d is wrong:\n%s", x, y, term.Screen())
					}
				}
			}
		})
	}
}

// The page says why there is no code: the terminal is too small, or draws only ASCII.
func TestNoQRCode(t *testing.T) {
	for name, tc := range map[string]struct {
		width, height int
		ascii         bool
		says          string
	}{
		"too low":              {120, 39, false, "make the terminal 1 row higher."},
		"too narrow":           {60, 60, false, "make the terminal 5 columns wider."},
		"too low and narrow":   {60, 24, false, "rows higher and 5 columns wider."},
		"only ASCII":           {200, 60, true, "this screen draws only ASCII"},
		"smallest of terminal": {shell.MinWidth, shell.MinHeight, false, "rows higher and"},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			a := n.account(t)
			n.makeLinks(t, a, "Grace")
			term := n.startWith(t, func(o *shell.Options) { o.Account, o.ASCII = a, tc.ascii })
			term.Resize(tc.width, tc.height)
			term.Wait(time.Second)
			term.Press("L")
			if screen := flow(term.Screen()); !strings.Contains(screen, tc.says) || strings.ContainsAny(screen, "█▀") {
				t.Errorf("%s:\n%s", name, term.Screen())
			}
		})
	}
}

// A link of a revoked invite is shown with a note, and an invite of another program has no
// link.
func TestLinkOfARevokedInvite(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.invite(t, n.compilers, "lin@kernel.example")
		time.Sleep(time.Hour)
		n.makeLinks(t, a, "Grace")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		term.Press("g", "L")
		if title := term.Title(); title != "mxinvite · Link for Grace" {
			t.Errorf("title %q", title)
		}
		term.Press("esc", "x")
		term.Wait(shell.Readable)
		term.Press("y")
		term.Wait(10 * time.Second)
		term.Press("L")
		if !strings.Contains(flow(term.Screen()), "The invite is revoked: the link does not work any more.") {
			t.Error(term.Screen())
		}
		term.Press("esc", "down", "L")
		if strings.Contains(term.Title(), "Link for") {
			t.Errorf("an invite by e-mail has a link:\n%s", term.Screen())
		}
	})
}
