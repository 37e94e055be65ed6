package signin

import (
	"context"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A requestPage is the common part of pages that send one request at a time. While the
// request is running, the page shows a spinner and ignores keys.
type requestPage struct {
	sh      *shell.Shell
	ctx     context.Context
	form    *widget.Form // nil on a page without text input
	spinner spinner.Model
	busy    bool
	problem error // why the last request failed
}

func newRequestPage(ctx context.Context, sh *shell.Shell) requestPage {
	return requestPage{sh: sh, ctx: ctx, spinner: widget.NewSpinner()}
}

// start starts a request.
func (p *requestPage) start(request tea.Cmd) tea.Cmd {
	p.busy, p.problem = true, nil
	return tea.Batch(p.spinner.Tick, request)
}

// signedIn handles the result of a request to sign in or to store the session.
func (p *requestPage) signedIn(r signInResult) tea.Cmd {
	p.busy = false
	if r.account != nil {
		return showAccount(p.sh, r)
	}
	p.problem = r.err
	return nil
}

// update handles the messages of the spinner, the keyboard and the clipboard.
func (p *requestPage) update(msg tea.Msg, press func(tea.KeyPressMsg) tea.Cmd) tea.Cmd {
	switch msg := msg.(type) {
	case spinner.TickMsg:
		return widget.UpdateSpinner(&p.spinner, msg, p.busy)
	case tea.KeyPressMsg:
		if !p.busy {
			return press(msg)
		}
	case tea.PasteMsg:
		if !p.busy && p.form != nil {
			return p.form.Update(msg)
		}
	}
	return nil
}

// edit handles the keys of the form.
func (p *requestPage) edit(msg tea.KeyPressMsg) tea.Cmd {
	switch keys := p.sh.Keys; {
	case p.several() && key.Matches(msg, keys.Next):
		p.form.Focus(p.form.At + 1)
	case p.several() && key.Matches(msg, keys.Prev):
		p.form.Focus(p.form.At - 1)
	default:
		return p.form.Update(msg)
	}
	return nil
}

// several reports whether the form has more than one field.
func (p *requestPage) several() bool { return len(p.form.Fields) > 1 }

// view draws the form. Below it is the name of the running request; or about or the
// problem, followed by help.
func (p *requestPage) view(width int, running, about, help string) (string, *tea.Cursor) {
	form, cursor := "", (*tea.Cursor)(nil)
	if p.form != nil {
		form, cursor = p.form.View(width, !p.busy)
		form += "\n\n"
	}
	if cursor != nil {
		cursor.Y++
		cursor.X += 2
	}
	below := p.sh.Styles.Faint.Render(cells.Wrap(about, width)) + help
	switch {
	case p.busy:
		below = p.spinner.View() + " " + running
	case p.problem != nil:
		below = p.sh.RenderError(p.problem, width) + help
	}
	return cells.Indent("\n"+form+below, 2), cursor
}
