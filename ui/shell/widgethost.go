package shell

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A widgetHost is the shell as the widgets see it.
type widgetHost struct{ sh *Shell }

// WidgetHost returns the shell as the widgets see it.
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

// ShowOperators opens a card with all that a filter may consist of.
func (sh *Shell) ShowOperators(lines [][2]string) tea.Cmd {
	return sh.OpenCard(newFilterHelp(sh, lines))
}

// TypingHelp are the keys that work while a filter is typed. offers is whether there
// is anything to complete.
func TypingHelp(sh *Shell, offers bool) []key.Binding {
	k := sh.Keys
	return []key.Binding{
		keymap.As(k.Submit, "done"), keymap.When(offers, k.Complete), keymap.As(k.Operators, "help"), keymap.As(k.Clear, "clear"), k.Interrupt,
	}
}
