package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	invitePath  = "/_matrix/client/v3/rooms/*/invite"
	syncPath    = "/_matrix/client/v3/sync"
	slidingPath = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
)

// lookupPath is the path of the identity server's requests about addresses.
const lookupPath = "/_matrix/identity/v2/lookup"

// inWorld runs a test with a new world in a synctest bubble, where time is fake.
func inWorld(t *testing.T, f func(t *testing.T, n *testWorld)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		f(t, newTestWorld(t))
	})
}

// waitUntil lets fake time pass until d after the start of the bubble.
func waitUntil(term *termtest.Terminal, d time.Duration) {
	term.Wait(time.Until(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d)))
}

func TestHomeLooks(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, *testWorld){
		"no invites": func(*testing.T, *testWorld) {},
		"no rooms": func(t *testing.T, n *testWorld) {
			for _, room := range []string{n.compilers, n.ops, n.plan9} {
				if err := n.Leave(room, n.ada); err != nil {
					t.Fatal(err)
				}
			}
		},
		"loading": func(_ *testing.T, n *testWorld) {
			n.Inject(sandbox.Fault{Path: syncPath, Delay: time.Hour})
		},
		"error": func(_ *testing.T, n *testWorld) {
			n.Inject(sandbox.Fault{Path: syncPath, Refuse: true})
		},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			prepare(t, n)
			term := n.startAsAda(t, 80, 24)
			waitUntil(term, 5*time.Second) // for the spinner
			term.Golden(name)
		})
	}
}

// After the first window of rooms, the list is shown and the header counts the rooms. The
// first row stays chosen until a key is pressed.
func TestRoomsAreShownWhileOthersAreRead(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			for r := range 130 {
				room := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
				time.Sleep(time.Minute)
				if r%3 != 1 {
					continue // the newest room has none
				}
				if _, err := n.InviteByEmail(room, n.ada, fmt.Sprintf("person%d@place%d.example", r, r)); err != nil {
					t.Fatal(err)
				}
			}
			n.Inject(sandbox.Fault{Path: slidingPath, Times: 1})
			n.Inject(sandbox.Fault{Path: slidingPath, Delay: 10 * time.Second})
			term := n.startAsAda(t, size[0], size[1])
			term.Wait(5 * time.Second)
			term.Golden("a part")
			term.Press("r")
			term.Golden("rooms")
			term.Press("esc")
			term.Wait(20 * time.Second)
			term.Golden("all")
		})
	}
}

func TestFilterIsTypedWhileRoomsAreRead(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "xavier@quartz.example")
		n.invite(t, n.ops, "grace@navy.example")
		n.Inject(sandbox.Fault{Path: syncPath, Times: 1, Delay: 10 * time.Second})
		term := n.startAsAda(t, 80, 24)
		term.Send("/xqri")
		term.Golden("reading")
		term.Send("\b\b\bav")
		term.Wait(20 * time.Second)
		term.Golden("read")
		term.Press("enter")
		if got := term.Screen(); !strings.Contains(got, "xav...@qua...") || strings.Contains(got, "gra...") {
			t.Error(got)
		}
	})
}

func TestFilterIsTypedWhereNothingIsFound(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.Inject(sandbox.Fault{Path: syncPath, Times: 1, Delay: 10 * time.Second})
		term := n.startAsAda(t, 80, 24)
		term.Send("/gra")
		term.Wait(20 * time.Second)
		term.Golden("none")
		term.Press("esc", "i")
		if got := term.Screen(); !strings.Contains(got, "Invite people") {
			t.Error(got)
		}
	})
}

func TestTooSmall(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 40, 10)
		term.Golden("small")
		term.Resize(60, 16)
		term.Golden("just enough")
		term.Resize(20, 2)
		term.Resize(1, 1)
		term.Resize(80, 24)
		if !strings.Contains(term.Screen(), "There are no invites by e-mail") {
			t.Error(term.Screen())
		}
	})
}

func TestKeysAreIgnoredWhenThePageIsHidden(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		before := term.Screen()
		term.Resize(20, 5)
		term.Press("x", "y", "i", "a", "S", "y")
		term.Resize(80, 24)
		if after := term.Screen(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		term.Press("x")
		term.Resize(20, 5)
		term.Press("y")
		term.Resize(80, 24)
		shows(t, term, "Revoke the invite of")
		term.Press("n")
		term.Resize(20, 5)
		term.Press("q")
		if !term.Exited() {
			t.Error("no way out")
		}
	})
}

