package signin

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// VaultPage asks how to store the session of an account that has just signed in.
type VaultPage struct {
	requestPage

	account *client.Account
	needs   shell.VaultNeeds
	list    widget.List[string] // the kinds of vault
}

func newVaultPage(sh *shell.Shell, a *client.Account, needs shell.VaultNeeds) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &VaultPage{requestPage: newRequestPage(ctx, sh), account: a, needs: needs}
		p.list.Set(needs.Kinds)
		return p
	}
}

func (p *VaultPage) Init() tea.Cmd { return nil }
func (p *VaultPage) Title() string { return "Store your session" }

func (p *VaultPage) Update(msg tea.Msg) tea.Cmd {
	if r, ok := msg.(signInResult); ok {
		return p.signedIn(r)
	}
	return p.update(msg, p.press)
}

func (p *VaultPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case key.Matches(msg, keys.Open):
		return p.choose()
	case key.Matches(msg, keys.Abandon):
		return confirmAbandon(p.sh, p)
	}
	p.list.Press(msg, keys.Keys, p.lines())
	p.list.Scroll(p.lines())
	return nil
}

func (p *VaultPage) choose() tea.Cmd {
	kind, _ := p.list.Current()
	if kind == shell.VaultPassphrase {
		return p.sh.Open(newPassphrase(p.sh, p.account, true))
	}
	vault := p.sh.Options.Vault
	return p.start(storeSession(p.ctx, p.sh, p, p.account, kind, func(ctx context.Context) error { return vault.Make(ctx, kind, "") }))
}

// lines returns the number of kinds that fit below the introduction. Each kind takes
// two lines.
func (p *VaultPage) lines() int { return max(1, (p.sh.Height-7)/2) }

func (p *VaultPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.busy {
		return []key.Binding{k.Interrupt}
	}
	return []key.Binding{keymap.As(k.Open, "choose"), k.Abandon, k.Up, k.Down, k.Interrupt}
}

func (p *VaultPage) FullHelp() [][]key.Binding {
	return [][]key.Binding{p.ShortHelp(), p.sh.Keys.Moves(!p.busy)}
}

func (p *VaultPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 90)
	var b strings.Builder
	b.WriteString("\n" + cells.Wrap("You are signed in as "+cells.Cut(string(p.account.UserID()), phrase.NameWidth)+". Choose how to store the session.", width) + "\n\n")
	from, to := p.list.Window(p.lines())
	for n := from; n < to; n++ {
		chosen := n == p.list.At
		st := st.ForRow(chosen)
		name, what := vaultWords(p.list.Keys[n], p.sh.Options.Visitor)
		lines := st.Row(chosen, " ", st.Name.Render(cells.Cut(name, width-3)), width) + "\n" + st.Row(chosen, " ", st.Faint.Render(cells.Cut(what, width-3)), width)
		b.WriteString(shell.RowSpot(p.sh, &p.list, n, p.sh.Keys.Open, lines) + "\n")
	}
	switch {
	case p.busy:
		b.WriteString("\n" + p.spinner.View() + " Storing the session…")
	case p.problem != nil:
		b.WriteString("\n" + p.sh.RenderError(p.problem, width))
	case p.needs.NoKeyring != nil:
		b.WriteString("\n" + st.Faint.Render(cells.Wrap(phrase.Sentence(p.needs.NoKeyring.Error()), width)))
	}
	return cells.Indent(b.String(), 2), nil
}

// vaultWords returns the name of a kind of vault and its consequence. The text for a
// visitor says who can read a file on this machine.
func vaultWords(kind string, visitor bool) (name, what string) {
	switch {
	case kind == shell.VaultKeyring:
		return "In the system keyring", "Encrypted. It opens when you are logged in here."
	case kind == shell.VaultPassphrase:
		return "With a passphrase", "Encrypted. mxinvite asks for it at each start."
	case visitor:
		return "Unencrypted", "The administrator of this host can use your account."
	default:
		return "Unencrypted", "Anyone who can read the file can use your account."
	}
}
