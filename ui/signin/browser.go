package signin

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// browserSignIn is a sign-in in a browser, with OAuth 2.0 or with SSO.
type browserSignIn interface {
	URL() string
	Expects(finalURL string) bool
	Finish(ctx context.Context, finalURL string) (*client.Account, error)
}

// BrowserPage opens the sign-in page of the server in a browser. It waits until the
// browser is redirected to this program, or the user pastes the URL of the redirect.
type BrowserPage struct {
	sh            *shell.Shell
	ctx           context.Context
	server        server
	way           method
	form          *widget.Form
	browserSignIn browserSignIn // nil until the address is known
	browser       shell.Browser // nil if the browser cannot be redirected to this program
	opened        bool          // the browser has opened the address
	cancel        context.CancelFunc
	spinner       spinner.Model
	busy          bool // the sign-in is being finished
	spent         bool // the address can be used only once
	over          bool // the sign-in failed and must start again
	problem       error
}

func newBrowser(sh *shell.Shell, srv server, way method) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &BrowserPage{sh: sh, ctx: ctx, server: srv, way: way, form: sh.NewForm(), spinner: widget.NewSpinner(), cancel: func() {}}
		p.form.AddHidden("Address", "") // the address contains a secret code
		p.form.Fields[0].Input.Placeholder = "paste the address"
		return p
	}
}

func (p *BrowserPage) Init() tea.Cmd { return p.begin() }
func (p *BrowserPage) Title() string { return "Sign in on " + p.server.hs.Name }

// browserSignInStarted has the address to open, or an error.
type browserSignInStarted struct {
	browserSignIn browserSignIn
	browser       shell.Browser
	notOpened     error
	err           error
}

// redirected has the address of the redirect, or an error.
type redirected struct {
	address string
	err     error
}

// begin gets the address, and opens it if the user's machine has a browser.
func (p *BrowserPage) begin() tea.Cmd {
	p.cancel()
	p.browserSignIn, p.browser, p.over, p.problem = nil, nil, false, nil
	var listening context.Context
	listening, p.cancel = context.WithCancel(p.ctx)
	opt, hs, way, browse := clientOptions(p.sh, p.server), p.server.hs, p.way, p.sh.Options.Browse
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		var s browserSignInStarted
		redirect := login.PastedRedirectURI
		if browse != nil {
			if b, err := browse(listening); err == nil {
				s.browser, redirect = b, b.RedirectURI()
			}
		}
		if way.way == discovery.WaySSO {
			s.browserSignIn, s.err = login.StartSSO(ctx, opt, hs, redirect, way.provider)
		} else {
			s.browserSignIn, s.err = login.StartBrowser(ctx, opt, hs, redirect)
		}
		if s.err == nil && s.browser != nil && shell.IsWebURL(s.browserSignIn.URL()) {
			if err := s.browser.Open(s.browserSignIn.URL()); err != nil {
				s.notOpened = fmt.Errorf("the browser could not be opened: %w", err)
			}
		}
		return s
	})
}

func (p *BrowserPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case browserSignInStarted:
		if msg.err != nil {
			p.problem, p.over = msg.err, true
			return nil
		}
		p.browserSignIn, p.browser, p.problem = msg.browserSignIn, msg.browser, msg.notOpened
		p.opened = msg.browser != nil && msg.notOpened == nil
		return p.await()
	case redirected:
		if msg.err == nil && !p.busy && !p.over {
			return p.finish(msg.address)
		}
	case signInResult:
		p.busy = false
		if msg.account != nil {
			return showAccount(p.sh, msg)
		}
		p.problem, p.over = msg.err, p.spent
		if p.over {
			p.form.Fields[0].Input.Reset()
		}
	case spinner.TickMsg:
		return widget.UpdateSpinner(&p.spinner, msg, p.busy)
	case tea.KeyPressMsg:
		if !p.busy {
			return p.press(msg)
		}
	case tea.PasteMsg:
		if p.asking() {
			p.problem = nil
			return p.form.Update(msg)
		}
	}
	return nil
}

// await waits for the redirect, if the browser can be redirected to this program.
func (p *BrowserPage) await() tea.Cmd {
	if p.browser == nil {
		return nil
	}
	b, expects := p.browser, p.browserSignIn.Expects
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		address, err := b.Wait(ctx, expects)
		return redirected{address, err}
	})
}

// asking reports whether the user can paste an address.
func (p *BrowserPage) asking() bool { return p.browserSignIn != nil && !p.busy && !p.over }

func (p *BrowserPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case p.over && key.Matches(msg, keys.Submit):
		return p.begin()
	case !p.asking():
	case key.Matches(msg, keys.Submit):
		return p.submit()
	case key.Matches(msg, keys.CopyAddress):
		return p.sh.CopyURL(p.browserSignIn.URL())
	default:
		p.problem = nil
		return p.form.Update(msg)
	}
	return nil
}

// submit uses the pasted address.
func (p *BrowserPage) submit() tea.Cmd {
	address := p.form.Value(0)
	if address == "" {
		return nil
	}
	return p.finish(address)
}

// finish signs in with the last address of the browser. An address that is not the
// expected redirect is never sent to a server, and the user can paste another one.
func (p *BrowserPage) finish(address string) tea.Cmd {
	p.busy, p.spent, p.problem = true, p.browserSignIn.Expects(address), nil
	d, keep := p.browserSignIn, signInFinisher(p.sh)
	return tea.Batch(p.spinner.Tick, shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		a, err := d.Finish(ctx, address)
		return keep(ctx, a, err)
	}))
}

func (p *BrowserPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	return []key.Binding{
		keymap.When(p.over, keymap.As(k.Submit, "try again")), keymap.When(p.asking(), keymap.As(k.Submit, "sign in")),
		keymap.When(p.asking(), k.CopyAddress), keymap.When(!p.busy, k.Back), k.Interrupt,
	}
}

func (p *BrowserPage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *BrowserPage) View(width, height int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 100)
	switch {
	case p.over:
		return cells.Indent("\n"+p.sh.RenderError(p.problem, min(width, 76))+"\n\nPress "+st.Accent.Render("enter")+" to try again.", 2), nil
	case p.busy:
		return cells.Indent("\n"+p.spinner.View()+" Signing in on "+cells.Cut(p.server.hs.Name, width-16)+"…", 2), nil
	case p.browserSignIn == nil:
		return cells.Indent("\nAsking "+cells.Cut(p.server.hs.Name, width-28)+" for a sign-in page…", 2), nil
	}
	gap := "\n\n"
	if height < roomy {
		gap = "\n"
	}
	first := "Open the address below in a browser and sign in there. Then copy the last address from the browser and paste it here, even if the page shows an error."
	if p.opened {
		first = "Your browser has opened the address below. Sign in there; this page then continues automatically. If it does not, paste the last address of the browser here."
	}
	above := strings.TrimPrefix(gap, "\n") + cells.Wrap(first, width) + gap
	form, cursor := p.form.View(width, true)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+strings.Count(above, "\n")
	}
	below := gap
	if p.problem != nil {
		below += p.sh.RenderError(p.problem, min(width, 76)) + gap
	}
	return cells.Indent(above+form+below+shell.RenderURL(st, p.browserSignIn.URL(), p.browserSignIn.URL(), width), 2), cursor
}

// roomy is the minimum height with empty lines between the parts of a page with a long
// address.
const roomy = 20
