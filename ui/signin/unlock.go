package signin

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// UnlockPage asks for the passphrase of the existing vault: when the program
// starts, or after signing in, to store the new session. If the vault cannot be
// opened with a passphrase, it shows the reason.
type UnlockPage struct {
	requestPage // without a form if no passphrase can open the vault

	account *client.Account // the account that has just signed in; nil at the start of the program
}

func newUnlock(sh *shell.Shell, a *client.Account, trouble error) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &UnlockPage{requestPage: newRequestPage(ctx, sh), account: a}
		p.problem = trouble
		if trouble == nil {
			p.form = sh.NewForm()
			p.form.AddHidden("Passphrase", "")
		}
		return p
	}
}

func (p *UnlockPage) Init() tea.Cmd { return nil }
func (p *UnlockPage) Title() string { return "Open your vault" }

// resumed has the account or the session with which the program begins.
type resumed struct {
	account *client.Account
	ended   client.Session
	err     error
}

// setAside is the result of setting the vault aside.
type setAside struct {
	name  string
	needs shell.VaultNeeds // set if an account has signed in
	err   error
}

func (p *UnlockPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case resumed:
		p.busy = false
		if p.problem = msg.err; msg.err == nil {
			return openResumed(p.sh, msg)
		}
	case signInResult:
		return p.signedIn(msg)
	case setAside:
		p.busy = false
		if p.problem = msg.err; msg.err == nil {
			return p.startOver(msg)
		}
	default:
		return p.update(msg, p.press)
	}
	return nil
}

func (p *UnlockPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case key.Matches(msg, keys.Submit):
		return p.submit()
	case key.Matches(msg, keys.SetAside):
		return p.sh.OpenCard(shell.NewConfirm(p.sh, "Set the vault aside?",
			"The file is renamed, and you sign in again. Data that was encrypted with its sessions can no longer be read, such as the addresses in the outbox.",
			p.setAside))
	case p.account != nil && key.Matches(msg, keys.Abandon):
		return confirmAbandon(p.sh, p)
	case p.form != nil:
		return p.edit(msg)
	}
	return nil
}

func (p *UnlockPage) submit() tea.Cmd {
	vault, passphrase := p.sh.Options.Vault, ""
	if p.form != nil {
		if passphrase = p.form.Fields[0].Input.Value(); passphrase == "" {
			return nil
		}
	}
	unlock := func(ctx context.Context) error {
		if passphrase == "" {
			return nil
		}
		return vault.Unlock(ctx, passphrase)
	}
	if p.account != nil {
		return p.start(storeSession(p.ctx, p.sh, p, p.account, shell.VaultPassphrase, unlock))
	}
	return p.start(shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		if err := unlock(ctx); err != nil {
			return resumed{err: err}
		}
		account, ended, err := vault.Resume(ctx)
		return resumed{account, ended, err}
	}))
}

// openResumed shows the resumed account, or the page to sign in.
func openResumed(sh *shell.Shell, r resumed) tea.Cmd {
	if r.account != nil {
		return sh.SignedIn(r.account)
	}
	return beginSigningIn(sh, r.ended)
}

func (p *UnlockPage) setAside() tea.Cmd {
	vault, account := p.sh.Options.Vault, p.account
	return p.start(shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		name, err := vault.SetAside(ctx)
		if err != nil || account == nil {
			return setAside{name: name, err: err}
		}
		needs, err := vault.Needs(ctx)
		return setAside{name, needs, err}
	}))
}

// startOver continues without a vault after the old one was set aside.
func (p *UnlockPage) startOver(msg setAside) tea.Cmd {
	p.sh.VaultKind = ""
	var cmd tea.Cmd
	if p.account != nil {
		p.sh.CloseScreen(p)
		cmd = askHowToStore(p.sh, p.account, msg.needs)
	} else {
		cmd = beginSigningIn(p.sh, client.Session{})
	}
	p.sh.ShowSuccess("The old vault was renamed to %s.", msg.name)
	return cmd
}

func (p *UnlockPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.busy {
		return []key.Binding{k.Interrupt}
	}
	submit := keymap.As(k.Submit, "open")
	if p.form == nil {
		submit = keymap.As(k.Submit, "try again")
	}
	return []key.Binding{submit, k.SetAside, keymap.When(p.account != nil, k.Abandon), k.Interrupt}
}

func (p *UnlockPage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *UnlockPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 76)
	help := st.Faint.Render("Forgotten? Press ") + st.Accent.Render(p.sh.Keys.SetAside.Help().Key) + st.Faint.Render(" to start with a new vault.")
	if p.form == nil {
		help = st.Faint.Render(cells.Wrap("Your sessions are in an encrypted vault that cannot be opened now. "+
			"Try again when the problem is solved, or set the vault aside and sign in again.", width))
	}
	return p.view(width, "Opening the vault…", p.about(), "\n\n"+help)
}

func (p *UnlockPage) about() string {
	if p.account != nil {
		return "You are signed in as " + cells.Cut(string(p.account.UserID()), phrase.NameWidth) + ". Type the passphrase of the vault on this machine to store the session in it."
	}
	return "Your sessions on this machine are encrypted with a passphrase."
}
