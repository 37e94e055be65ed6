package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// press handles the keys that mean the same on every page that names them, and
// leaves the others to the screen on top.
func (sh *shell) press(msg tea.KeyPressMsg) tea.Cmd {
	sh.notice = notice{}
	if sh.tour.press(msg) {
		return nil
	}
	pressed := func(b key.Binding) bool { return key.Matches(msg, b) && offers(sh.top(), b) }
	switch {
	case key.Matches(msg, sh.keys.Interrupt), pressed(sh.keys.Quit):
		return sh.quit()
	case key.Matches(msg, sh.keys.Suspend):
		return sh.suspend()
	case pressed(sh.keys.Help):
		return sh.openCard(newHelp(sh))
	case key.Matches(msg, sh.keys.Palette) && opensPalette(sh, msg):
		return sh.openCard(newPalette(sh))
	case pressed(sh.keys.Undo):
		return undoRevocation(sh)
	case pressed(sh.keys.Back):
		sh.close()
		return nil
	}
	return sh.top().update(msg)
}

// suspend stops the process where there is a shell to go back to.
func (sh *shell) suspend() tea.Cmd {
	if sh.opt.Suspend {
		return tea.Suspend
	}
	sh.notice = notice{text: "mxinvite cannot be suspended here: it was not started from a Unix shell.", bad: true}
	return nil
}
