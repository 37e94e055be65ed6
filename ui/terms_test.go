package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// The user can leave the page while an identity server does not respond.
func TestTermsCanBeClosedWhileWaiting(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/identity/v2/terms", Delay: time.Hour})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("oper\rlin@kernel.example\r")
		term.Press("a")
		if s := term.Screen(); !strings.Contains(s, "Accepting…") || !strings.Contains(s, "esc back") {
			t.Errorf("not waiting:\n%s", s)
		}
		term.Press("esc")
		if s := term.Screen(); strings.Contains(s, "Privacy Policy") || !strings.Contains(s, "lin@kernel.example") {
			t.Errorf("not back where it was typed:\n%s", s)
		}
		term.Press("esc", "esc")
		if !strings.Contains(term.Screen(), "There are no invites by e-mail") {
			t.Errorf("not left:\n%s", term.Screen())
		}
	})
}

// policies returns two documents of an identity server; url is the address of the
// first.
func policies(url string) map[string]sandbox.Policy {
	document := func(version, name, url string) sandbox.Policy {
		return sandbox.Policy{Version: version, Languages: map[string]sandbox.Document{"en": {Name: name, URL: url}}}
	}
	return map[string]sandbox.Policy{
		"privacy": document("1.2", "Privacy Policy", url),
		"terms":   document("2.0", "Terms of Service", "https://id.example.org/terms"),
	}
}

const privacyURL = "https://id.example.org/privacy"

// atTerms returns the program on the page of the terms.
func atTerms(t *testing.T, n *testWorld, width, height int, opt shell.Options, url string) *termtest.Terminal {
	t.Helper()
	n.SetTerms(policies(url))
	opt.Client, opt.Account = n.options(), n.account(t)
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model { return New(ctx, opt) })
	term.Wait(time.Second)
	term.Press("i")
	term.Send("oper\rlin@kernel.example\r")
	term.Wait(time.Second)
	return term
}

func TestEnterOnTermsSaysWhatToPress(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			term := atTerms(t, n, size[0], size[1], shell.Options{}, privacyURL)
			term.Golden("terms")
			term.Press("enter")
			if s := term.Screen(); !strings.Contains(s, "to accept the terms, or esc to decline") || !strings.Contains(s, "Terms of Service") {
				t.Errorf("%v: not told, or accepted:\n%s", size, s)
			}
		})
	}
}

// An openOnlyBrowser opens pages but is never redirected to this program.
type openOnlyBrowser struct {
	opened []string
	err    error
}

func (*openOnlyBrowser) RedirectURI() string { return "" }

func (w *openOnlyBrowser) Open(address string) error {
	w.opened = append(w.opened, address)
	return w.err
}

func (*openOnlyBrowser) Wait(ctx context.Context, _ func(string) bool) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func TestTermsOpenInABrowser(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		w := &openOnlyBrowser{}
		opt := shell.Options{Browse: func(context.Context) (shell.Browser, error) { return w, nil }}
		term := atTerms(t, n, 80, 24, opt, privacyURL)
		term.Press("o", "down", "o")
		if d := cmp.Diff([]string{privacyURL, "https://id.example.org/terms"}, w.opened); d != "" {
			t.Error(d)
		}
		if !strings.Contains(term.Screen(), "Opened in your browser.") {
			t.Error(term.Screen())
		}
		w.err = errors.New("no display")
		term.Press("o")
		if !strings.Contains(term.Screen(), "no display") {
			t.Error(term.Screen())
		}
	})
}

// Visitors cannot open a browser on this machine, but their terminal can copy the
// address.
func TestTermsAreCopiedWithoutABrowser(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := atTerms(t, n, 80, 24, shell.Options{}, privacyURL)
		if strings.Contains(term.Screen(), "o open") {
			t.Error("a browser is offered:\n" + term.Screen())
		}
		term.Press("c")
		if got := term.Clipboard(); got != privacyURL {
			t.Errorf("copied %q", got)
		}
	})
}

func TestTermsWithoutAWebAddressAreNotOpened(t *testing.T) {
	for _, url := range []string{"javascript:alert(1)", "file:///etc/passwd", "https://id.example.org/\x1b]52;c;cm0=\x07"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			w := &openOnlyBrowser{}
			opt := shell.Options{Browse: func(context.Context) (shell.Browser, error) { return w, nil }}
			term := atTerms(t, n, 80, 24, opt, url)
			raw := string(term.Raw())
			term.Press("o", "c")
			if got := term.Clipboard(); len(w.opened) > 0 || got != "" || strings.Contains(raw, "]8;;"+url) {
				t.Errorf("opened %q, copied %q", w.opened, got)
			}
		})
	}
}

func TestManyTermsFit(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		many := map[string]sandbox.Policy{}
		for i := range 20 {
			name := fmt.Sprintf("Policy %02d", i)
			many[name] = sandbox.Policy{Version: "1", Languages: map[string]sandbox.Document{"en": {Name: name, URL: "https://id.example.org/" + strings.Repeat("x", 70)}}}
		}
		term := atTerms(t, n, 60, 16, shell.Options{}, privacyURL)
		term.Press("esc")
		n.SetTerms(many)
		term.Press("enter")
		term.Wait(time.Second)
		for i := range 20 {
			if s := term.Screen(); !strings.Contains(s, fmt.Sprintf("▌ Policy %02d", i)) || !strings.Contains(s, "Then press") {
				t.Fatalf("at %d:\n%s", i, s)
			}
			term.Press("down")
		}
	})
}
