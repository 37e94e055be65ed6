package ui

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"net/http"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

// Every page there is, and every card, is reached by keys and then by the mouse,
// and is looked at from all sides.
func TestWalkByKeys(t *testing.T) {
	t.Parallel()
	walkThrough(t, false)
}

func TestWalkByMouse(t *testing.T) {
	t.Parallel()
	walkThrough(t, true)
}

func walkThrough(t *testing.T, mouse bool) {
	t.Helper()
	inTown(t, func(t *testing.T, n *town) {
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		n.invite(t, n.compilers, "grace@navy.example")
		time.Sleep(time.Hour)
		n.invite(t, n.ops, "lin@kernel.example")
		h, _ := newHousehold(t, n)
		opt := Options{Client: n.options(), Accounts: h.accounts(), Mouse: true, Vault: vaultPlain}
		opt.Export = func(context.Context, *client.Account, string, []invite.Invite) (Exported, error) {
			return Exported{Where: "invites.csv"}, nil
		}
		w := &walker{t: t, town: n, mouse: mouse, seen: map[string]bool{}}
		w.term = termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			w.model = New(ctx, opt)
			return w.model
		})
		w.comeIn()
		w.lookAround()
		w.inviteSomebody()
		w.goOut()
		if want := screensInTheSource(t); !slices.Equal(slices.Sorted(maps.Keys(w.seen)), want) {
			t.Errorf("was at %v, and there are %v", slices.Sorted(maps.Keys(w.seen)), want)
		}
	})
}

// screensInTheSource are the names of all types that are a screen.
func screensInTheSource(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]map[string]bool{} // by receiver
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				of := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
				if methods[of] == nil {
					methods[of] = map[string]bool{}
				}
				methods[of][f.Name.Name] = true
			}
		}
	}
	for name, has := range methods {
		all, wanted := true, reflect.TypeFor[screen]()
		for n := range wanted.NumMethod() {
			all = all && has[wanted.Method(n).Name]
		}
		if all {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// comeIn signs in, after a look at all the ways.
func (w *walker) comeIn() {
	w.at((*signIn)(nil), "Sign in")
	w.term.Send("example.org")
	w.at((*signIn)(nil), "Sign in")
	w.do("continue")
	w.at((*waysPage)(nil), "Sign in on example.org")
	w.open(0, "With your phone")
	w.at((*devicePage)(nil), "Sign in on example.org")
	w.do("back")
	w.open(1, "With a browser")
	w.at((*detourPage)(nil), "Sign in on example.org")
	w.do("back")
	w.open(1, "With a password")
	w.term.Send("ada")
	w.field("Password", "tab")
	w.term.Send("lovelace")
	w.at((*secretPage)(nil), "Sign in on example.org")
	w.do("continue")
	w.term.Wait(time.Second) // until the keys are checked
}

// lookAround goes to every page that changes nothing.
func (w *walker) lookAround() {
	const all = "Invites of all rooms"
	w.at((*home)(nil), all)
	w.do("filter")
	w.term.Send("room:comp")
	w.at((*home)(nil), all)
	w.do("clear")
	w.do("help")
	w.at((*helpCard)(nil), "Keys")
	w.dismiss()
	w.do("palette")
	w.term.Send("a")
	w.at((*palette)(nil), "Actions")
	w.dismiss()
	w.do("export")
	w.at((*exportCard)(nil), "Export")
	w.dismiss()

	w.open(1, "gra...@nav...")
	w.at((*invitePage)(nil), "Invite of gra...@nav...")
	w.do("raw-event")
	w.at((*invitePage)(nil), "Invite of gra...@nav...")
	w.do("revoke")
	w.at((*confirm)(nil), "Revoke the invite of gra...@nav...?")
	w.do("no")
	w.do("send-again")
	w.term.Send("grace@")
	w.at((*again)(nil), "Send again")
	w.dismiss()
	w.do("back")

	w.do("accounts")
	w.at((*accountsPage)(nil), "Accounts")
	w.do("back")
	w.do("rooms")
	w.at((*roomsPage)(nil), "Rooms")
	w.open(1, "Operations")
	w.at((*compose)(nil), "Invite by e-mail")
	w.do("back")
	w.do("back")
	w.do("accept-invite")
	w.term.Paste(w.mailToAda().Link)
	w.at((*acceptPage)(nil), "Accept an invite")
	w.do("continue")
	w.at((*acceptPage)(nil), "Accept an invite")
	w.do("change")
	w.do("back")
	if sent := changes(w.Requests()); len(sent) > 0 {
		w.t.Errorf("looking around changed something: %q", sent)
	}
}

// mailToAda is the mail of an invite to a room she is not in.
func (w *walker) mailToAda() sandbox.Mail {
	w.t.Helper()
	room := w.CreateRoom(w.ken, sandbox.RoomOptions{Name: "Unix", Preset: "private_chat"})
	if _, err := w.InviteByEmail(room, w.ken, "ada@engine.example"); err != nil {
		w.t.Fatal(err)
	}
	return w.Mails("ada@engine.example")[0]
}

// inviteSomebody goes all the way into the outbox.
func (w *walker) inviteSomebody() {
	w.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
		"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
	}}})
	w.LimitInvites(sandbox.StockInvitesPerSecond, 1)
	w.do("invite")
	w.term.Send("rob@bell.example")
	w.at((*compose)(nil), "Invite by e-mail")
	w.field("Room", "shift+tab")
	w.at((*compose)(nil), "Invite by e-mail")
	w.field("E-mail", "tab")
	w.do("continue")
	w.at((*termsPage)(nil), "Terms of id.example.org")
	w.do("accept")
	w.term.Wait(time.Second)
	w.at((*compose)(nil), "Invite by e-mail") // the preview
	w.do("change")
	w.term.Paste("ken@plan9.example\nnobody\n" + strings.Join(people(30), "\n"))
	w.do("continue")
	w.term.Wait(time.Second)
	w.at((*compose)(nil), "Invite by e-mail") // the groups
	w.do("look-into")
	w.at((*compose)(nil), "Invite by e-mail")
	w.do("send")
	w.term.Wait(time.Second)
	w.do("outbox")
	w.at((*outboxPage)(nil), "Outbox")
	w.do("mark")
	w.do("cancel")
	w.at((*confirm)(nil), "Cancel ")
	w.dismiss()
	w.do("clear")
	w.do("back")
}

