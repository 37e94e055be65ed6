package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
)

// termsPage shows the terms of an identity server before anything goes there.
type termsPage struct {
	sh      *shell
	ctx     context.Context
	terms   *client.TermsError
	then    func() tea.Cmd // what was to be done when the terms came between
	spinner spinner.Model
	busy    bool
	problem error
}

func newTerms(sh *shell, terms *client.TermsError, then func() tea.Cmd) func(context.Context) screen {
	return func(ctx context.Context) screen {
		return &termsPage{sh: sh, ctx: ctx, terms: terms, then: then, spinner: newSpinner()}
	}
}

func (p *termsPage) init() tea.Cmd { return nil }
func (p *termsPage) title() string { return "Terms of " + p.terms.Server }

// termsAccepted is how accepting ended.
type termsAccepted struct{ err error }

func (p *termsPage) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case termsAccepted:
		p.busy = false
		if p.problem = msg.err; msg.err != nil {
			return nil
		}
		p.sh.closeScreen(p)
		return p.then()
	case spinner.TickMsg:
		return turn(&p.spinner, msg, p.busy)
	case tea.KeyPressMsg:
		switch {
		case p.busy:
		case key.Matches(msg, p.sh.keys.Accept):
			return p.accept()
		case key.Matches(msg, p.sh.keys.Decline):
			p.sh.closeScreen(p)
			p.sh.notice = notice{bad: true, text: "Terms declined: " + p.terms.Server + " will neither look addresses up nor send mail."}
		}
	}
	return nil
}

func (p *termsPage) accept() tea.Cmd {
	p.busy, p.problem = true, nil
	account, texts := p.sh.account, p.texts()
	return tea.Batch(p.spinner.Tick, ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		return termsAccepted{account.AcceptTerms(ctx, texts)}
	}))
}

// texts are the policies in the language that is shown.
func (p *termsPage) texts() []identity.PolicyText {
	var texts []identity.PolicyText
	for _, policy := range p.terms.Policies {
		texts = append(texts, policy.In())
	}
	return texts
}

func (p *termsPage) ShortHelp() []key.Binding {
	k := p.sh.keys
	return []key.Binding{when(!p.busy, k.Accept), when(!p.busy, k.Decline), when(p.busy, k.Back), k.Interrupt}
}

func (p *termsPage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *termsPage) view(width, _ int) (string, *tea.Cursor) {
	st := p.sh.styles
	width = min(width-4, 90)
	var b strings.Builder
	b.WriteString("\n" + wrap(p.terms.Server+" is the identity server that looks e-mail addresses up and sends the invites. "+
		"It wants you to accept its terms first. Nothing has been sent to it but your Matrix ID.", width) + "\n")
	for i, t := range p.texts() {
		b.WriteString("\n" + st.strong.Render(cut(t.Name, width)))
		if v := p.terms.Policies[i].Version; v != "" {
			b.WriteString(st.faint.Render("  version " + cut(v, 20)))
		}
		b.WriteString("\n" + st.accent.Render(wrap(cut(t.URL, 3*width), width)) + "\n")
	}
	b.WriteString("\n")
	switch {
	case p.busy:
		b.WriteString(p.spinner.View() + " Accepting…")
	case p.problem != nil:
		b.WriteString(p.sh.problem(p.problem, width))
	default:
		b.WriteString(st.faint.Render(wrap("Read them in a browser, then press "+p.sh.keys.Accept.Help().Key+" to accept or "+p.sh.keys.Decline.Help().Key+" to decline.", width)))
	}
	return indent(b.String(), 2), nil
}
