package signin

import (
	"context"
	"errors"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/weakpass"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// PassphrasePage asks for the passphrase of a new vault, twice.
type PassphrasePage struct {
	sh      *shell.Shell
	ctx     context.Context
	account *client.Account
	above   bool // the page is over the page with the kinds of vault
	form    *widget.Form
	spinner spinner.Model
	busy    bool
	problem error
}

func newPassphrase(sh *shell.Shell, a *client.Account, above bool) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &PassphrasePage{sh: sh, ctx: ctx, account: a, above: above, form: sh.NewForm(), spinner: widget.NewSpinner()}
		p.form.AddHidden("Passphrase", "")
		p.form.AddHidden("Again", "")
		return p
	}
}

func (p *PassphrasePage) Init() tea.Cmd { return nil }
func (p *PassphrasePage) Title() string { return "Choose a passphrase" }

func (p *PassphrasePage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case signInResult:
		p.busy = false
		if p.problem = msg.err; msg.err == nil {
			return showAccount(p.sh, msg)
		}
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

func (p *PassphrasePage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case key.Matches(msg, keys.Submit):
		return p.submit()
	case key.Matches(msg, keys.Next):
		p.form.Focus(p.form.At + 1)
	case key.Matches(msg, keys.Prev):
		p.form.Focus(p.form.At - 1)
	case !p.above && key.Matches(msg, keys.Abandon):
		return confirmAbandon(p.sh, p)
	default:
		return p.form.Update(msg)
	}
	return nil
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
	p.busy = true
	vault := p.sh.Options.Vault
	return tea.Batch(p.spinner.Tick, storeSession(p.ctx, p.sh, p, p.account, shell.VaultPassphrase, func(ctx context.Context) error {
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
	form, cursor := p.form.View(width, !p.busy)
	if cursor != nil {
		cursor.Y++
		cursor.X += 2
	}
	below := p.sh.Styles.Faint.Render(cells.Wrap("It encrypts your sessions on this machine, and mxinvite asks for it at each start. "+
		"If you forget it, you have to sign in again.", width))
	switch {
	case p.busy:
		below = p.spinner.View() + " Storing the session…"
	case p.problem != nil:
		below = p.sh.Problem(p.problem, width)
	}
	return cells.Indent("\n"+form+"\n\n"+below, 2), cursor
}
