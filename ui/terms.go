package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// termsPage shows the terms of an identity server before the program sends data to
// that server.
type termsPage struct {
	sh      *shell.Shell
	ctx     context.Context
	terms   *client.TermsError
	texts   []identity.PolicyText // the policies in the user's language
	list    widget.List[int]      // the index of a text
	then    func() tea.Cmd        // continues the action that needs the terms
	spinner spinner.Model
	busy    bool
	problem error
}

func newTerms(sh *shell.Shell, terms *client.TermsError, then func() tea.Cmd) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &termsPage{sh: sh, ctx: ctx, terms: terms, then: then, spinner: widget.NewSpinner()}
		for n, policy := range terms.Policies {
			p.texts = append(p.texts, policy.In())
			p.list.Keys = append(p.list.Keys, n)
		}
		return p
	}
}

func (p *termsPage) Init() tea.Cmd { return nil }
func (p *termsPage) Title() string { return "Terms of " + p.terms.Server }

// termsAccepted is the result of accepting the terms.
type termsAccepted struct{ err error }

func (p *termsPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case termsAccepted:
		p.busy = false
		if p.problem = msg.err; msg.err != nil {
			return nil
		}
		p.sh.CloseScreen(p)
		return p.then()
	case spinner.TickMsg:
		return widget.UpdateSpinner(&p.spinner, msg, p.busy)
	case documentOpened:
		tellOpened(p.sh, msg)
	case tea.KeyPressMsg:
		if !p.busy {
			return p.press(msg)
		}
	}
	return nil
}

func (p *termsPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch address := p.address(); {
	case key.Matches(msg, keys.AcceptTerms):
		return p.accept()
	case key.Matches(msg, keys.DeclineTerms):
		p.sh.CloseScreen(p)
		p.sh.Notice = shell.Notice{Bad: true, Text: "Terms declined: " + p.terms.Server + " looks up no addresses and sends no mail."}
	case key.Matches(msg, keys.OpenDocument) && p.mayOpen():
		return openDocument(p.ctx, p.sh, p, address)
	case key.Matches(msg, keys.CopyDocument) && address != "":
		return p.sh.CopyURL(address)
	case msg.String() == "enter": // it does not accept the terms, because it may have been typed ahead
		p.sh.Notice = shell.Notice{Text: "Press " + p.choice() + "."}
	default:
		p.list.Press(msg, keys.Keys, len(p.texts))
	}
	return nil
}

// address returns the URL of the document under the cursor. It is empty if a
// browser should not open the URL.
func (p *termsPage) address() string {
	n, ok := p.list.Current()
	if !ok || !shell.IsWebURL(p.texts[n].URL) {
		return ""
	}
	return p.texts[n].URL
}

func (p *termsPage) mayOpen() bool { return p.address() != "" && p.sh.Options.Browse != nil }

func (p *termsPage) accept() tea.Cmd {
	p.busy, p.problem = true, nil
	account, texts := p.sh.Account, p.texts
	return tea.Batch(p.spinner.Tick, shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		return termsAccepted{account.AcceptTerms(ctx, texts)}
	}))
}

func (p *termsPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	return []key.Binding{
		keymap.When(!p.busy, k.AcceptTerms), keymap.When(!p.busy, k.DeclineTerms), keymap.When(!p.busy && p.mayOpen(), k.OpenDocument),
		keymap.When(!p.busy && p.address() != "", k.CopyDocument), keymap.When(p.busy, k.Back), k.Interrupt,
	}
}

func (p *termsPage) FullHelp() [][]key.Binding {
	return [][]key.Binding{p.ShortHelp(), p.sh.Keys.Moves(!p.busy && len(p.texts) > 1)}
}

// whatToPress returns instructions with the names of the keys.
func (p *termsPage) whatToPress() string {
	k := p.sh.Keys
	read := ""
	switch {
	case p.mayOpen():
		read = "Press " + k.OpenDocument.Help().Key + " to read it in your browser, or " + k.CopyDocument.Help().Key + " to copy its address. "
	case p.address() != "":
		read = "Press " + k.CopyDocument.Help().Key + " to copy the address and read it in a browser. "
	}
	return read + "Then press " + p.choice() + "."
}

func (p *termsPage) choice() string {
	k := p.sh.Keys
	return k.AcceptTerms.Help().Key + " to accept the terms, or " + k.DeclineTerms.Help().Key + " to decline"
}

func (p *termsPage) View(width, height int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 90)
	above := "\n" + cells.Wrap(cells.Cut(p.terms.Server, phrase.NameWidth)+" is the identity server that looks up e-mail addresses and sends the mails. "+
		"You have to accept its terms first. So far it has received only your Matrix ID.", width) + "\n\n"
	below := st.Faint.Render(cells.Wrap(p.whatToPress(), width))
	switch {
	case p.busy:
		below = p.spinner.View() + " Accepting…"
	case p.problem != nil:
		below = p.sh.RenderError(p.problem, width)
	}
	room := height - strings.Count(above, "\n") - cells.Height(below)
	return cells.Indent(above+p.documents(width, room)+below, 2), nil
}

// documents draws the documents that fit, each with its name and its address,
// including the one under the cursor.
func (p *termsPage) documents(width, height int) string {
	var all []string
	for n := range p.texts {
		all = append(all, p.document(n, width)+"\n\n")
	}
	from := 0
	for from < p.list.At && lines(all[from:p.list.At+1]) > height {
		from++
	}
	to := min(p.list.At+1, len(all))
	for to < len(all) && lines(all[from:to+1]) <= height {
		to++
	}
	return strings.Join(all[from:to], "")
}

func (p *termsPage) document(n, width int) string {
	st, t := p.sh.Styles, p.texts[n]
	name := st.Strong.Render(cells.Cut(t.Name, width-36))
	if v := p.terms.Policies[n].Version; v != "" {
		name += st.Faint.Render("  version " + cells.Cut(v, 10))
	}
	mark, many := " ", len(p.texts) > 1
	if many {
		name += st.Faint.Render(fmt.Sprintf("  %d of %d", n+1, len(p.texts)))
	}
	if many && n == p.list.At {
		mark = st.Cursor.Render("▌")
	}
	address := shell.RenderURL(st, cells.Cut(t.URL, 3*width), t.URL, width-2)
	return p.sh.Spot(mark+" "+name, func() tea.Cmd { p.list.At = n; return nil }) + "\n" + cells.Indent(address, 2)
}

// lines returns the number of lines of the texts.
func lines(texts []string) int { return strings.Count(strings.Join(texts, ""), "\n") }
