package signin

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A SecretPage signs in with a user name and a password, or with an access token.
// The secret is not shown while it is typed.
type SecretPage struct {
	sh      *shell.Shell
	ctx     context.Context
	server  server
	form    *widget.Form
	about   string
	signIn  func(context.Context, client.Options, discovery.Homeserver, []string) (*client.Account, error)
	spinner spinner.Model
	busy    bool
	problem error
}

func newPassword(sh *shell.Shell, srv server) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &SecretPage{
			sh: sh, ctx: ctx, server: srv, form: sh.NewForm(), spinner: widget.NewSpinner(),
			about: "The password is sent only to your homeserver and is not stored.",
			signIn: func(ctx context.Context, opt client.Options, hs discovery.Homeserver, typed []string) (*client.Account, error) {
				return client.SignIn(ctx, opt, hs, strings.TrimSpace(typed[0]), typed[1])
			},
		}
		p.form.Add("User", "@you:"+srv.hs.Name+", or your e-mail address there", srv.user)
		p.form.AddHidden("Password", srv.password)
		if srv.user != "" {
			p.form.Focus(1)
		}
		return p
	}
}

func newToken(sh *shell.Shell, srv server) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &SecretPage{
			sh: sh, ctx: ctx, server: srv, form: sh.NewForm(), spinner: widget.NewSpinner(),
			about: "Anyone who has an access token can use your account. Signing out here makes it invalid everywhere.",
			signIn: func(ctx context.Context, opt client.Options, hs discovery.Homeserver, typed []string) (*client.Account, error) {
				return client.SignInWithToken(ctx, opt, hs, strings.TrimSpace(typed[0]))
			},
		}
		p.form.AddHidden("Token", "")
		return p
	}
}

func (p *SecretPage) Init() tea.Cmd { return nil }
func (p *SecretPage) Title() string { return "Sign in on " + p.server.hs.Name }

func (p *SecretPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case signInResult:
		p.busy = false
		if msg.account != nil {
			return showAccount(p.sh, msg)
		}
		p.problem = msg.err
	case spinner.TickMsg:
		return widget.Turn(&p.spinner, msg, p.busy)
	case tea.KeyPressMsg:
		if !p.busy {
			return p.press(msg)
		}
	case tea.PasteMsg:
		if !p.busy {
			return p.form.Update(msg)
		}
	}
	return nil
}

func (p *SecretPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case key.Matches(msg, keys.Submit):
		if p.form.FocusEmpty() {
			return nil
		}
		return p.submit()
	case p.several() && key.Matches(msg, keys.Next):
		p.form.Focus(p.form.At + 1)
	case p.several() && key.Matches(msg, keys.Prev):
		p.form.Focus(p.form.At - 1)
	default:
		return p.form.Update(msg)
	}
	return nil
}

func (p *SecretPage) several() bool { return len(p.form.Fields) > 1 }

func (p *SecretPage) submit() tea.Cmd {
	p.busy, p.problem = true, nil
	var typed []string
	for _, fd := range p.form.Fields {
		typed = append(typed, fd.Input.Value())
	}
	opt, hs, signIn, keep := clientOptions(p.sh, p.server), p.server.hs, p.signIn, signInFinisher(p.sh)
	return tea.Batch(p.spinner.Tick, shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		a, err := signIn(ctx, opt, hs, typed)
		return keep(ctx, a, err)
	}))
}

func (p *SecretPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.busy {
		return []key.Binding{k.Interrupt}
	}
	return []key.Binding{keymap.As(k.Submit, "sign in"), keymap.When(p.several(), k.Next), keymap.When(p.several(), k.Prev), k.Back, k.Interrupt}
}

func (p *SecretPage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *SecretPage) View(width, _ int) (string, *tea.Cursor) {
	width = min(width-4, 76)
	form, cursor := p.form.View(width, !p.busy)
	if cursor != nil {
		cursor.Y++
		cursor.X += 2
	}
	below := p.sh.Styles.Faint.Render(cells.Wrap(p.about, width))
	switch {
	case p.busy:
		below = p.spinner.View() + " Signing in on " + cells.Cut(p.server.hs.Name, width-16) + "…"
	case p.problem != nil:
		below = p.sh.Problem(p.problem, width)
	}
	return cells.Indent("\n"+form+"\n\n"+below, 2), cursor
}