// The demo has as many invites as a real account, and includes the text of hostile
// members.
func TestDemo(t *testing.T) {
	for _, size := range sizes() {
		synctest.Test(t, func(t *testing.T) {
			w := sandbox.Demo(sandbox.Options{Now: time.Now})
			n := &testWorld{World: w, t: t, ada: "@" + sandbox.DemoUser + ":" + w.Domain()}
			account := n.account(t)
			term := termtest.Run(t, size[0], size[1], func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Location: time.UTC, Client: n.options(), Account: account, Banner: "demo"})
			})
			term.Wait(time.Second) // until the keys are checked
			term.Golden("home")
			term.Press("r")
			term.Golden("rooms")
			term.Press("esc", "G", "enter")
			term.Golden("invite")
			term.Press("?")
			term.Golden("help")
			for range 60 {
				term.Press("esc", "k")
				screenIsClean(t, term)
			}
		})
	}
}

// screenIsClean fails if the program wrote control characters that only hostile
// text contains.
func screenIsClean(t *testing.T, term *termtest.Terminal) {
	t.Helper()
	raw := string(term.Raw())
	for _, bad := range []string{"\x1b]52", "\x1b]0;", "\x07\x07", "\u202e", "\u200b", "\x1bP", "\x9b", "\u2066"} {
		if strings.Contains(raw, bad) {
			t.Errorf("%q was written", bad)
		}
	}
}

func TestStatusTabs(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		taken := n.invite(t, n.compilers, "grace@navy.example")
		n.invite(t, n.ops, "lin@kernel.example")
		if err := n.Bind("grace@navy.example", n.grace); err != nil {
			t.Fatal(err)
		}
		_ = taken
		term := n.startAsAda(t, 80, 24)
		term.Golden("all")
		term.Press("tab")
		term.Golden("pending")
		term.Press("tab")
		term.Golden("joined")
		term.Press("tab", "shift+tab", "shift+tab", "shift+tab")
		term.Golden("around")
	})
}

func TestCursorStaysOnItsInvite(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Wait(time.Second)
		for _, a := range []string{"new1@person.example", "new2@person.example"} {
			n.invite(t, n.ops, a)
			term.Wait(time.Second)
		}
		for line := range strings.SplitSeq(term.Screen(), "\n") {
			if strings.Contains(line, "▌") && !strings.Contains(line, "l...@ker...") {
				t.Errorf("the cursor is on: %s", line)
			}
		}
	})
}

func TestOfflineAndBack(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		restore := n.Inject(sandbox.Fault{Path: syncPath, Refuse: true})
		n.invite(t, n.compilers, "rob@bell.example")
		term.Wait(35 * time.Second)
		term.Golden("offline")
		restore()
		term.Wait(2 * time.Minute)
		term.Golden("back")
	})
}

// If the homeserver is not reachable at the start, the program shows the stored
// list and its age.
func TestStartedOffline(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		path := filepath.Join(t.TempDir(), "store.db")
		session := n.account(t).Session()
		start := func() *client.Account {
			s, err := store.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			opt := n.options()
			opt.Store = s
			a, err := client.Resume(opt, session)
			if err == nil {
				err = a.Restore(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		if err := start().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Hour)
		n.Inject(sandbox.Fault{Path: syncPath, Refuse: true})
		account := start()
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account})
		})
		term.Golden("offline")
	})
}

func TestSignedOutByTheServer(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		forgot := false
		account := n.account(t)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account, End: func(client.Session) error { forgot = true; return nil }})
		})
		n.SignOutEverywhere(n.ada, false)
		term.Wait(time.Minute)
		term.Golden("signed out")
		if !forgot {
			t.Error("the end of the session was not reported")
		}
		term.Press("enter")
		term.Golden("again")
		term.Press("enter")
		term.Send("lovelace\r")
		term.Wait(time.Second)
		if !strings.Contains(term.Screen(), "● live") {
			t.Error(term.Screen())
		}
	})
}

func TestSignOut(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 80, 24)
		term.Press("S")
		term.Golden("asked")
		term.Press("y")
		term.Wait(time.Second)
		term.Golden("signed out")
		if n.Count("POST", "/_matrix/client/v3/logout") != 1 {
			t.Error("the homeserver got no request")
		}
	})
}

func TestIdleWritesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 120, 32)
		term.Wait(65 * time.Minute) // after that, no time on the screen is in minutes
		term.Raw()
		term.Wait(10 * time.Minute)
		if raw := term.Raw(); len(raw) > 0 {
			t.Errorf("%d bytes: %q", len(raw), raw)
		}
	})
}

func TestQuitAndHelp(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 80, 24)
		term.Press("?")
		term.Golden("help")
		term.Press("q") // any key closes it
		if term.Exited() {
			t.Fatal("q in the help ended the program")
		}
		term.Press("q")
		if !term.Exited() || term.Err() != nil {
			t.Errorf("exited %v, %v", term.Exited(), term.Err())
		}
	})
}

func TestClosedPageHearsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.Inject(sandbox.Fault{Path: lookupPath, Delay: time.Second})
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("lin@kernel.example\r")
		term.Press("esc", "esc")
		before := term.Screen()
		term.Wait(5 * time.Second)
		if after := term.Screen(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// Members of a room can write any text into its state.
func TestHostileText(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		evil := "evil\x1b]52;c;cm0gLXJmIH4=\x07\x1b]0;pwned\x07\x1b[2J\u202egpj.exe\u200b\n\r\tnext" + strings.Repeat("\u0301", 50) + strings.Repeat("x", 100000)
		key := map[string]any{"display_name": evil, "public_key": evil, "key_validity_url": evil, "public_keys": []any{
			map[string]any{"public_key": n.PublicKey(), "key_validity_url": "https://" + evil},
		}}
		for _, content := range []struct {
			typ, key string
			content  any
		}{
			{"m.room.name", "", map[string]any{"name": evil}},
			{"m.room.canonical_alias", "", map[string]any{"alias": "#" + evil + ":example.org"}},
			{invite.TypeThirdPartyInvite, evil[:200], key},
			{invite.TypeThirdPartyInvite, "t", json.RawMessage(`{"public_key":5,"display_name":{}}`)},
		} {
			if _, err := n.PlantState(n.compilers, n.ada, content.typ, content.key, content.content); err != nil {
				t.Fatal(err)
			}
		}
		term := n.startAsAda(t, 120, 32)
		term.Golden("home")
		for _, key := range []string{"enter", "esc", "r", "i", "esc", "esc", "i", "esc", "x", "n", "down", "enter"} {
			term.Press(key)
			screenIsClean(t, term)
		}
		if title := term.Title(); strings.Contains(title, "pwned") && !strings.HasPrefix(title, "mxinvite") {
			t.Errorf("window title %q", title)
		}
		if term.Clipboard() != "" {
			t.Errorf("clipboard %q", term.Clipboard())
		}
	})
}

func TestLightAndMute(t *testing.T) {
	for name, kind := range map[string]termtest.Kind{"light": {Light: true}, "mute": {Mute: true}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			account := n.account(t)
			term := kind.Run(t, 80, 24, func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Client: n.options(), Account: account})
			})
			term.Wait(time.Second) // until the keys are checked
			term.Golden(name)
		})
	}
}

// listed returns Ada's screen with a list of invites for the filter tests.
func listed(t *testing.T, n *testWorld) *termtest.Terminal {
	t.Helper()
	n.invite(t, n.compilers, "grace@navy.example")
	n.invite(t, n.ops, "lin@kernel.example")
	n.invite(t, n.ops, "lin@kernel.example")
	time.Sleep(40 * 24 * time.Hour)
	n.invite(t, n.compilers, "rob@bell.example")
	return n.startAsAda(t, 120, 32)
}

func TestFilter(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := listed(t, n)
		term.Press("/")
		term.Golden("empty")
		for _, tc := range []struct {
			typed string
			names []string
		}{
			{"ker", []string{"l...@ker...", "l...@ker..."}},
			{"room:ops", []string{"l...@ker...", "l...@ker..."}},
			{"room:#compilers older:30d", []string{"gra...@nav..."}},
			{"newer:1d", []string{"r...@bel..."}},
			{"-ker -bel", []string{"gra...@nav..."}},
			{"warn:duplicate", []string{"l...@ker...", "l...@ker..."}},
			{"status:pending key:valid", []string{"r...@bel...", "gra...@nav...", "l...@ker...", "l...@ker..."}},
			{"by:@ada", []string{"r...@bel...", "gra...@nav...", "l...@ker...", "l...@ker..."}},
			{"by:@grace", nil},
			{"gnv", []string{"gra...@nav..."}},
			{"older:soon", nil},
			{"nosuchfield:x", nil},
		} {
			term.Press("ctrl+u")
			term.Send(tc.typed)
			var names []string
			for line := range strings.SplitSeq(term.Screen(), "\n") {
				left, _, _ := strings.Cut(line, "│")
				if strings.Contains(left, "pending") || strings.Contains(left, "! duplicate") {
					if f := strings.Fields(strings.TrimLeft(left, " ▌")); len(f) > 3 && strings.Contains(f[0], "@") {
						names = append(names, f[0])
					}
				}
			}
			slices.Sort(names)
			slices.Sort(tc.names)
			if !slices.Equal(names, tc.names) {
				t.Errorf("%s: %q, want %q\n%s", tc.typed, names, tc.names, term.Screen())
			}
		}
		term.Press("ctrl+u")
		term.Send("kernel.x")
		term.Golden("none")
		term.Press("esc")
		term.Golden("cleared")
	})
}

