package ui

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/signin"
	"github.com/mxinvite/mxinvite/ui/style"
)

// withWays runs a test at all sizes with a homeserver that offers certain sign-in
// methods.
func withWays(t *testing.T, ways sandbox.Ways, f func(n *testWorld, term *termtest.Terminal)) {
	t.Helper()
	for _, size := range sizes() {
		cryptotest.SetGlobalRandom(t, 1) // the addresses contain random data
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.SetWays(ways)
			f(n, n.start(t, size[0], size[1]))
		})
	}
}

func TestSignInByPassword(t *testing.T) {
	withWays(t, sandbox.Ways{Password: true}, func(n *testWorld, term *termtest.Terminal) {
		n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/client/v3/login", Delay: 300 * time.Millisecond})
		term.Golden("empty")
		term.Send("@ada:example.org\r")
		term.Golden("ways")
		term.Press("enter")
		term.Send("babb\x7f\x7f\x7f\x7flovelace") // all in one write
		term.Golden("typed")
		term.Press("enter")
		waitUntil(term, 10*time.Second)
		if !strings.Contains(term.Screen(), "There are no invites by e-mail") {
			t.Error(term.Screen())
		}
	})
}

func TestSignInFails(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.start(t, 80, 24)
		term.Send("@ada:nowhere.test\r")
		term.Golden("host")
		term.Press("ctrl+u")
		term.Send("ada\r")
		term.Golden("no server named")
		term.Press("ctrl+u")
		term.Send("https://example.org\r")
		term.Press("enter")
		term.Send("ada\tbabbage\r") // the focus moves before the next byte is read
		term.Golden("password")
		if strings.Contains(term.Screen(), "babbage") {
			t.Error("the password is on the screen")
		}
		term.Press("esc")
		term.Golden("one step back")
		term.Press("esc")
		term.Golden("two steps back")
	})
}

// A homeserver on the local machine often has no TLS and is found only by its URL.
func TestSignInOnThisMachineSuggestsHTTP(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.start(t, 80, 24)
		const hint = "type: http://127.0.0.1:8008"
		term.Send("127.0.0.1:8008\r")
		term.Wait(time.Second)
		shows(t, term, hint)
		term.Press("ctrl+u")
		term.Send("http://127.0.0.1:8008\r")
		term.Wait(time.Second)
		shows(t, term, "Check the spelling")
		if strings.Contains(term.Screen(), hint) {
			t.Error("the URL is suggested again:\n" + term.Screen())
		}
	})
}

// Text that is typed before its page is open goes into no other field.
func TestTypingAheadFillsNoOtherField(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.Inject(sandbox.Fault{Path: "/_matrix/client/versions", Delay: time.Second})
		term := n.start(t, 80, 24)
		term.Send("@ada:example.org\rlovelace\r")
		term.Wait(2 * time.Second)
		if s := term.Screen(); strings.Contains(s, "lovelace") || !strings.Contains(s, "With a password") {
			t.Error(s)
		}
	})
}

func TestSignInByDevice(t *testing.T) {
	withWays(t, sandbox.Ways{OAuth: true, Password: true}, func(n *testWorld, term *termtest.Terminal) {
		term.Send("example.org\r")
		term.Golden("ways")
		term.Press("enter")
		term.Golden("code")
		term.Press("ctrl+y")
		if c := term.Clipboard(); c != n.AuthServerURL()+"/link" {
			t.Errorf("copied %q", c)
		}
		term.Press("c")
		if code := term.Clipboard(); !strings.Contains(term.Screen(), code) {
			t.Errorf("copied %q, which cannot be selected", code)
		}
		if err := n.ApproveDevice(n.ada, term.Clipboard()); err != nil {
			t.Fatal(err)
		}
		term.Wait(10 * time.Second)
		if !strings.Contains(term.Screen(), "There are no invites by e-mail") {
			t.Error(term.Screen())
		}
	})
}

func TestDeviceCodeOnALightTerminal(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true})
		term := termtest.Kind{Light: true}.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options()})
		})
		term.Send("example.org\r")
		term.Press("enter")
		term.Golden("code")
	})
}

// If there is an address that contains the code, the page copies and draws that
// address.
func TestDeviceCodeInTheAddress(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true, CodeInAddress: true})
		term := n.start(t, 80, 24)
		term.Send("example.org\r")
		term.Press("enter")
		term.Golden("code")
		term.Press("ctrl+y")
		if c := term.Clipboard(); !strings.HasPrefix(c, n.AuthServerURL()+"/link?code=") {
			t.Errorf("copied %q", c)
		}
	})
}

