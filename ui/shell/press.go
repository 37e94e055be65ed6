package shell

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// press handles the keys that have the same meaning on every page that names them. It
// delivers all other keys to the top screen.
func (sh *Shell) press(msg tea.KeyPressMsg) tea.Cmd {
	sh.Notice = Notice{}
	if sh.Tour.press(msg) {
		return nil
	}
	pressed := func(b key.Binding) bool { return key.Matches(msg, b) && Offers(sh.Top(), b) }
	switch {
	case key.Matches(msg, sh.Keys.Interrupt), pressed(sh.Keys.Quit):
		return sh.quit()
	case key.Matches(msg, sh.Keys.Suspend):
		return sh.suspend()
	case pressed(sh.Keys.Help):
		return sh.OpenCard(newHelp(sh))
	case key.Matches(msg, sh.Keys.Palette) && OpensPalette(sh, msg):
		return sh.OpenCard(newPalette(sh))
	case pressed(sh.Keys.Undo):
		return undoRevocation(sh)
	case pressed(sh.Keys.Back):
		sh.Close()
		return nil
	}
	return sh.Top().Update(msg)
}

// suspend stops the process, if the user can return to it from a shell.
func (sh *Shell) suspend() tea.Cmd {
	if sh.Options.Suspend {
		return tea.Suspend
	}
	sh.Notice = Notice{Text: "mxinvite cannot be suspended here: it was not started from a Unix shell.", Bad: true}
	return nil
}
