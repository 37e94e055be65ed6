package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A widgetHost is the shell as the widgets see it.
type widgetHost struct{ *shell }

var _ widget.Host = widgetHost{}

func (w widgetHost) Styles() style.Styles        { return w.styles }
func (w widgetHost) Keys() widget.Keys           { return w.keys.Keys }
func (w widgetHost) Press(k key.Binding) tea.Cmd { return w.press(widget.PressOf(widget.ActionOf(k))) }

func (w widgetHost) Spot(text string, click func() tea.Cmd) string { return w.spot(text, click) }

func (w widgetHost) KeySpot(text string, k key.Binding) string { return w.keySpot(text, k) }

// newForm returns a form without fields.
func (sh *shell) newForm() *widget.Form { return widget.NewForm(widgetHost{sh}) }

// showOperators opens a card with all that a filter may consist of.
func (sh *shell) showOperators(lines [][2]string) tea.Cmd {
	return sh.openCard(newFilterHelp(sh, lines))
}

// typingHelp are the keys that work while a filter is typed. offers is whether there
// is anything to complete.
func typingHelp(sh *shell, offers bool) []key.Binding {
	k := sh.keys
	return []key.Binding{
		keymap.As(k.Submit, "done"), keymap.When(offers, k.Complete), keymap.As(k.Operators, "help"), keymap.As(k.Clear, "clear"), k.Interrupt,
	}
}
