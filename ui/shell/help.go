package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// HelpCard is a card with every key of the screen below it.
type HelpCard struct {
	sh     *Shell
	below  Screen
	offset int // number of lines scrolled out at the top
}

func newHelp(sh *Shell) func(context.Context) Screen {
	below := sh.Top()
	return func(context.Context) Screen { return &HelpCard{sh: sh, below: below} }
}

func (h *HelpCard) Init() tea.Cmd { return nil }
func (h *HelpCard) Title() string { return "Keys" }

// Update scrolls if not all lines fit. Any other key closes the card.
func (h *HelpCard) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	lines, height := h.lines()
	last := len(lines) - height
	switch k := h.sh.Keys; {
	case last > 0 && key.Matches(press, k.Up, k.PageUp):
		h.offset = max(0, h.offset-max(1, height/2))
	case last > 0 && key.Matches(press, k.Down, k.PageDown):
		h.offset = min(last, h.offset+max(1, height/2))
	default:
		h.sh.CloseScreen(h)
	}
	return nil
}

// lines returns the groups of keys, and the number of lines that fit.
func (h *HelpCard) lines() (lines []string, height int) {
	width := h.sh.Width - 8
	height = h.sh.Height - helpFrame
	badge := h.badge(width)
	lines = strings.Split(h.columns(width, height-cells.Height(badge)+1)+badge, "\n")
	if len(lines) > height {
		height += helpMargin
	}
	return lines, max(1, height)
}

const (
	helpFrame  = 6 // lines of the card without the keys: the border, the title and empty lines
	helpMargin = 2 // of these, the empty lines that can be left out
)

func (h *HelpCard) ShortHelp() []key.Binding {
	k := h.sh.Keys
	lines, height := h.lines()
	more := len(lines) > height
	return []key.Binding{keymap.As(k.Back, "close"), keymap.When(more, k.Up), keymap.When(more, k.Down)}
}

func (h *HelpCard) FullHelp() [][]key.Binding { return [][]key.Binding{h.ShortHelp()} }

func (h *HelpCard) View(width, _ int) (string, *tea.Cursor) {
	st := h.sh.Styles
	lines, height := h.lines()
	widest := 0
	for _, l := range lines {
		widest = max(widest, cells.Width(l))
	}
	title := st.Strong.Render(cells.Cut("Keys: "+h.below.Title(), width))
	if len(lines) <= h.sh.Height-helpFrame {
		return "\n" + title + "\n\n" + cells.Block(strings.Join(lines, "\n"), widest, len(lines)) + "\n", nil
	}
	from := max(0, min(h.offset, len(lines)-height))
	upTo := min(len(lines), from+height)
	text := title + "\n" + cells.Block(strings.Join(lines[from:upTo], "\n"), widest, upTo-from) // the same width at every scroll position
	if more := moreWords(from, len(lines)-upTo); more != "" {
		text += "\n" + st.Accent.Render(more)
	}
	return text, nil
}

// moreWords returns the numbers of hidden lines above and below the visible lines.
func moreWords(above, below int) string {
	var parts []string
	if above > 0 {
		parts = append(parts, fmt.Sprintf("↑ %d more", above))
	}
	if below > 0 {
		parts = append(parts, fmt.Sprintf("↓ %d more", below))
	}
	return strings.Join(parts, "  ")
}

// columns arranges the groups of keys side by side, and below each other if the line
// is full. If the result is too high, the groups continue from one column into the
// next.
func (h *HelpCard) columns(width, height int) string {
	groups := h.groups()
	apart := besideOrBelow(groups, width)
	if cells.Height(apart) <= height {
		return apart
	}
	if flowing := flow(groups, width); cells.Height(flowing) < cells.Height(apart) {
		return flowing
	}
	return apart
}

// groups returns the groups of keys that work on the screen below.
func (h *HelpCard) groups() []string {
	m := help.New()
	m.Styles = h.sh.Styles.Help
	var groups []string
	for _, group := range h.below.FullHelp() {
		if text := m.FullHelpView([][]key.Binding{group}); text != "" {
			groups = append(groups, h.clickable(text, group))
		}
	}
	return groups
}

const columnGap = "    "

// besideOrBelow arranges as many groups side by side as fit, and the next groups
// below.
func besideOrBelow(groups []string, width int) string {
	var rows []string
	row := ""
	for _, column := range groups {
		wider := lipgloss.JoinHorizontal(lipgloss.Top, row, columnGap, column)
		switch {
		case row == "":
			row = column
		case cells.Width(wider) <= width:
			row = wider
		default:
			rows, row = append(rows, row, ""), column
		}
	}
	return strings.Join(append(rows, row), "\n")
}

// flow puts the groups below each other and breaks the result into as many columns of
// equal height as fit.
func flow(groups []string, width int) string {
	lines := strings.Split(strings.Join(groups, "\n\n"), "\n")
	best := strings.Join(lines, "\n")
	for n := 2; n <= len(lines); n++ {
		var columns []string
		for column := range slices.Chunk(lines, (len(lines)+n-1)/n) {
			if len(columns) > 0 {
				columns = append(columns, columnGap)
				if column[0] == "" {
					column = column[1:]
				}
			}
			columns = append(columns, strings.Join(column, "\n"))
		}
		beside := lipgloss.JoinHorizontal(lipgloss.Top, columns...)
		if cells.Width(beside) > width {
			break
		}
		best = beside
	}
	return best
}

// clickable makes each line of a column clickable. A click presses the key of the line
// on the screen below.
func (h *HelpCard) clickable(column string, group []key.Binding) string {
	lines := strings.Split(column, "\n")
	n := 0
	for _, b := range group {
		if !b.Enabled() {
			continue
		}
		lines[n] = h.sh.Button(lines[n], func() tea.Cmd {
			h.sh.CloseScreen(h)
			return h.sh.press(widget.PressOf(widget.ActionOf(b)))
		})
		n++
	}
	return strings.Join(lines, "\n")
}

// badge explains the word in the header about unencrypted sessions.
func (h *HelpCard) badge(width int) string {
	if h.sh.VaultKind != VaultPlain {
		return ""
	}
	st := h.sh.Styles
	return "\n\n" + st.Warn.Render(unencrypted) + st.Faint.Render(cells.Wrap(": your sessions are in a file that is not encrypted. To encrypt them, run: mxinvite vault kind sealed", width-len(unencrypted)))
}
