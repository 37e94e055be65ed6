package shell

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// typedAhead is a screen with fields of a line each. Several lines that come at once
// are typed ahead there, and answer one field after the other. On other screens they
// are a paste.
type typedAhead interface{ TypesAhead() bool }

// burst handles text that came all at once, which was pasted or typed ahead. In a
// field it is text, and Enter and tab are keys unless the text is a paste of several
// lines. Where letters are commands it runs none of them, except one at the beginning
// that opens a field for the rest.
func (m *Model) burst(text string) tea.Cmd {
	sh := m.Shell
	text = strings.NewReplacer("\r\n", "\r", "\n", "\r").Replace(text)
	var cmds []tea.Cmd
	press := func() (isText bool) {
		msg, size := keyOf(text)
		text = text[size:]
		cmds = append(cmds, sh.press(msg))
		return msg.Text != ""
	}
	if !m.tooSmall() && !sh.takesText() && sh.opensField(text) {
		press()
	}
	for text != "" && !m.tooSmall() && sh.takesText() {
		if isPaste(sh.Top(), text) {
			return tea.Batch(append(cmds, sh.Top().Update(tea.PasteMsg{Content: text}))...)
		}
		for text != "" && press() { // until a key that may leave the field
		}
	}
	sh.ignored(text)
	return tea.Batch(cmds...)
}

// takesText reports whether letters are text for the screen on top.
func (sh *Shell) takesText() bool {
	_, cursor := sh.Top().View(sh.Width, sh.Height)
	return cursor != nil
}

// opensField reports whether the first key of text opens a field, and does nothing else.
func (sh *Shell) opensField(text string) bool {
	press, _ := keyOf(text)
	for _, b := range []key.Binding{sh.Keys.Invite, sh.Keys.Filter, sh.Keys.Palette} {
		if key.Matches(press, b) && Offers(sh.Top(), b) {
			return true
		}
	}
	return false
}

// ignored says that text was dropped.
func (sh *Shell) ignored(text string) {
	if strings.Trim(text, "\r") != "" {
		sh.Notice = Notice{Text: "Ignored text that came all at once, as a paste does: letters are commands here.", Bad: true}
	}
}

// isPaste reports whether text has several lines that are not answers.
func isPaste(s Screen, text string) bool {
	if t, ok := s.(typedAhead); ok && t.TypesAhead() {
		return false
	}
	return strings.Contains(strings.Trim(text, "\r"), "\r")
}

// keyOf returns the key that types the first character of text, and its length.
func keyOf(text string) (tea.KeyPressMsg, int) {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r == '\r':
		return tea.KeyPressMsg{Code: tea.KeyEnter}, size
	case r == '\t':
		return tea.KeyPressMsg{Code: tea.KeyTab}, size
	case unicode.IsUpper(r):
		return tea.KeyPressMsg{Code: unicode.ToLower(r), ShiftedCode: r, Mod: tea.ModShift, Text: string(r)}, size
	}
	return tea.KeyPressMsg{Code: r, Text: string(r)}, size
}
