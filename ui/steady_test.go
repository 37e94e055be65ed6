package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// While rooms are loaded, invites traced, keys checked and new invites arrive, rows
// move only because of new rows above them, no column changes its width, and the
// cursor stays on its invite.
func TestListIsSteadyWhileDataArrives(t *testing.T) {
	t.Parallel()
	for _, size := range sizes() {
		for _, order := range []string{bySent, byRoom} {
			if order == byRoom && size[0] != 80 {
				continue // the order does not depend on the size of the terminal
			}
			synctest.Test(t, func(t *testing.T) {
				n := slowDemo(t)
				mine := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Mine", Preset: "private_chat"})
				account := n.account(t)
				f := &frameRecorder{t: t, columns: "INVITED"}
				term := f.start(size, shell.Options{Client: n.options(), Account: account})
				for !strings.HasPrefix(f.under.Load().(string), order) {
					term.Press("s")
				}
				f.record(2*time.Second, time.Second/60) // the list appears
				term.Press("j", "j", "j", "j")
				f.dropLast()
				f.record(5*time.Second, time.Second/60)
				for _, address := range []string{"boole@logic.example", "newton@apple.example", "zuse@relay.example"} {
					if _, err := n.InviteByEmail(mine, n.ada, address); err != nil {
						t.Fatal(err)
					}
					f.record(3*time.Second, time.Second/60)
				}
				if f.frames < 10 {
					t.Errorf("only %d pictures", f.frames)
				}
			})
		}
	}
}

// The outbox changes for minutes, and its rows do not move.
func TestOutboxIsSteadyWhileItGoesOn(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 32}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.LimitInvites(0.05, 3)
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Delay: 300 * time.Millisecond})
			account := n.account(t)
			f := &frameRecorder{t: t, columns: "INVITEE"}
			term := f.start(size, shell.Options{Client: n.options(), Account: account})
			term.Wait(time.Second)
			send(term, people(12)...)
			term.Press("o")
			f.record(5*time.Second, time.Second/60)
			f.record(4*time.Minute, time.Second)
			if f.frames < 10 {
				t.Errorf("only %d pictures", f.frames)
			}
		})
	}
}

// slowDemo returns the demo with servers that respond after different delays.
func slowDemo(t *testing.T) *testWorld {
	t.Helper()
	w := sandbox.Demo(sandbox.Options{Now: time.Now})
	w.Inject(sandbox.Fault{Path: syncPath, Times: 1, Delay: 700 * time.Millisecond})
	w.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/messages", Delay: 250 * time.Millisecond})
	for at := range 12 {
		w.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/identity/", Times: 2, Delay: time.Duration(at*at) * 30 * time.Millisecond})
	}
	return &testWorld{World: w, t: t, ada: "@" + sandbox.DemoUser + ":" + w.Domain()}
}

// A frameRecorder examines every frame of a list and compares it with the previous one.
type frameRecorder struct {
	t       *testing.T
	term    *termtest.Terminal
	columns string       // the name of the first column
	under   atomic.Value // returns the row under the cursor and the sort order
	last    *listFrame
	frames  int
}

// start starts the program. The selected row is read on the event loop of the program,
// to avoid a race.
func (f *frameRecorder) start(size [2]int, opt shell.Options) *termtest.Terminal {
	f.t.Helper()
	f.term = termtest.Run(f.t, size[0], size[1], func(ctx context.Context) tea.Model {
		return observedModel{New(ctx, opt), func(m *shell.Model) {
			switch page := m.Shell.Top().(type) {
			case *homePage:
				f.under.Store(page.Orders[page.By].Name + " " + fmt.Sprint(page.List.Current()))
			case *outboxPage:
				f.under.Store(fmt.Sprint(page.list.Current()))
			}
		}}
	})
	return f.term
}

// observedModel is a model that calls note after each message.
type observedModel struct {
	*shell.Model

	note func(*shell.Model)
}

func (n observedModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := n.Model.Update(msg)
	n.note(n.Model)
	return n, cmd
}

// A listFrame is one frame of a list.
type listFrame struct {
	screen, head, chosen string
	line                 int      // the positions of the column names
	rows                 []string // the invitee and the room of each row
}

// dropLast forgets the last frame, because a key press may move rows.
func (f *frameRecorder) dropLast() { f.last = nil }

// record lets time pass and compares each new frame with the previous one.
func (f *frameRecorder) record(d, step time.Duration) {
	f.t.Helper()
	for range d / step {
		time.Sleep(step)
		synctest.Wait()
		raw := string(f.term.Raw())
		if raw == "" && f.last != nil {
			continue
		}
		if f.frames > 0 && strings.Contains(raw, ansi.EraseEntireScreen) {
			f.t.Error("the screen is cleared and drawn again")
		}
		p := f.parse()
		if f.last != nil && f.last.head != "" {
			f.compare(f.last, p)
		}
		f.last = p
		f.frames++
	}
}

// parse parses the current screen.
func (f *frameRecorder) parse() *listFrame {
	p := &listFrame{screen: f.term.Screen(), chosen: f.under.Load().(string)}
	lines := strings.Split(strings.TrimRight(p.screen, "\n"), "\n")
	p.line = slices.IndexFunc(lines, func(s string) bool { return strings.Contains(s, f.columns) })
	if p.line < 0 {
		return p
	}
	p.head, _, _ = strings.Cut(lines[p.line], "│")
	end := cells.Width(p.head[:strings.Index(p.head, "STAT")]) // the column STATUS or STATE
	for _, row := range lines[p.line+1 : len(lines)-1] {       // the footer follows on the last line
		state := strings.Fields(ansi.TruncateLeft(row, end-1, ""))
		if len(state) < 2 || cells.Width(state[0]) != 1 {
			break // the list ends where a line has no glyph of a state
		}
		row = strings.Join(strings.FieldsFunc(ansi.Truncate(row, end, ""), func(r rune) bool {
			return r == ' ' || unicode.IsSymbol(r) // the cursor, for example
		}), " ")
		p.rows = append(p.rows, row)
	}
	return p
}

// compare fails if a row or a column moved without a reason.
func (f *frameRecorder) compare(a, b *listFrame) {
	f.t.Helper()
	problem := ""
	switch {
	case b.head != a.head || b.line != a.line:
		problem = "the columns moved"
	case b.chosen != a.chosen:
		problem = "the cursor went to another row"
	default:
		stay := slices.DeleteFunc(slices.Clone(b.rows), func(row string) bool { return !slices.Contains(a.rows, row) })
		for _, row := range a.rows {
			switch {
			case len(stay) > 0 && stay[0] == row:
				stay = stay[1:]
			case len(stay) > 0 && !strings.HasPrefix(row, "(no name)"): // these get a status and a time when they are traced
				problem = fmt.Sprintf("%q is not where it was", row)
			}
		}
	}
	if problem != "" {
		f.t.Fatalf("%s:\n%s\nbefore:\n%s", problem, b.screen, a.screen)
	}
}