// goOut ends the program although invites wait.
func (w *walker) goOut() {
	w.do("quit")
	w.at((*confirm)(nil), "Leave while ")
	w.do("yes")
	if !w.term.Exited() {
		w.t.Error("the program goes on")
	}
}

// A walker goes through the program by keys or by the mouse.
type walker struct {
	*town

	t     *testing.T
	term  *termtest.Terminal
	model *Model
	mouse bool
	seen  map[string]bool // types of screens
}

func (w *walker) top() screen { return w.model.shell.top() }

// binding is the key of an action that works here.
func (w *walker) binding(action string) key.Binding {
	w.t.Helper()
	for _, b := range w.working() {
		if actionOf(b) == action {
			return b
		}
	}
	w.t.Fatalf("%T offers no %s:\n%s", w.top(), action, w.term.Screen())
	return key.Binding{}
}

// do has an action done: by its key, or by a click on where it is named, on the
// last line or in the help.
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
	w.t.Fatalf("%s is nowhere to click:\n%s", action, w.term.Screen())
}

// hint is how a key is named on the screen.
func hint(b key.Binding) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)` + regexp.QuoteMeta(b.Help().Key) + `\s+` + regexp.QuoteMeta(b.Help().Desc) + `(?:\s|$)`)
}

// click clicks on the lowest text that is like this, if there is any, as slowly
// as people who look at what they do.
func (w *walker) click(text *regexp.Regexp) bool {
	w.t.Helper()
	w.term.Wait(readable)
	for y, line := range slices.Backward(strings.Split(w.term.Screen(), "\n")) {
		if at := text.FindStringIndex(line); at != nil {
			found := line[at[0]:at[1]]
			skip := len(found) - len(strings.TrimLeft(found, " "))
			w.term.Click(lineWidth(line[:at[0]])+skip, y)
			return true
		}
	}
	return false
}

// open opens a row: by going so far down and enter, or by clicks on a text in it.
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

// field goes to another field of a form.
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
		w.term.Wait(readable)
		w.term.Click(0, 2) // no card reaches the edge
	} else {
		w.term.Press("esc")
	}
	if w.top() == card {
		w.t.Fatalf("the card is still there:\n%s", w.term.Screen())
	}
}

// at looks at a page or card from all sides, and leaves it as it was.
func (w *walker) at(page screen, title string) {
	w.t.Helper()
	if got, want := fmt.Sprintf("%T", w.top()), fmt.Sprintf("%T", page); got != want {
		w.t.Fatalf("at %s, not at %s:\n%s", got, want, w.term.Screen())
	}
	w.seen[reflect.TypeOf(page).Elem().Name()] = true
	if got := w.top().title(); !strings.HasPrefix(got, title) || w.term.Title() != "mxinvite · "+got {
		w.t.Errorf("called %q, the window %q, not %q", got, w.term.Title(), title)
	}
	_, help := page.(*helpCard) // which any key closes
	if !help {
		w.term.Press("f9") // whatever was said is read
	}
	w.keeps("other sizes", w.resize)
	if !help && !w.mouse { // the keys are the same, however one came
		w.keeps("keys that mean nothing", w.pressNonsense)
		w.keeps("looking for what can be done", w.lookUp)
	}
}

// keeps fails if what is on the screen is not the same after as before.
func (w *walker) keeps(what string, do func()) {
	w.t.Helper()
	looks := func() string { return w.term.Screen() + fmt.Sprint(w.term.Looks()) } // what is chosen may be told by its looks
	before, page := looks(), w.top()
	do()
	if after := looks(); timeless(after) != timeless(before) || w.top() != page {
		w.t.Fatalf("%T is another after %s:\n%s\nbefore:\n%s", page, what, after, before)
	}
}

// timeless leaves out what time alone changes.
func timeless(s string) string { return regexp.MustCompile(`[\s\d]+`).ReplaceAllString(s, " ") }

// resize goes through the sizes, and one that is too small for anything.
func (w *walker) resize() {
	w.t.Helper()
	width, height := w.term.Size()
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 32}, {200, 50}, {300, 80}, {20, 5}} {
		w.term.Resize(size[0], size[1])
		fits(w.t, w.term, w.model)
	}
	w.term.Resize(width, height)
}

// fits fails if what is drawn would wrap or scroll.
func fits(t *testing.T, term *termtest.Terminal, m *Model) {
	t.Helper()
	width, height := term.Size()
	v, page := m.View(), m.shell.top()
	lines := strings.Split(v.Content, "\n")
	if len(lines) != height {
		t.Errorf("%T has %d lines at %dx%d", page, len(lines), width, height)
	}
	for _, line := range lines {
		if got := lineWidth(line); got > width {
			t.Errorf("%T has a line of %d cells at %dx%d:\n%s", page, got, width, height, line)
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.X >= width || c.Y < 0 || c.Y >= height) {
		t.Errorf("%T has the cursor at %d,%d at %dx%d", page, c.X, c.Y, width, height)
	}
}

// pressNonsense presses keys that no page knows and, where no text is typed, those
// of all that cannot be done here.
func (w *walker) pressNonsense() {
	w.t.Helper()
	w.term.Press("f2", "f5", "f12", "insert", "ctrl+x", "ctrl+g", "ctrl+\\", "alt+z", "alt+enter", "ctrl+alt+x", "shift+f3")
	if _, _, types := w.term.Cursor(); types {
		return
	}
	w.term.Press("z", "Z", "0", "%", "ü", "界")
	work := []string{"ctrl+c", "ctrl+p"} // which opens the palette everywhere
	for _, b := range w.working() {
		work = append(work, b.Keys()...)
	}
	for _, a := range Actions() {
		for _, k := range a.Keys {
			if !slices.Contains(work, k) {
				w.term.Press(k)
			}
		}
	}
	w.term.Press("f9") // some say why not
}

// working are the keys that the screen on top names.
func (w *walker) working() (works []key.Binding) {
	for _, b := range slices.Concat(w.top().FullHelp()...) {
		if b.Enabled() {
			works = append(works, b)
		}
	}
	return works
}

// lookUp fails unless all that can be done here is named: in the help where there
// is one, on the last line where there is none, and in the palette.
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
			if !named.MatchString(text) && (where != "palette" || !slices.Contains([]string{"palette", "interrupt"}, actionOf(b))) {
				w.t.Errorf("%T: the %s does not name %q, %q:\n%s", page, where, b.Help().Key, b.Help().Desc, text)
			}
		}
	}
	if offers(page, w.model.shell.keys.Help) {
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
	if w.model.shell.hasPalette(tea.KeyPressMsg{}) {
		w.term.Press("ctrl+p")
		if _, opened := w.top().(*palette); !opened || w.top() == page {
			return
		}
		tells("palette", w.readOn())
		w.term.Press("esc")
	}
}

// readOn is all that comes to the screen on the way down.
func (w *walker) readOn() string {
	w.t.Helper()
	var text strings.Builder
	for range 60 {
		text.WriteString(w.term.Screen())
		before, card := w.term.Screen(), w.top()
		if _, palette := card.(*palette); !palette && !offers(card, w.model.shell.keys.Down) {
			break
		}
		w.term.Press("pgdown")
		if w.term.Screen() == before {
			break
		}
	}
	return text.String()
}

// changes are the requests of ours that somebody else could notice.
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
