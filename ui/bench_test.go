package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// The account that the budgets are about.
const (
	manyRooms   = 1000
	manyInvites = 10
)

// crowded is a world with 1,000 rooms and 10,000 invites, and an account that
// has seen it all and stored it at path.
func crowded(b *testing.B, path string) (client.Options, client.Session) {
	b.Helper()
	w := sandbox.New(sandbox.Options{Now: time.Now})
	ada := w.AddUser("ada", "lovelace", "Ada")
	for r := range manyRooms {
		room := w.CreateRoom(ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
		for i := range manyInvites {
			if _, err := w.InviteByEmail(room, ada, fmt.Sprintf("person%d@place%d.example", i, r)); err != nil {
				b.Fatal(err)
			}
		}
	}
	opt := client.Options{Transport: w, Now: time.Now}
	hs, err := client.Discover(b.Context(), opt, ada)
	if err != nil {
		b.Fatal(err)
	}
	a, err := client.SignIn(b.Context(), opt, hs, ada, "lovelace")
	if err != nil {
		b.Fatal(err)
	}
	a = reopen(b, opt, a.Session(), path)
	if err := a.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	return opt, a.Session()
}

// reopen is the account at the next start of the program, before it has asked
// anybody anything.
func reopen(b *testing.B, opt client.Options, session client.Session, path string) *client.Account {
	b.Helper()
	s, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	opt.Store = s
	a, err := client.Resume(opt, session)
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Restore(b.Context()); err != nil {
		b.Fatal(err)
	}
	return a
}

// BenchmarkFirstPaint is from nothing in memory to the first full screen of
// 1,000 rooms and 10,000 invites, out of the store.
func BenchmarkFirstPaint(b *testing.B) {
	path := filepath.Join(b.TempDir(), "store.db")
	opt, session := crowded(b, path)
	b.ReportAllocs()
	for b.Loop() {
		a := reopen(b, opt, session, path)
		m := New(b.Context(), Options{Account: a, Client: opt})
		m.Init()
		m.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
		if v := m.View(); !bytes.Contains([]byte(v.Content), []byte("10000")) {
			b.Fatal(v.Content)
		}
	}
}

// BenchmarkKeyPress is from a key to the bytes that the terminal gets, in a list
// of 10,000 invites at 200x50.
func BenchmarkKeyPress(b *testing.B) {
	path := filepath.Join(b.TempDir(), "store.db")
	opt, session := crowded(b, path)
	a := reopen(b, opt, session, path)
	m := New(b.Context(), Options{Account: a, Client: opt})
	out := &counter{}
	ctx, cancel := context.WithCancel(b.Context())
	input, keys := io.Pipe()
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(input), tea.WithOutput(out), tea.WithWindowSize(200, 50),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler(), tea.WithFPS(120))
	done := make(chan struct{})
	go func() { defer close(done); p.Run() }()
	time.Sleep(2 * time.Second)
	var took []time.Duration
	var written int
	for n := 0; b.Loop(); n++ {
		key := "j"
		if n%40 >= 20 {
			key = "k"
		}
		before := out.written()
		start := time.Now()
		io.WriteString(keys, key)
		for out.written() == before {
			time.Sleep(50 * time.Microsecond)
		}
		took = append(took, time.Since(start))
		time.Sleep(10 * time.Millisecond)
		written += out.written() - before
	}
	cancel()
	keys.Close()
	<-done
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(written)/float64(len(took)), "bytes/key")
}

// BenchmarkChange is what one new event costs the list of 10,000.
func BenchmarkChange(b *testing.B) {
	path := filepath.Join(b.TempDir(), "store.db")
	opt, session := crowded(b, path)
	a := reopen(b, opt, session, path)
	m := New(b.Context(), Options{Account: a, Client: opt})
	m.Init()
	m.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	for b.Loop() {
		m.Update(changedMsg{})
		m.View()
	}
}

// A counter counts what is written to it.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(p)
	return len(p), nil
}

func (c *counter) written() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
