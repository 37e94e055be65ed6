package signin

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// AccountsPage lists the accounts with stored sessions.
type AccountsPage struct {
	sh      *shell.Shell
	ctx     context.Context
	known   []shell.KnownAccount
	list    widget.List[shell.KnownAccount]
	loaded  bool
	busy    bool
	problem error
}

// NewAccounts returns a function that makes an [AccountsPage].
func NewAccounts(sh *shell.Shell) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen { return &AccountsPage{sh: sh, ctx: ctx} }
}

func (p *AccountsPage) Init() tea.Cmd { return p.load() }
func (p *AccountsPage) Title() string { return "Accounts" }

// accountsListed has the accounts with stored sessions.
type accountsListed struct {
	known []shell.KnownAccount
	err   error
}

// accountSignedOut is the result of signing out an account that is not on the screen.
type accountSignedOut struct{ err error }

func (p *AccountsPage) load() tea.Cmd {
	list, forgotten := p.sh.Options.Accounts.List, p.sh.SessionEndStored
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		if forgotten != nil {
			<-forgotten // otherwise the list could include the account that has just signed out
		}
		known, err := list(ctx)
		return accountsListed{known, err}
	})
}

func (p *AccountsPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case accountsListed:
		p.loaded, p.known = true, msg.known
		if msg.err != nil { // otherwise the last problem stays on the screen
			p.problem = msg.err
		}
		p.list.Set(msg.known)
	case accountSignedOut:
		p.busy, p.problem = false, msg.err
		return p.load()
	case signInResult:
		p.busy = false
		if msg.account != nil {
			return showAccount(p.sh, msg)
		}
		p.problem = msg.err
	case tea.KeyPressMsg:
		if !p.busy {
			p.problem = nil
			return p.press(msg)
		}
	}
	return nil
}

func (p *AccountsPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	a, some := p.list.Current()
	switch {
	case key.Matches(msg, keys.Add):
		return p.sh.Open(newSignIn(p.sh, prefill{}, nil))
	case !some:
	case key.Matches(msg, keys.Open):
		return p.use(a)
	case key.Matches(msg, keys.SignOut):
		return p.sh.OpenCard(shell.NewConfirm(p.sh, "Sign out?", "The session of "+string(a.UserID)+" ends, here and on the homeserver.",
			func() tea.Cmd { return p.signOut(a) }))
	default:
		p.list.Press(msg, keys.Keys, p.lines())
		p.list.Scroll(p.lines())
	}
	return nil
}

// inUse reports whether an account is the one on the screen.
func (p *AccountsPage) inUse(a shell.KnownAccount) bool {
	if p.sh.Account == nil {
		return false
	}
	s := p.sh.Account.Session()
	return s.UserID == a.UserID && s.Homeserver == a.Homeserver
}

// use switches to an account, or opens the sign-in page if the account is signed
// out.
func (p *AccountsPage) use(a shell.KnownAccount) tea.Cmd {
	switch {
	case p.inUse(a):
		p.sh.Close()
		return nil
	case a.SignedOut:
		return p.sh.Open(newSignIn(p.sh, resumePrefill(client.Session{UserID: a.UserID, Homeserver: a.Homeserver, DeviceID: a.DeviceID}), nil))
	case p.sh.Busy():
		p.sh.Notice = shell.Notice{Text: "An operation is still running. Switch accounts when it has finished.", Bad: true}
		return nil
	}
	p.busy, p.problem = true, nil
	change := p.sh.Options.Accounts.Switch
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		account, err := change(ctx, a)
		return signInResult{account: account, err: err}
	})
}

func (p *AccountsPage) signOut(a shell.KnownAccount) tea.Cmd {
	if p.inUse(a) {
		return p.sh.SignOut()
	}
	p.busy, p.problem = true, nil
	end := p.sh.Options.Accounts.SignOut
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg { return accountSignedOut{end(ctx, a)} })
}

func (p *AccountsPage) lines() int { return max(1, p.sh.Height-5) }

func (p *AccountsPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	a, some := p.list.Current()
	does := "switch"
	if a.SignedOut {
		does = "sign in again"
	}
	return []key.Binding{
		keymap.When(some && !p.busy, keymap.As(k.Open, does)), keymap.When(!p.busy, k.Add), keymap.When(some && !p.busy, k.SignOut),
		keymap.When(p.sh.CanGoBack(), k.Back), k.Help, k.Quit,
	}
}

func (p *AccountsPage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	return [][]key.Binding{p.ShortHelp(), append(k.Moves(true), k.Palette)}
}

func (p *AccountsPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	var b strings.Builder
	b.WriteString("\n")
	from, to := p.list.Window(p.lines())
	const stateWidth = 14
	name := min(44, (width-3-stateWidth)/2)
	for n := from; n < to; n++ {
		a, chosen := p.list.Keys[n], n == p.list.At
		st := st.ForRow(chosen)
		state := ""
		switch {
		case a.SignedOut:
			state = st.Warn.Render("! signed out")
		case p.inUse(a):
			state = st.Good.Render("✓ in use")
		}
		line := st.Name.Render(cells.Fit(string(a.UserID), name)) + "  " + cells.Pad(state, stateWidth) +
			st.Faint.Render(cells.Cut(a.Homeserver, width-name-stateWidth-7))
		b.WriteString(shell.RowSpot(p.sh, &p.list, n, p.sh.Keys.Open, " "+st.Row(chosen, " ", line, width-2)) + "\n")
	}
	switch {
	case p.problem != nil:
		b.WriteString("\n" + cells.Indent(p.sh.RenderError(p.problem, min(width-4, 76)), 3))
	case p.loaded && len(p.known) == 0:
		b.WriteString("   No account is signed in. Press " + st.Accent.Render(p.sh.Keys.Add.Help().Key) + " to add an account.")
	case p.loaded && p.sh.VaultKind != "":
		b.WriteString("\n" + cells.Indent(st.Faint.Render(cells.Wrap("Their sessions are stored on this machine: "+kept(p.sh.VaultKind)+".", width-6)), 3))
	}
	return b.String(), nil
}

// kept describes how sessions are stored.
func kept(vault string) string {
	switch vault {
	case shell.VaultKeyring:
		return "encrypted, with the key in the system keyring"
	case shell.VaultPassphrase:
		return "encrypted with your passphrase"
	case "agent":
		return "encrypted with a key of your ssh-agent"
	default:
		return "not encrypted, in a file that only you can read"
	}
}
