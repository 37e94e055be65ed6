package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// pressInFilter is a key while the filter is typed. Moving moves the list.
func (t *table[K, R]) pressInFilter(msg tea.KeyPressMsg) tea.Cmd {
	keys := t.sh.keys
	switch {
	case key.Matches(msg, keys.Submit):
		t.filter.typing = false
		t.offer()
	case key.Matches(msg, keys.Clear):
		t.clear()
	case key.Matches(msg, keys.Operators):
		return t.sh.openCard(newFilterHelp(t.sh, t.grammar.help()))
	case key.Matches(msg, keys.Complete):
		t.complete(1)
	case msg.String() == "shift+tab":
		t.complete(-1)
	case movesWhileTyping(msg):
		t.list.press(msg, keys, t.lines())
		t.anchor, _ = t.list.current()
	default:
		return t.typed(msg)
	}
	t.list.scroll(t.lines())
	return nil
}

// arrows reports whether the arrows move in the list though letters are typed.
func (t *table[K, R]) arrows() bool { return t.filter.typing }

// typed gives text to the filter.
func (t *table[K, R]) typed(msg tea.Msg) tea.Cmd {
	t.noteChoice()
	cmd := t.filter.form.update(msg)
	t.narrow()
	return cmd
}

// complete puts the next offer into the filter, or the one before.
func (t *table[K, R]) complete(by int) {
	t.noteChoice()
	if t.filter.complete(by) {
		t.narrow()
	}
}

// pick puts an offer into the filter.
func (t *table[K, R]) pick(n int) tea.Cmd {
	t.noteChoice()
	t.filter.pick(n)
	t.narrow()
	return nil
}

func (t *table[K, R]) offer() { t.filter.offer(t.grammar.offersFor) }

// narrow shows what the filter lets through, with the cursor where it was or,
// while that row is hidden, on the first.
func (t *table[K, R]) narrow() {
	t.arrange()
	t.offer()
	t.list.at = 0
	t.list.moveTo(t.anchor)
	t.list.scroll(t.lines())
	t.put, _ = t.list.current()
}

// noteChoice has the cursor come back to where the person has put it since.
func (t *table[K, R]) noteChoice() {
	if k, some := t.list.current(); some && (k != t.put || !t.filter.typing) {
		t.anchor = k
	}
}

// clears reports whether there is a filter or a mark to clear.
func (t *table[K, R]) clears() bool {
	return t.filter.typing || t.filters() || len(t.marked) > 0
}

// filters reports whether there is another filter than the one of the page itself.
func (t *table[K, R]) filters() bool { return t.filter.text() != t.own }

// clear clears the filter or, if there is none, the marks.
func (t *table[K, R]) clear() {
	if !t.filter.typing && !t.filters() {
		clear(t.marked)
	}
	t.setFilter(t.own)
}

// setFilter replaces the filter, and leaves its line.
func (t *table[K, R]) setFilter(text string) {
	t.noteChoice()
	t.filter.typing = false
	t.filter.set(text)
	t.narrow()
}

// typingHelp are the keys that work while the filter is typed.
func (t *table[K, R]) typingHelp() []key.Binding {
	k := t.sh.keys
	return []key.Binding{
		as(k.Submit, "keep"), when(len(t.filter.offers) > 0, k.Complete), as(k.Operators, "help"), as(k.Clear, "clear"), k.Interrupt,
	}
}

// A tail is what stands at the end of the line above a table, in many words and in few.
type tail struct{ long, short string }

// tailWords say how many rows are shown and how many are marked.
func (t *table[K, R]) tailWords() tail {
	var long, short []string
	if n := len(t.marked); n > 0 {
		long, short = append(long, fmt.Sprintf("%d marked", n)), append(short, fmt.Sprintf("+%d", n))
	}
	if t.filter.text() != "" {
		of := fmt.Sprintf("%d of %d", len(t.list.keys), len(t.all))
		long, short = append(long, of+" shown"), append(short, of)
	}
	style := t.sh.styles.Accent
	return tail{style.Render(strings.Join(long, ", ")), style.Render(strings.Join(short, " "))}
}
