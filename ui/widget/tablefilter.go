package widget

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// PressInFilter handles a key while the user types the filter. The keys that move the
// cursor work in the list.
func (t *Table[K, R]) PressInFilter(msg tea.KeyPressMsg) tea.Cmd {
	keys := t.Host.Keys()
	switch {
	case key.Matches(msg, keys.Submit):
		t.Filter.Typing = false
		t.offer()
	case key.Matches(msg, keys.Clear):
		t.clear()
	case key.Matches(msg, keys.Operators):
		return t.Explain(t.Grammar.help())
	case key.Matches(msg, keys.Complete):
		t.complete(1)
	case msg.String() == "shift+tab":
		t.complete(-1)
	case MovesWhileTyping(msg):
		t.List.Press(msg, keys, t.Lines())
		t.anchor, _ = t.List.Current()
	default:
		return t.Typed(msg)
	}
	t.List.Scroll(t.Lines())
	return nil
}

// ArrowsMove reports whether the arrow keys move in the list while the user types.
func (t *Table[K, R]) ArrowsMove() bool { return t.Filter.Typing }

// Typed adds typed or pasted text to the filter.
func (t *Table[K, R]) Typed(msg tea.Msg) tea.Cmd {
	t.noteChoice()
	cmd := t.Filter.form.Update(msg)
	t.narrow()
	return cmd
}

// complete puts the next or the previous completion into the filter.
func (t *Table[K, R]) complete(by int) {
	t.noteChoice()
	if t.Filter.complete(by) {
		t.narrow()
	}
}

// Pick puts a completion into the filter.
func (t *Table[K, R]) Pick(n int) tea.Cmd {
	t.noteChoice()
	t.Filter.pick(n)
	t.narrow()
	return nil
}

func (t *Table[K, R]) offer() { t.Filter.offer(t.Grammar.offersFor) }

// narrow applies the changed filter. The cursor is on the row that the user selected
// or, if that row is hidden, on the first.
func (t *Table[K, R]) narrow() {
	t.Arrange()
	t.offer()
	t.List.At = 0
	t.List.MoveTo(t.anchor)
	t.List.Scroll(t.Lines())
	t.put, _ = t.List.Current()
}

// noteChoice records the selected row if the user has moved the cursor since the last
// change of the filter.
func (t *Table[K, R]) noteChoice() {
	if k, some := t.List.Current(); some && (k != t.put || !t.Filter.Typing) {
		t.anchor = k
	}
}

// CanClear reports whether there is a filter or a mark to clear.
func (t *Table[K, R]) CanClear() bool {
	return t.Filter.Typing || t.HasUserFilter() || len(t.Marked) > 0
}

// HasUserFilter reports whether the user has changed the filter of the page.
func (t *Table[K, R]) HasUserFilter() bool { return t.Filter.Text() != t.PageFilter }

// clear clears the filter or, if there is none, the marks.
func (t *Table[K, R]) clear() {
	if !t.Filter.Typing && !t.HasUserFilter() {
		clear(t.Marked)
	}
	t.setFilter(t.PageFilter)
}

// setFilter replaces the filter, and ends its input.
func (t *Table[K, R]) setFilter(text string) {
	t.noteChoice()
	t.Filter.Typing = false
	t.Filter.Set(text)
	t.narrow()
}

// A Summary is a text at the end of the line above a table, in a long and a short form.
type Summary struct{ Long, Short string }

// Summary returns the numbers of shown and marked rows.
func (t *Table[K, R]) Summary() Summary {
	var long, short []string
	if n := len(t.Marked); n > 0 {
		long, short = append(long, fmt.Sprintf("%d marked", n)), append(short, fmt.Sprintf("+%d", n))
	}
	if t.Filter.Text() != "" {
		of := fmt.Sprintf("%d of %d", len(t.List.Keys), len(t.All))
		long, short = append(long, of+" shown"), append(short, of)
	}
	style := t.Host.Styles().Accent
	return Summary{style.Render(strings.Join(long, ", ")), style.Render(strings.Join(short, " "))}
}
