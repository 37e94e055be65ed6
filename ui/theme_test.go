package ui

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestThemes(t *testing.T) {
	for name, look := range map[string]struct {
		theme Theme
		light bool
		ascii bool
	}{
		"dark": {}, "light": {light: true},
		"high contrast dark": {theme: HighContrast}, "high contrast light": {theme: HighContrast, light: true},
		"16 colors": {theme: SixteenColor}, "mono": {theme: Mono}, "ascii": {theme: Mono, ascii: true},
	} {
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.compilers, "lin@kernel.example")
			n.invite(t, n.compilers, "rob@bell.example")
			if err := n.AcceptLink(n.Mails("rob@bell.example")[0], n.ken); err != nil {
				t.Fatal(err)
			}
			account := n.account(t)
			term := termtest.Kind{Light: look.light}.Run(t, 80, 24, func(ctx context.Context) tea.Model {
				return New(ctx, Options{Client: n.options(), Account: account, Theme: look.theme, ASCII: look.ascii})
			})
			term.Wait(time.Second) // until the keys are checked
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
			send(term, "failed@navy.example", "東京@navy.example")
			n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
			send(term, people(3)...)
			term.GoldenStyles(name + " home")
			term.Press("enter")
			term.GoldenStyles(name + " details")
			term.Press("esc", "o")
			term.GoldenStyles(name + " outbox")
			if look.ascii && !isASCII(term.Screen()+term.Title()) {
				t.Error(term.Screen())
			}
		})
	}
}

func TestASCIIKeepsWidths(t *testing.T) {
	for _, s := range []string{"plain", "✓ joined", "日本語", "👩‍👩‍👧 family", "e\u0301", "\x1b[1m●\x1b[m live", "╭──╮", "🇩🇪", "क्षि", `\`} {
		got := ascii(s)
		if !isASCII(got) || lineWidth(got) != lineWidth(s) {
			t.Errorf("%q becomes %q, %d cells instead of %d", s, got, lineWidth(got), lineWidth(s))
		}
	}
	for s, want := range map[string]string{"╭─╮": "+-+", "▌◔": ">.", "\x1b[1m✓": "\x1b[1m+", "⠦⠧": "\\\\", "é": "?"} {
		if got := ascii(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}