func TestDeviceCodeDeniedOrExpired(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true})
		term := n.start(t, 80, 24)
		term.Send("example.org\r")
		term.Press("enter", "c")
		if err := n.DenyDevice(n.ada, term.Clipboard()); err != nil {
			t.Fatal(err)
		}
		term.Wait(10 * time.Second)
		term.Golden("denied")
		term.Press("enter")
		term.Wait(time.Hour)
		term.Golden("too late")
		term.Press("enter", "c")
		if err := n.ApproveDevice(n.ada, term.Clipboard()); err != nil {
			t.Fatal(err)
		}
		term.Wait(10 * time.Second)
		if !strings.Contains(term.Screen(), "● live") {
			t.Error(term.Screen())
		}
	})
}

// An approval by another user does not resume the session.
func TestSignInAgainAsAnotherUserIsRejected(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true})
		over := client.Session{UserID: "@ada:example.org", Homeserver: n.HomeserverURL(), DeviceID: "ABCDEFGHIJ"}
		var kept []client.Session
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Ended: over, Remember: func(_ context.Context, s client.Session) (*client.Account, error) {
				kept = append(kept, s)
				return nil, nil
			}})
		})
		term.Golden("signed out")
		term.Press("enter", "enter", "c")
		if err := n.ApproveDevice(n.grace, term.Clipboard()); err != nil {
			t.Fatal(err)
		}
		term.Wait(10 * time.Second)
		term.Golden("somebody else")
		term.Press("enter", "c")
		if err := n.ApproveDevice(n.ada, term.Clipboard()); err != nil {
			t.Fatal(err)
		}
		term.Wait(10 * time.Second)
		if len(kept) != 1 || kept[0].DeviceID != over.DeviceID || !strings.Contains(term.Screen(), "● live") {
			t.Errorf("%d kept\n%s", len(kept), term.Screen())
		}
	})
}

func TestSignInByPastedAddress(t *testing.T) {
	for name, ways := range map[string]sandbox.Ways{
		"browser": {OAuth: true, NoDeviceGrant: true},
		"sso":     {SSO: []sandbox.Provider{{ID: "navy", Name: "Navy"}, {ID: "bell", Name: "Bell Labs\x1b[31m"}}},
	} {
		withWays(t, ways, func(n *testWorld, term *termtest.Terminal) {
			term.Send("@ada:example.org\r")
			term.Golden(name + " ways")
			term.Press("enter")
			term.Golden(name)
			term.Press("ctrl+y")
			final, err := n.Approve(n.ada, term.Clipboard())
			if err != nil {
				t.Fatal(err)
			}
			term.Paste(regexp.MustCompile(`state=[^&]+`).ReplaceAllString(final, "state=another"))
			term.Press("enter")
			term.Golden(name + " another")
			term.Press("ctrl+u")
			term.Paste(final)
			for _, secret := range regexp.MustCompile(`(code|loginToken)=([^&]+)`).FindAllStringSubmatch(final, -1) {
				if strings.Contains(string(term.Raw()), secret[2]) {
					t.Errorf("%s is on the screen", secret[1])
				}
			}
			term.Press("enter")
			term.Wait(time.Second)
			if !strings.Contains(term.Screen(), "There are no invites by e-mail") {
				t.Error(term.Screen())
			}
		})
	}
}

// A loopbackBrowser signs in as Ada on the page that it opens, and is then redirected to
// this program.
type loopbackBrowser struct {
	n      *testWorld
	opened chan string
	fails  bool
}

func (p loopbackBrowser) RedirectURI() string { return "http://127.0.0.1:4242/callback" }

func (p loopbackBrowser) Open(address string) error {
	if p.fails {
		return errors.New("exec: \"xdg-open\": executable file not found in $PATH")
	}
	p.opened <- address
	return nil
}

func (p loopbackBrowser) Wait(ctx context.Context, expects func(string) bool) (string, error) {
	select {
	case address := <-p.opened:
		time.Sleep(time.Minute)
		final, err := p.n.Approve(p.n.ada, address)
		if err == nil && !expects(final) {
			err = fmt.Errorf("%s is not expected", final)
		}
		return final, err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func TestBrowserIsRedirected(t *testing.T) {
	for name, fails := range map[string]bool{"comes": false, "does not open": true} {
		cryptotest.SetGlobalRandom(t, 1)
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.SetWays(sandbox.Ways{OAuth: true, NoDeviceGrant: true})
			term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Client: n.options(), Browse: func(context.Context) (shell.Browser, error) {
					return loopbackBrowser{n, make(chan string, 1), fails}, nil
				}})
			})
			term.Send("example.org\r")
			term.Press("enter")
			term.Golden(name)
			term.Wait(2 * time.Minute)
			if live := strings.Contains(term.Screen(), "● live"); live == fails {
				t.Error(term.Screen())
			}
		})
	}
}

func TestSignInWithToken(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		token := n.account(t).Session().AccessToken
		term := n.start(t, 80, 24)
		term.Send("example.org\r")
		term.Press("G", "enter")
		term.Paste("no such token")
		term.Press("enter")
		term.Golden("wrong")
		term.Press("ctrl+u")
		term.Paste(token)
		if strings.Contains(string(term.Raw()), token) {
			t.Error("the token is on the screen")
		}
		term.Press("enter")
		term.Wait(time.Second)
		if !strings.Contains(term.Screen(), "● live") {
			t.Error(term.Screen())
		}
	})
}

