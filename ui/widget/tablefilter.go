package widget

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// PressInFilter is a key while the filter is typed. Moving moves the list.
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

// ArrowsMove reports whether the arrows move in the list though letters are typed.
func (t *Table[K, R]) ArrowsMove() bool { return t.Filter.Typing }

// Typed gives text to the filter.
func (t *Table[K, R]) Typed(msg tea.Msg) tea.Cmd {
	t.noteChoice()
	cmd := t.Filter.form.Update(msg)
	t.narrow()
	return cmd
}

// complete puts the next offer into the filter, or the one before.
func (t *Table[K, R]) complete(by int) {
	t.noteChoice()
	if t.Filter.complete(by) {
		t.narrow()
	}
}

// Pick puts an offer into the filter.
func (t *Table[K, R]) Pick(n int) tea.Cmd {
	t.noteChoice()
	t.Filter.pick(n)
	t.narrow()
	return nil
}

func (t *Table[K, R]) offer() { t.Filter.offer(t.Grammar.offersFor) }

// narrow shows what the filter lets through, with the cursor where it was or,
// while that row is hidden, on the first.
func (t *Table[K, R]) narrow() {
	t.Arrange()
	t.offer()
	t.List.At = 0
	t.List.MoveTo(t.anchor)
	t.List.Scroll(t.Lines())
	t.put, _ = t.List.Current()
}

// noteChoice has the cursor come back to where the person has put it since.
func (t *Table[K, R]) noteChoice() {
	if k, some := t.List.Current(); some && (k != t.put || !t.Filter.Typing) {
		t.anchor = k
	}
}

// Clears reports whether there is a filter or a mark to clear.
func (t *Table[K, R]) Clears() bool {
	return t.Filter.Typing || t.Filters() || len(t.Marked) > 0
}

// Filters reports whether there is another filter than the one of the page itself.
func (t *Table[K, R]) Filters() bool { return t.Filter.Text() != t.Own }

// clear clears the filter or, if there is none, the marks.
func (t *Table[K, R]) clear() {
	if !t.Filter.Typing && !t.Filters() {
		clear(t.Marked)
	}
	t.setFilter(t.Own)
}

// setFilter replaces the filter, and leaves its line.
func (t *Table[K, R]) setFilter(text string) {
	t.noteChoice()
	t.Filter.Typing = false
	t.Filter.Set(text)
	t.narrow()
}

// A Tail is what stands at the end of the line above a table, in many words and in few.
type Tail struct{ Long, Short string }

// TailWords say how many rows are shown and how many are marked.
func (t *Table[K, R]) TailWords() Tail {
	var long, short []string
	if n := len(t.Marked); n > 0 {
		long, short = append(long, fmt.Sprintf("%d marked", n)), append(short, fmt.Sprintf("+%d", n))
	}
	if t.Filter.Text() != "" {
		of := fmt.Sprintf("%d of %d", len(t.List.Keys), len(t.All))
		long, short = append(long, of+" shown"), append(short, of)
	}
	style := t.Host.Styles().Accent
	return Tail{style.Render(strings.Join(long, ", ")), style.Render(strings.Join(short, " "))}
}
