package shell

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// FilterHelp is a card with all terms that a filter supports.
type FilterHelp struct {
	sh     *Shell
	lines  [][2]string // an example, and the rows that it keeps
	offset int
}

func newFilterHelp(sh *Shell, lines [][2]string) func(context.Context) Screen {
	return func(context.Context) Screen { return &FilterHelp{sh: sh, lines: lines} }
}

func (f *FilterHelp) Init() tea.Cmd { return nil }
func (f *FilterHelp) Title() string { return "Operators of a filter" }

// height returns the number of lines that fit.
func (f *FilterHelp) height() int { return max(1, min(len(f.lines), f.sh.Height-6)) }

func (f *FilterHelp) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	page := max(1, f.height()/2)
	switch k := f.sh.Keys; {
	case key.Matches(press, k.Up, k.PageUp):
		f.offset = max(0, f.offset-page)
	case key.Matches(press, k.Down, k.PageDown):
		f.offset = min(len(f.lines)-f.height(), f.offset+page)
	}
	return nil
}

func (f *FilterHelp) ShortHelp() []key.Binding {
	k := f.sh.Keys
	more := len(f.lines) > f.height()
	return []key.Binding{keymap.As(k.Back, "close"), keymap.When(more, k.Up), keymap.When(more, k.Down)}
}

func (f *FilterHelp) FullHelp() [][]key.Binding { return [][]key.Binding{f.ShortHelp()} }

func (f *FilterHelp) View(width, _ int) (string, *tea.Cursor) {
	const exampleWidth = 22
	st := f.sh.Styles
	var text []string
	from := min(f.offset, len(f.lines)-f.height())
	for _, l := range f.lines[from : from+f.height()] {
		text = append(text, st.Accent.Render(cells.Pad(l[0], exampleWidth))+cells.Cut(l[1], width-exampleWidth))
	}
	return "\n" + st.Strong.Render(f.Title()) + "\n\n" + strings.Join(text, "\n") + "\n", nil
}
