package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// A field is one line of a form.
type field struct {
	label string
	input textinput.Model
}

// A form is a few fields below each other. Its focus moves at once, inside
// update: over a slow line people type ahead, and the next letter must find
// the field that the eye expects.
type form struct {
	sh     *shell
	fields []*field
	at     int
}

// newForm returns a form without fields.
func newForm(sh *shell) *form { return &form{sh: sh} }

func (f *form) add(label, placeholder, value string) *field {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.SetVirtualCursor(false)
	in.KeyMap.Paste = key.NewBinding() // it would read the clipboard of the host
	in.SetValue(value)
	fd := &field{label, in}
	f.fields = append(f.fields, fd)
	if len(f.fields) == 1 {
		fd.input.Focus()
	}
	return fd
}

func (f *form) value(i int) string { return strings.TrimSpace(f.fields[i].input.Value()) }

// focus puts the cursor into a field.
func (f *form) focus(i int) {
	f.fields[f.at].input.Blur()
	f.at = (i + len(f.fields)) % len(f.fields)
	f.fields[f.at].input.Focus()
	f.fields[f.at].input.CursorEnd()
}

// goTo goes to a field as the keys do: what is left may have something to say.
func (f *form) goTo(i int) tea.Cmd {
	var cmds []tea.Cmd
	for n := f.at; n != i; n = (n + 1) % len(f.fields) {
		cmds = append(cmds, f.sh.press(run(actionOf(f.sh.keys.Next))))
	}
	return tea.Batch(cmds...)
}

// update gives a message to the field with the cursor.
func (f *form) update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && strings.HasPrefix(press.Text, tag("")) {
		return nil // a key that no keyboard has
	}
	if paste, ok := msg.(tea.PasteMsg); ok { // the field would make a space of a line's end
		paste.Content = strings.TrimRight(paste.Content, "\r\n")
		msg = paste
	}
	fd := f.fields[f.at]
	var cmd tea.Cmd
	fd.input, cmd = fd.input.Update(msg)
	return cmd
}

const labelWidth = 12

// view draws the fields and says where the cursor is.
func (f *form) view(width int, active bool) (string, *tea.Cursor) {
	var lines []string
	var cursor *tea.Cursor
	for i, fd := range f.fields {
		mark, label := "  ", f.sh.styles.Label
		if i == f.at && active {
			mark, label = f.sh.styles.Cursor.Render("▌")+" ", f.sh.styles.Accent
		}
		fd.input.SetStyles(f.sh.styles.Input)
		fd.input.SetWidth(max(10, width-labelWidth-4))
		if i == f.at && active {
			if cursor = fd.input.Cursor(); cursor != nil {
				cursor.X += 2 + labelWidth
				cursor.Y = len(lines)
			}
		}
		line := mark + label.Render(cells.Pad(fd.label, labelWidth)) + fd.input.View()
		if active && i != f.at {
			line = f.sh.spot(line, func() tea.Cmd { return f.goTo(i) })
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), cursor
}
