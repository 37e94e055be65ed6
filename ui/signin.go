package ui

import (
	"cmp"
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// The fields of the sign-in form.
const (
	fieldUser = iota
	fieldPassword
	fieldHomeserver
)

// signIn is the page before anybody is signed in.
type signIn struct {
	sh      *shell
	ctx     context.Context
	form    *form
	spinner spinner.Model
	busy    bool
	problem error // why it did not work, or why one is here again
}

func newSignIn(sh *shell, why error) func(context.Context) screen {
	return func(ctx context.Context) screen {
		s := &signIn{sh: sh, ctx: ctx, problem: why, form: newForm(&sh.styles), spinner: newSpinner()}
		s.form.add("Matrix ID", "@you:example.org", sh.opt.User)
		password := s.form.add("Password", "", sh.opt.Password)
		password.input.EchoMode = textinput.EchoPassword
		password.input.EchoCharacter = '•'
		s.form.add("Homeserver", "found from your Matrix ID", sh.opt.Homeserver)
		if sh.opt.User != "" {
			s.form.focus(fieldPassword)
		}
		return s
	}
}

func (s *signIn) init() tea.Cmd { return nil }

func (s *signIn) title() string { return "Sign in" }

// signInResult is how an attempt to sign in ended.
type signInResult struct {
	account *client.Account
	err     error
}

func (s *signIn) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case signInResult:
		return s.done(msg)
	case spinner.TickMsg:
		if !s.busy {
			return nil
		}
		var cmd tea.Cmd
		s.spinner, cmd = s.spinner.Update(msg)
		return cmd
	case tea.KeyPressMsg:
		if !s.busy {
			return s.press(msg)
		}
	case tea.PasteMsg:
		if !s.busy {
			return s.form.update(msg)
		}
	}
	return nil
}

func (s *signIn) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := s.sh.keys
	switch {
	case key.Matches(msg, keys.Submit):
		if empty := s.firstEmpty(); empty >= 0 {
			s.form.focus(empty)
			return nil
		}
		return s.submit()
	case key.Matches(msg, keys.Next):
		s.form.focus(s.form.at + 1)
	case key.Matches(msg, keys.Prev):
		s.form.focus(s.form.at - 1)
	default:
		return s.form.update(msg)
	}
	return nil
}

// firstEmpty is the first field that must be filled and is not; -1 if none.
func (s *signIn) firstEmpty() int {
	switch {
	case s.form.value(fieldUser) == "":
		return fieldUser
	case s.form.fields[fieldPassword].input.Value() == "":
		return fieldPassword
	case s.form.value(fieldHomeserver) == "" && !strings.HasPrefix(s.form.value(fieldUser), "@"):
		return fieldHomeserver
	}
	return -1
}

// submit looks for the homeserver and signs in.
func (s *signIn) submit() tea.Cmd {
	s.busy, s.problem = true, nil
	user, password := s.form.value(fieldUser), s.form.fields[fieldPassword].input.Value()
	where := cmp.Or(s.form.value(fieldHomeserver), user)
	opt, remember, forgotten := s.sh.opt.Client, s.sh.opt.Remember, s.sh.forgotten
	return tea.Batch(s.spinner.Tick, ask(s.ctx, s, func(ctx context.Context) tea.Msg {
		hs, err := client.Discover(ctx, opt, where)
		if err != nil {
			return signInResult{err: err}
		}
		account, err := client.SignIn(ctx, opt, hs, user, password)
		if err == nil && remember != nil {
			if forgotten != nil {
				<-forgotten // or the new session would be dropped for the old one
			}
			err = remember(account.Session())
		}
		return signInResult{account, err}
	}))
}

func (s *signIn) done(r signInResult) tea.Cmd {
	s.busy = false
	if r.account == nil {
		s.problem = r.err
		s.form.focus(s.form.at)
		return nil
	}
	cmd := s.sh.signedIn(r.account)
	if r.err != nil { // signed in, but it could not be kept
		s.sh.complain(r.err)
	}
	return cmd
}

func (s *signIn) ShortHelp() []key.Binding {
	k := s.sh.keys
	if s.busy {
		return []key.Binding{k.Interrupt}
	}
	return []key.Binding{as(k.Submit, "sign in"), k.Next, k.Prev, k.Interrupt}
}

func (s *signIn) FullHelp() [][]key.Binding { return [][]key.Binding{s.ShortHelp()} }

func (s *signIn) view(width, _ int) (string, *tea.Cursor) {
	st := s.sh.styles
	width = min(width-4, 76)
	intro := "\n" + wrap("Invite people to Matrix rooms by e-mail, and see what became of every invite.", width) + "\n\n"
	form, cursor := s.form.view(width, !s.busy)
	if cursor != nil {
		cursor.Y += strings.Count(intro, "\n")
		cursor.X += 2
	}
	below := st.faint.Render(wrap("The password goes to your homeserver and nowhere else. It is not kept.", width))
	switch {
	case s.busy:
		below = s.spinner.View() + " Signing in on " + cut(cmp.Or(s.form.value(fieldHomeserver), s.form.value(fieldUser)), width-16) + "…"
	case s.problem != nil:
		below = s.sh.problem(s.problem, width)
	}
	return indent(intro+form+"\n\n"+below, 2), cursor
}

// signedOutMsg tells how signing out ended.
type signedOutMsg struct {
	account *client.Account
	err     error
}

// confirmSignOut asks before the session ends.
func (sh *shell) confirmSignOut() tea.Cmd {
	what := "The session of " + string(sh.account.UserID()) + " ends, here and on the homeserver."
	if n := sh.sending.waiting(); n > 0 {
		what += " " + sentence(count(n, "invite")+" that "+waits(n)+" in the outbox will not be sent")
	}
	return sh.openCard(newConfirm(sh, "Sign out?", what, sh.signOut))
}

// signOut ends the session on the homeserver, after what is being sent.
func (sh *shell) signOut() tea.Cmd {
	if sh.busy() {
		sh.notice = notice{text: "Something is still under way. Sign out when it is done.", bad: true}
		return nil
	}
	sh.signing = true
	ctx, account := sh.ctx, sh.account
	return sh.stopSending(func() tea.Cmd {
		return func() tea.Msg { return signedOutMsg{account, account.SignOut(ctx)} }
	})
}