// If a filter hides the chosen invite, the first invite is chosen. Without the
// filter, the earlier invite is chosen again.
func TestFilterKeepsThePlace(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := listed(t, n)
		chosen := func() string {
			_, line, _ := strings.Cut(term.Screen(), "\n ▌")
			if strings.HasPrefix(line, " Filter") {
				_, line, _ = strings.Cut(line, "\n ▌")
			}
			name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			return name
		}
		for _, step := range []struct {
			keys []string
			want string
		}{
			{[]string{"down"}, "gra...@nav..."},
			{[]string{"/", "r"}, "gra...@nav..."},
			{[]string{"backspace", "b"}, "r...@bel..."}, // it is hidden
			{[]string{"backspace"}, "gra...@nav..."},
			{[]string{"b", "esc"}, "gra...@nav..."},
			{[]string{"/", "k", "down"}, "l...@ker..."}, // the user moves the cursor
			{[]string{"esc"}, "l...@ker..."},
			{[]string{"/", "k", "enter", "esc"}, "l...@ker..."},
		} {
			term.Press(step.keys...)
			if got := chosen(); got != step.want {
				t.Fatalf("after %q %s is chosen, not %s\n%s", step.keys, got, step.want, term.Screen())
			}
		}
	})
}

func TestSort(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := listed(t, n)
		for _, head := range []string{"INVITED ↑", "ROOM ↑", "STATUS ↑", "KEY ↑", "BY ↑", "↓SENT"} {
			term.Press("s")
			shows(t, term, head)
			if head == "ROOM ↑" {
				term.Golden("room")
				term.Press("R")
				shows(t, term, "ROOM ↓")
				term.Golden("room reversed")
			}
		}
		term.Press("R")
		shows(t, term, "↑SENT")
	})
}

func TestTrust(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		key := map[string]any{"display_name": "g...@n...", "public_key": n.PublicKey(), "key_validity_url": "https://elsewhere.test/isvalid"}
		if _, err := n.PlantState(n.compilers, n.ada, invite.TypeThirdPartyInvite, "tok", key); err != nil {
			t.Fatal(err)
		}
		var kept []string
		account := n.account(t)
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account, Trust: func(host string) error { kept = append(kept, host); return nil }})
		})
		term.Wait(time.Second)
		term.Golden("unchecked")
		for _, r := range n.Requests() {
			if r.URL.Host == "elsewhere.test" {
				t.Error("asked without having been told to")
			}
		}
		term.Press("t")
		term.Golden("asked")
		term.Press("y")
		term.Wait(time.Second)
		term.Golden("unreachable")
		if !slices.Equal(kept, []string{"elsewhere.test"}) {
			t.Errorf("kept %q", kept)
		}
	})
}

func TestEventAsJSON(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		token := n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 120, 32)
		term.Press("enter", "J")
		term.Golden("raw")
		term.Press("J", "c")
		if got := term.Clipboard(); got != token {
			t.Errorf("copied %q", got)
		}
		term.Press("C")
		if got := term.Clipboard(); !strings.HasPrefix(got, "https://matrix.to/#/%21") || !strings.Contains(got, "?via=example.org") {
			t.Errorf("copied %q", got)
		}
	})
}

func TestHistoryOfTheEvent(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		token := n.invite(t, n.compilers, "lin@kernel.example")
		time.Sleep(time.Hour)
		event := map[string]any{"display_name": "e...@e...", "public_key": n.PublicKey(), "key_validity_url": "https://id.example.org/_matrix/identity/v2/pubkey/isvalid"}
		if _, err := n.SendState(n.compilers, n.grace, invite.TypeThirdPartyInvite, token, event); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		term := n.startAsAda(t, 100, 50)
		term.Press("enter")
		term.Golden("overwritten")
	})
}

func TestSignedOutTwice(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		account := n.account(t)
		m := New(t.Context(), shell.Options{Client: n.options(), Account: account})
		m.Shell.SignedOut(nil) // the homeserver was quicker
		m.Update(shell.SignedOutMsg{Account: account})
		if got := m.Shell.Top().Title(); got != "Sign in" {
			t.Errorf("on the page %q", got)
		}
	})
}

func TestHostileNameLeavesTheQuestionReadable(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		flood := strings.Repeat("The invite was checked by mxinvite. Press y.\n\n", 30)
		content := map[string]any{"display_name": flood, "public_key": n.PublicKey(), "key_validity_url": "https://id.example.org/"}
		if _, err := n.PlantState(n.compilers, n.ada, invite.TypeThirdPartyInvite, "rm -rf ~\n", content); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 80, 24)
		term.Press("x")
		term.Golden("asked")
		term.Press("n", "c")
		if term.Clipboard() != "" {
			t.Errorf("copied %q", term.Clipboard())
		}
	})
}

// Before the program has searched the history of a room, it shows pending as
// uncertain.
func TestPendingIsUncertainBeforeTheTrace(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/messages", Status: 500})
		term := n.startAsAda(t, 120, 32)
		term.Golden("uncertain")
	})
}
