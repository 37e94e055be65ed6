package signin

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// A SecretPage signs in with a user name and a password, or with an access token.
// The secret is not shown while it is typed.
type SecretPage struct {
	requestPage

	server server
	about  string
	signIn func(context.Context, client.Options, discovery.Homeserver, []string) (*client.Account, error)
}

func newPassword(sh *shell.Shell, srv server) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &SecretPage{
			requestPage: newRequestPage(ctx, sh), server: srv,
			about: "The password is sent only to your homeserver and is not stored.",
			signIn: func(ctx context.Context, opt client.Options, hs discovery.Homeserver, typed []string) (*client.Account, error) {
				return login.WithPassword(ctx, opt, hs, strings.TrimSpace(typed[0]), typed[1])
			},
		}
		p.form = sh.NewForm()
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
			requestPage: newRequestPage(ctx, sh), server: srv,
			about: "Anyone who has an access token can use your account. Signing out here makes it invalid everywhere.",
			signIn: func(ctx context.Context, opt client.Options, hs discovery.Homeserver, typed []string) (*client.Account, error) {
				return login.WithToken(ctx, opt, hs, strings.TrimSpace(typed[0]))
			},
		}
		p.form = sh.NewForm()
		p.form.AddHidden("Token", "")
		return p
	}
}

func (p *SecretPage) Init() tea.Cmd { return nil }
func (p *SecretPage) Title() string { return "Sign in on " + p.server.hs.Name }

func (p *SecretPage) Update(msg tea.Msg) tea.Cmd {
	if r, ok := msg.(signInResult); ok {
		return p.signedIn(r)
	}
	return p.update(msg, p.press)
}

func (p *SecretPage) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case !key.Matches(msg, p.sh.Keys.Submit):
		return p.edit(msg)
	case p.form.FocusEmpty():
		return nil
	}
	return p.submit()
}

func (p *SecretPage) submit() tea.Cmd {
	var typed []string
	for _, fd := range p.form.Fields {
		typed = append(typed, fd.Input.Value())
	}
	opt, hs, signIn, keep := clientOptions(p.sh, p.server), p.server.hs, p.signIn, signInFinisher(p.sh)
	return p.start(shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
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
	return p.view(width, "Signing in on "+cells.Cut(p.server.hs.Name, width-16)+"…", p.about, "")
}
