// Package signin has the pages to sign in, to store the session, to open the vault,
// and to choose an account.
package signin

import (
	"cmp"
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

// ServerPage is the first page to sign in: it finds the homeserver. The pages for the
// sign-in method open over it, so that esc goes back one step at a time.
type ServerPage struct {
	sh      *shell.Shell
	ctx     context.Context
	prefill prefill
	form    *widget.Form
	spinner spinner.Model
	busy    bool
	problem error // why the search failed, or why the user must sign in again
}

// A prefill is what is known about the user before the user types anything.
type prefill struct {
	user, homeserver string         // empty if unknown
	password         string         // of the demo account
	again            client.Session // the session to resume; zero for a new session
}

// typed returns the initial text of the field.
func (o prefill) typed() string {
	if strings.HasPrefix(o.user, "@") {
		return o.user
	}
	return cmp.Or(o.homeserver, o.user)
}

// resumePrefill returns the prefill to resume a session that has ended.
func resumePrefill(s client.Session) prefill {
	return prefill{user: string(s.UserID), homeserver: s.Homeserver, again: s}
}

// A server is a homeserver and the user who is expected to sign in there.
type server struct {
	hs             discovery.Homeserver
	user, password string
	again          client.Session
}

func newSignIn(sh *shell.Shell, o prefill, why error) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		s := &ServerPage{sh: sh, ctx: ctx, prefill: o, problem: why, form: sh.NewForm(), spinner: widget.NewSpinner()}
		s.form.Add("Account", "@you:example.org, or your homeserver", o.typed())
		return s
	}
}

func (s *ServerPage) Init() tea.Cmd { return nil }
func (s *ServerPage) Title() string { return "Sign in" }

// discovered is the result of the search for the homeserver.
type discovered struct {
	server server
	err    error
}

func (s *ServerPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case discovered:
		s.busy = false
		if s.problem = msg.err; msg.err != nil {
			return nil
		}
		return s.sh.Open(newMethods(s.sh, msg.server))
	case spinner.TickMsg:
		return widget.UpdateSpinner(&s.spinner, msg, s.busy)
	case tea.KeyPressMsg:
		switch {
		case s.busy: // ignore keys that the user types ahead for the next page
		case key.Matches(msg, s.sh.Keys.Submit):
			return s.submit()
		case key.Matches(msg, s.sh.Keys.Demo) && s.offersDemo():
			s.sh.ChoseDemo = true
			return s.sh.Finish()
		case key.Matches(msg, s.sh.Keys.Inspect) && s.offersInspect():
			return s.sh.OpenInspect()
		default:
			return s.form.Update(msg)
		}
	case tea.PasteMsg:
		if !s.busy {
			return s.form.Update(msg)
		}
	}
	return nil
}

// submit looks for the homeserver. If the user did not change the prefilled text,
// submit uses the prefilled homeserver, because a Matrix ID alone is less exact.
func (s *ServerPage) submit() tea.Cmd {
	where := s.form.Value(0)
	if where == "" {
		return nil
	}
	srv := server{}
	if where == s.prefill.typed() {
		srv = server{user: s.prefill.user, password: s.prefill.password, again: s.prefill.again}
		where = cmp.Or(s.prefill.homeserver, where)
	}
	s.busy, s.problem = true, nil
	opt := s.sh.Options.Client
	return tea.Batch(s.spinner.Tick, shell.Ask(s.ctx, s, func(ctx context.Context) tea.Msg {
		var err error
		srv.hs, err = discovery.Find(ctx, opt.Transport, where)
		srv.user = cmp.Or(srv.user, string(srv.hs.UserID))
		return discovered{srv, err}
	}))
}

func (s *ServerPage) ShortHelp() []key.Binding {
	k := s.sh.Keys
	return []key.Binding{
		keymap.When(!s.busy, k.Submit), keymap.When(!s.busy && s.offersDemo(), k.Demo), keymap.When(!s.busy && s.offersInspect(), k.Inspect),
		keymap.When(s.sh.CanGoBack(), k.Back), k.Interrupt,
	}
}

// first reports whether this page starts the program, and does not add an account or
// resume a session.
func (s *ServerPage) first() bool {
	return s.sh.Account == nil && s.prefill.again.UserID == "" && !s.sh.CanGoBack()
}

func (s *ServerPage) offersDemo() bool    { return s.first() && s.sh.Options.OfferDemo }
func (s *ServerPage) offersInspect() bool { return s.first() && s.sh.Options.Inspect != nil }

func (s *ServerPage) FullHelp() [][]key.Binding { return [][]key.Binding{s.ShortHelp()} }

func (s *ServerPage) View(width, _ int) (string, *tea.Cursor) {
	st := s.sh.Styles
	width = min(width-4, 76)
	intro := "\n" + cells.Wrap("Invite people to Matrix rooms by e-mail or Matrix ID, and see the state of every invite.", width) + "\n\n"
	form, cursor := s.form.View(width, !s.busy)
	if cursor != nil {
		cursor.Y += strings.Count(intro, "\n")
		cursor.X += 2
	}
	below := ""
	switch {
	case s.busy:
		below = s.spinner.View() + " Looking up " + cells.Cut(s.form.Value(0), width-16) + "…"
	case s.problem != nil:
		below = s.sh.RenderError(s.problem, width)
	case s.first() && s.sh.Options.Banner == "":
		below = st.Faint.Render(cells.Wrap("Sign in with your Matrix account. The next page shows the ways to sign in that your homeserver offers.", width))
		offers := []string{}
		for _, o := range []struct {
			made bool
			key  key.Binding
			what string
		}{
			{s.offersDemo(), s.sh.Keys.Demo, "on a built-in homeserver"},
			{s.offersInspect(), s.sh.Keys.Inspect, "with saved room state"},
		} {
			if o.made {
				line := st.Accent.Render(cells.Pad(o.key.Help().Key, widget.LabelWidth-2)) + cells.Pad(o.key.Help().Desc, 19) + st.Faint.Render(o.what)
				offers = append(offers, s.sh.KeySpot(line, o.key))
			}
		}
		if len(offers) > 0 {
			below += "\n\n" + strings.Join(offers, "\n")
		}
	}
	return cells.Indent(intro+form+"\n\n"+below, 2), cursor
}