// An address that is not a web URL is neither drawn as a QR code nor linked.
func TestUnsafeAddressesAreNotLinks(t *testing.T) {
	for _, odd := range []string{"javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://u:p@example.org/", "https://\x1b]8;;", "data:text/html,x", ""} {
		if shell.IsWebURL(odd) || strings.Contains(shell.RenderURL(style.New("", style.Terminal{}), odd, odd, 80), "\x1b]8") {
			t.Errorf("%q is followed", odd)
		}
		if signin.DrawQR(style.New("", style.Terminal{}), odd, 200, 50) != "" {
			t.Errorf("%q is drawn", odd)
		}
	}
	if !shell.IsWebURL("https://account.example.org/link?code=ABC") {
		t.Error("a valid URL is not linked")
	}
}

// memoryAccounts is a store of two accounts, in memory.
type memoryAccounts struct {
	n    *testWorld
	all  []shell.KnownAccount
	live map[shell.KnownAccount]*client.Account
}

func newMemoryAccounts(t *testing.T, n *testWorld) (*memoryAccounts, *client.Account) {
	t.Helper()
	h := &memoryAccounts{n: n, live: map[shell.KnownAccount]*client.Account{}}
	ada := n.account(t)
	hs, err := discovery.Find(t.Context(), n.options().Transport, n.grace)
	if err != nil {
		t.Fatal(err)
	}
	grace, err := login.WithPassword(t.Context(), n.options(), hs, n.grace, "hopper")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*client.Account{ada, grace} {
		h.add(a)
	}
	h.all = append(h.all, shell.KnownAccount{UserID: "@ken:example.org", Homeserver: n.HomeserverURL(), SignedOut: true})
	return h, ada
}

func (h *memoryAccounts) add(a *client.Account) {
	s := a.Session()
	k := shell.KnownAccount{UserID: s.UserID, Homeserver: s.Homeserver, DeviceID: s.DeviceID}
	h.all, h.live[k] = append(h.all, k), a
}

func (h *memoryAccounts) accounts() *shell.Accounts {
	return &shell.Accounts{
		List: func(context.Context) ([]shell.KnownAccount, error) {
			return append([]shell.KnownAccount{}, h.all...), nil
		},
		Switch: func(_ context.Context, k shell.KnownAccount) (*client.Account, error) {
			return client.Resume(h.n.options(), h.live[k].Session())
		},
		SignOut: func(ctx context.Context, k shell.KnownAccount) error {
			for i := range h.all {
				if h.all[i] == k {
					h.all = append(h.all[:i:i], h.all[i+1:]...)
					break
				}
			}
			return h.live[k].SignOut(ctx)
		},
	}
}

func TestAccounts(t *testing.T) {
	for _, size := range sizes() {
		synctest.Test(t, func(t *testing.T) {
			n := newTestWorld(t)
			h, ada := newMemoryAccounts(t, n)
			n.invite(t, n.compilers, "lin@kernel.example")
			term := termtest.Run(t, size[0], size[1], func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Client: n.options(), Account: ada, Accounts: h.accounts(), Vault: &shell.Vault{Kind: shell.VaultPlain}})
			})
			term.Wait(time.Second)
			term.Press("@")
			term.Golden("list")
			term.Press("?")
			term.Golden("help")
			term.Press("esc", "j", "enter")
			term.Wait(time.Second)
			if s := term.Screen(); !strings.Contains(s, "● live") || !strings.Contains(s, "lin@") && !strings.Contains(s, "l...@") {
				t.Error(s)
			}
			term.Press("@", "j", "S")
			term.Golden("asked")
			term.Press("n", "G", "enter")
			term.Golden("again")
			term.Press("esc", "n")
			term.Golden("add")
			term.Press("esc", "g", "S", "y") // Ada's account, which is not on the screen
			term.Wait(time.Second)
			term.Golden("one less")
			if n.Count("POST", "/_matrix/client/v3/logout") != 1 {
				t.Error("the homeserver got no request")
			}
		})
	}
}

func TestSignedOutAccountAmongOthers(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		h, ada := newMemoryAccounts(t, n)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: ada, Accounts: h.accounts(), Vault: &shell.Vault{Kind: shell.VaultKeyring}})
		})
		n.SignOutEverywhere(n.ada, false)
		term.Wait(time.Minute)
		term.Golden("signed out")
		term.Press("esc")
		term.Golden("the others")
		term.Press("j", "enter")
		term.Wait(time.Second)
		if s := term.Screen(); !strings.Contains(s, "@grace:example.org") || !strings.Contains(s, "● live") {
			t.Error(s)
		}
	})
}
