package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// A Field is one line of a form.
type Field struct {
	label string
	Input textinput.Model
}

// A Form is a list of fields, one below the other. The focus must move inside Update,
// because users type ahead on slow connections: the next letter must go into the field
// that the user expects.
type Form struct {
	host   Host
	Fields []*Field
	At     int
}

// NewForm returns a form without fields.
func NewForm(host Host) *Form { return &Form{host: host} }

// Add adds a field.
func (f *Form) Add(label, placeholder, value string) *Field {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.SetVirtualCursor(false)
	in.KeyMap.Paste = key.NewBinding() // it would paste the clipboard of the host, not of the user
	in.SetValue(value)
	fd := &Field{label, in}
	f.Fields = append(f.Fields, fd)
	if len(f.Fields) == 1 {
		fd.Input.Focus()
	}
	return fd
}

// Value returns the content of a field, without spaces around it.
func (f *Form) Value(i int) string { return strings.TrimSpace(f.Fields[i].Input.Value()) }

// Focus moves the cursor to a field.
func (f *Form) Focus(i int) {
	f.Fields[f.At].Input.Blur()
	f.At = (i + len(f.Fields)) % len(f.Fields)
	f.Fields[f.At].Input.Focus()
	f.Fields[f.At].Input.CursorEnd()
}

// FocusEmpty moves the cursor to the first empty field. It reports whether there is
// one.
func (f *Form) FocusEmpty() bool {
	for i, fd := range f.Fields {
		if fd.Input.Value() == "" {
			f.Focus(i)
			return true
		}
	}
	return false
}

// goTo moves to a field by pressing the key for the next field, so that the page can
// handle each step.
func (f *Form) goTo(i int) tea.Cmd {
	var cmds []tea.Cmd
	for n := f.At; n != i; n = (n + 1) % len(f.Fields) {
		cmds = append(cmds, f.host.Press(f.host.Keys().Next))
	}
	return tea.Batch(cmds...)
}

// Update handles a message for the field with the cursor.
func (f *Form) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && strings.HasPrefix(press.Text, Tag("")) {
		return nil // a key that no keyboard sends
	}
	if paste, ok := msg.(tea.PasteMsg); ok { // the field would replace a line break by a space
		paste.Content = strings.TrimRight(paste.Content, "\r\n")
		msg = paste
	}
	fd := f.Fields[f.At]
	var cmd tea.Cmd
	fd.Input, cmd = fd.Input.Update(msg)
	return cmd
}

// LabelWidth is the width of the names of fields, in cells.
const LabelWidth = 12

// View draws the fields, and returns the position of the cursor.
func (f *Form) View(width int, active bool) (string, *tea.Cursor) {
	var lines []string
	var cursor *tea.Cursor
	for i, fd := range f.Fields {
		mark, label := "  ", f.host.Styles().Label
		if i == f.At && active {
			mark, label = f.host.Styles().Cursor.Render("▌")+" ", f.host.Styles().Accent
		}
		fd.Input.SetStyles(f.host.Styles().Input)
		fd.Input.SetWidth(max(10, width-LabelWidth-4))
		if i == f.At && active {
			if cursor = fd.Input.Cursor(); cursor != nil {
				cursor.X += 2 + LabelWidth
				cursor.Y = len(lines)
			}
		}
		line := mark + label.Render(cells.Pad(fd.label, LabelWidth)) + fd.Input.View()
		if active && i != f.At {
			line = f.host.Spot(line, func() tea.Cmd { return f.goTo(i) })
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), cursor
}

// AddHidden adds a field that hides the typed text. It shows only the number of
// characters.
func (f *Form) AddHidden(label, value string) {
	fd := f.Add(label, "", value)
	fd.Input.EchoMode = textinput.EchoPassword
	fd.Input.EchoCharacter = '•'
}
