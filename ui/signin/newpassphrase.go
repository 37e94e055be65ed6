package signin

import (
	"context"
	"errors"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/weakpass"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// PassphrasePage asks for the passphrase of a new vault, twice.
type PassphrasePage struct {
	requestPage

	account *client.Account
	above   bool // the page is over the page with the kinds of vault
}

func newPassphrase(sh *shell.Shell, a *client.Account, above bool) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &PassphrasePage{requestPage: newRequestPage(ctx, sh), account: a, above: above}
		p.form = sh.NewForm()
		p.form.AddHidden("Passphrase", "")
		p.form.AddHidden("Again", "")
		return p
	}
}

func (p *PassphrasePage) Init() tea.Cmd { return nil }
func (p *PassphrasePage) Title() string { return "Choose a passphrase" }

func (p *PassphrasePage) Update(msg tea.Msg) tea.Cmd {
	if r, ok := msg.(signInResult); ok {
		return p.signedIn(r)
	}
	return p.update(msg, p.press)
}

func (p *PassphrasePage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case key.Matches(msg, keys.Submit):
		return p.submit()
	case !p.above && key.Matches(msg, keys.Abandon):
		return confirmAbandon(p.sh, p)
	}
	return p.edit(msg)
}

var errNotTheSame = errors.New("the two passphrases are different")

func (p *PassphrasePage) submit() tea.Cmd {
	p.problem = nil
	if p.form.FocusEmpty() {
		return nil
	}
	typed := p.form.Fields[0].Input.Value()
	if typed != p.form.Fields[1].Input.Value() {
		p.problem = errNotTheSame
		p.form.Focus(1)
		return nil
	}
	if weakness := weakpass.Reason(typed, string(p.account.UserID())); weakness != "" {
		return p.sh.OpenCard(shell.NewConfirm(p.sh, "Use a weak passphrase?", "It "+weakness+
			". Anyone who gets the file could guess it. Four or more random words make a strong passphrase.", func() tea.Cmd { return p.keep(typed) }))
	}
	return p.keep(typed)
}

func (p *PassphrasePage) keep(typed string) tea.Cmd {
	vault := p.sh.Options.Vault
	return p.start(storeSession(p.ctx, p.sh, p, p.account, shell.VaultPassphrase, func(ctx context.Context) error {
		return vault.Make(ctx, shell.VaultPassphrase, typed)
	}))
}

func (p *PassphrasePage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.busy {
		return []key.Binding{k.Interrupt}
	}
	return []key.Binding{k.Submit, k.Next, k.Prev, keymap.When(p.above, k.Back), keymap.When(!p.above, k.Abandon), k.Interrupt}
}

func (p *PassphrasePage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *PassphrasePage) View(width, _ int) (string, *tea.Cursor) {
	width = min(width-4, 76)
	return p.view(width, "Storing the session…", "It encrypts your sessions on this machine, and mxinvite asks for it at each start. "+
		"If you forget it, you have to sign in again.", "")
}
