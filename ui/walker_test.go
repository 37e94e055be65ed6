package ui

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A walker uses the program by keys or by the mouse.
type walker struct {
	*testWorld

	t     *testing.T
	term  *termtest.Terminal
	model *shell.Model
	mouse bool
	seen  map[string]bool // types of the visited screens
	whole strings.Builder // all frames, with header and footer
}

func (w *walker) top() shell.Screen { return w.model.Shell.Top() }

// binding returns the enabled key of an action.
func (w *walker) binding(action string) key.Binding {
	w.t.Helper()
	for _, b := range w.working() {
		if widget.ActionOf(b) == action {
			return b
		}
	}
	w.t.Fatalf("%T offers no %s:\n%s", w.top(), action, w.term.Screen())
	return key.Binding{}
}

// do runs an action: by its key, or by a click on its name in the footer or in the
// help.
func (w *walker) do(action string) {
	w.t.Helper()
	b := w.binding(action)
	if !w.mouse {
		w.term.Press(b.Keys()[1])
		return
	}
	named := hint(b)
	if w.click(named) {
		return
	}
	w.click(hint(w.binding("help")))
	for range 10 {
		if w.click(named) {
			return
		}
		w.term.Wheel(40, 12, 1)
	}
	w.t.Fatalf("%s cannot be clicked:\n%s", action, w.term.Screen())
}

