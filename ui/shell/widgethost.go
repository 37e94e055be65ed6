package shell

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A widgetHost implements [widget.Host] for the shell.
type widgetHost struct{ sh *Shell }

// WidgetHost returns the shell as a [widget.Host].
func (sh *Shell) WidgetHost() widget.Host { return widgetHost{sh} }

func (w widgetHost) Styles() style.Styles { return w.sh.Styles }
func (w widgetHost) Keys() widget.Keys    { return w.sh.Keys.Keys }

func (w widgetHost) Press(k key.Binding) tea.Cmd {
	return w.sh.press(widget.PressOf(widget.ActionOf(k)))
}

func (w widgetHost) Spot(text string, click func() tea.Cmd) string { return w.sh.Spot(text, click) }

func (w widgetHost) KeySpot(text string, k key.Binding) string { return w.sh.KeySpot(text, k) }

// NewForm returns a form without fields.
func (sh *Shell) NewForm() *widget.Form { return widget.NewForm(sh.WidgetHost()) }

// ShowOperators opens a card with all terms that a filter supports.
func (sh *Shell) ShowOperators(lines [][2]string) tea.Cmd {
	return sh.OpenCard(newFilterHelp(sh, lines))
}

// TypingHelp returns the keys for a page on which the user types a filter. offers
// reports whether there are completions.
func TypingHelp(sh *Shell, offers bool) []key.Binding {
	k := sh.Keys
	return []key.Binding{
		keymap.As(k.Submit, "done"), keymap.When(offers, k.Complete), keymap.As(k.Operators, "help"), keymap.As(k.Clear, "clear"), k.Interrupt,
	}
}