// hint returns the name of a key and its description, as the screen shows them.
func hint(b key.Binding) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)` + regexp.QuoteMeta(b.Help().Key) + `\s+` + regexp.QuoteMeta(b.Help().Desc) + `(?:\s|$)`)
}

// click clicks on the lowest text that matches and reports whether there is one. It
// waits first, so that the screen accepts the click.
func (w *walker) click(text *regexp.Regexp) bool {
	w.t.Helper()
	w.term.Wait(shell.Readable)
	for y, line := range slices.Backward(strings.Split(w.term.Screen(), "\n")) {
		if at := text.FindStringIndex(line); at != nil {
			found := line[at[0]:at[1]]
			skip := len(found) - len(strings.TrimLeft(found, " "))
			w.term.Click(cells.Width(line[:at[0]])+skip, y)
			return true
		}
	}
	return false
}

// open opens a row: by moving down to it and enter, or by clicks on a text in it.
func (w *walker) open(down int, text string) {
	w.t.Helper()
	from := w.top()
	if !w.mouse {
		for range down {
			w.term.Press("down")
		}
		w.term.Press("enter")
	}
	for range 2 {
		if w.mouse && w.top() == from && !w.click(regexp.MustCompile(regexp.QuoteMeta(text))) {
			w.t.Fatalf("%q is not on the screen:\n%s", text, w.term.Screen())
		}
	}
	if w.top() == from {
		w.t.Fatalf("%q does not open:\n%s", text, w.term.Screen())
	}
}

// field moves to another field of a form.
func (w *walker) field(label, key string) {
	w.t.Helper()
	if !w.mouse {
		w.term.Press(key)
	} else if !w.click(regexp.MustCompile(label + `(?:\s\s|$)`)) {
		w.t.Fatalf("there is no field %q:\n%s", label, w.term.Screen())
	}
}

// dismiss closes a card: by esc, or by a click beside it.
func (w *walker) dismiss() {
	w.t.Helper()
	card := w.top()
	if w.mouse {
		w.term.Wait(shell.Readable)
		w.term.Click(0, 2) // no card is at the edge
	} else {
		w.term.Press("esc")
	}
	if w.top() == card {
		w.t.Fatalf("the card is still there:\n%s", w.term.Screen())
	}
}

// at checks a page or card at all sizes and with many keys, and restores its state.
func (w *walker) at(page shell.Screen, title string) {
	w.t.Helper()
	if got, want := fmt.Sprintf("%T", w.top()), fmt.Sprintf("%T", page); got != want {
		w.t.Fatalf("at %s, not at %s:\n%s", got, want, w.term.Screen())
	}
	w.seen[reflect.TypeOf(page).Elem().Name()] = true
	if got := w.top().Title(); !strings.HasPrefix(got, title) || w.term.Title() != "mxinvite · "+got {
		w.t.Errorf("called %q, the window %q, not %q", got, w.term.Title(), title)
	}
	_, help := page.(*shell.HelpCard) // any key closes it
	if !help {
		w.term.Press("f9") // dismiss the notice
	}
	fmt.Fprintf(&w.whole, "-- %s --\n%s", w.top().Title(), w.term.Screen())
	w.keeps("other sizes", w.resize)
	if !help && !w.mouse { // the keys do not depend on how the screen was opened
		w.keeps("keys that mean nothing", w.pressNonsense)
		w.keeps("looking for what can be done", w.lookUp)
	}
}

// keeps fails if do changes the screen.
func (w *walker) keeps(what string, do func()) {
	w.t.Helper()
	looks := func() string { return w.term.Screen() + fmt.Sprint(w.term.Looks()) } // the selected row may be visible only by its style
	before, page := looks(), w.top()
	do()
	if after := looks(); timeless(after) != timeless(before) || w.top() != page {
		w.t.Fatalf("%T changed after %s:\n%s\nbefore:\n%s", page, what, after, before)
	}
}

// timeless replaces the digits, which change with the time.
func timeless(s string) string { return regexp.MustCompile(`\d`).ReplaceAllString(s, "0") }

// resize tries all sizes, and one that is too small.
func (w *walker) resize() {
	w.t.Helper()
	width, height := w.term.Size()
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 32}, {200, 50}, {300, 80}, {20, 5}} {
		w.term.Resize(size[0], size[1])
		fits(w.t, w.term, w.model)
	}
	w.term.Resize(width, height)
}

// fits fails if the view is larger than the terminal, because it would wrap or
// scroll.
func fits(t *testing.T, term *termtest.Terminal, m *shell.Model) {
	t.Helper()
	width, height := term.Size()
	v, page := m.View(), m.Shell.Top()
	lines := strings.Split(v.Content, "\n")
	if len(lines) != height {
		t.Errorf("%T has %d lines at %dx%d", page, len(lines), width, height)
	}
	for _, line := range lines {
		if got := cells.Width(line); got > width {
			t.Errorf("%T has a line of %d cells at %dx%d:\n%s", page, got, width, height, line)
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.X >= width || c.Y < 0 || c.Y >= height) {
		t.Errorf("%T has the cursor at %d,%d at %dx%d", page, c.X, c.Y, width, height)
	}
}

// pressNonsense presses unknown keys and, if the screen has no text field, the keys of
// all actions that do not work here.
func (w *walker) pressNonsense() {
	w.t.Helper()
	w.term.Press("f2", "f5", "f12", "insert", "ctrl+x", "ctrl+g", "ctrl+\\", "alt+z", "alt+enter", "ctrl+alt+x", "shift+f3")
	if _, _, types := w.term.Cursor(); types {
		return
	}
	w.term.Press("z", "Z", "0", "&", "ü", "界")
	work := []string{"ctrl+c", "ctrl+p"} // it opens the palette on every page
	for _, b := range w.working() {
		work = append(work, b.Keys()...)
	}
	for _, a := range keymap.Actions() {
		for _, k := range a.Keys {
			if !slices.Contains(work, k) {
				w.term.Press(k)
			}
		}
	}
	w.term.Press("f9") // a notice may give the reason
}

// working returns the keys that the top screen names.
func (w *walker) working() (works []key.Binding) {
	for _, b := range slices.Concat(w.top().FullHelp()...) {
		if b.Enabled() {
			works = append(works, b)
		}
	}
	return works
}

// lookUp fails unless all working actions are shown: in the help or, if there is none,
// in the footer, and in the palette.
func (w *walker) lookUp() {
	w.t.Helper()
	page, works := w.top(), w.working()
	tells := func(where, text string) {
		w.t.Helper()
		for _, b := range works {
			named := hint(b)
			if where == "palette" {
				named = regexp.MustCompile(regexp.QuoteMeta(b.Help().Desc))
			}
			if !named.MatchString(text) && (where != "palette" || !slices.Contains([]string{"palette", "interrupt"}, widget.ActionOf(b))) {
				w.t.Errorf("%T: the %s does not name %q, %q:\n%s", page, where, b.Help().Key, b.Help().Desc, text)
			}
		}
	}
	if shell.Offers(page, w.model.Shell.Keys.Help) {
		w.term.Press("?")
		tells("help", w.readOn())
		w.term.Press("esc")
	} else {
		width, height := w.term.Size()
		w.term.Resize(120, 32)
		works = slices.DeleteFunc(slices.Clone(page.ShortHelp()), func(b key.Binding) bool { return !b.Enabled() })
		lines := strings.Split(strings.TrimSpace(w.term.Screen()), "\n")
		tells("last line", lines[len(lines)-1])
		works = w.working()
		w.term.Resize(width, height)
	}
	if shell.OpensPalette(w.model.Shell, tea.KeyPressMsg{}) {
		w.term.Press("ctrl+p")
		if _, opened := w.top().(*shell.Palette); !opened || w.top() == page {
			return
		}
		tells("palette", w.readOn())
		w.term.Press("esc")
	}
}

// readOn returns all lines that scrolling down shows.
func (w *walker) readOn() string {
	w.t.Helper()
	var text strings.Builder
	for range 60 {
		text.WriteString(w.term.Screen())
		before, card := w.term.Screen(), w.top()
		if _, palette := card.(*shell.Palette); !palette && !shell.Offers(card, w.model.Shell.Keys.Down) {
			break
		}
		w.term.Press("pgdown")
		if w.term.Screen() == before {
			break
		}
	}
	return text.String()
}

// changes returns the requests that other users or servers can notice.
func changes(requests []sandbox.Request) []string {
	noticed := regexp.MustCompile(`/rooms/|/join/|/logout|/terms|/sign-ed25519|/bind`)
	var all []string
	for _, r := range requests {
		if r.From == "client" && r.Method != http.MethodGet && noticed.MatchString(r.URL.Path) {
			all = append(all, r.Method+" "+r.URL.Path)
		}
	}
	return all
}
