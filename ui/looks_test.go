package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/cryptotest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A look is a theme in a kind of terminal.
type look struct {
	name  string
	theme style.Theme
	light bool
	ascii bool
}

func looks() []look {
	return []look{
		{name: "dark"},
		{name: "light", light: true},
		{name: "contrast dark", theme: style.HighContrast},
		{name: "contrast light", theme: style.HighContrast, light: true},
		{name: "16 colors", theme: style.SixteenColor},
		{name: "mono", theme: style.Mono},
		{name: "ascii", theme: style.Mono, ascii: true},
	}
}

// The most important pages in every look and at every size. A golden has the text of a
// page and a letter for each cell with a style, followed by the styles of each letter
// in each theme.
func TestLooks(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the device code contains random data
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		w := startLooksProgram(t, shell.Options{Location: time.UTC, Client: n.options()})
		w.golden("sign-in")
		w.term.Send("example.org\r")
		w.term.Press("enter")
		w.golden("device code")
	})
	inWorld(t, func(t *testing.T, n *testWorld) {
		composed(t, n)
		n.invite(t, n.compilers, "rob@bell.example")
		if err := n.AcceptLink(n.Mails("rob@bell.example")[0], n.ken); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		n.invite(t, n.compilers, "edsger@shortest.example")
		w := startLooksProgram(t, shell.Options{Location: time.UTC, Client: n.options(), Account: n.account(t), Banner: "demo"})
		w.term.Wait(time.Second) // until the keys are checked
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
		send(w.term, "failed@navy.example", "東京@navy.example")
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		send(w.term, "queued@place.example", "person1@place.example", "person2@place.example")
		w.term.Press("f9") // any key clears the notice
		w.golden("home")
		w.term.Press("?")
		w.golden("help")
		w.term.Press("esc", ":")
		w.term.Send("re")
		w.golden("palette")
		w.term.Press("esc", "G", "enter")
		w.golden("details")
		w.term.Press("esc", "o")
		w.golden("outbox")
		w.term.Press("esc", "i", "shift+tab", "ctrl+u")
		w.term.Send("oper\r")
		w.term.Paste(pastedList)
		w.term.Press("enter")
		w.term.Wait(time.Second)
		w.term.Press("space")
		w.golden("preview")
	})
	inDemo(t, 80, 24, func(t *testing.T, n *testWorld, _ *termtest.Terminal) {
		w := startLooksProgram(t, shell.Options{Location: time.UTC, Client: n.options(), Account: n.account(t)})
		w.term.Wait(time.Second)
		w.term.Press("r")
		w.golden("rooms")
		w.term.Press("%")
		w.golden("statistics")
	})
}

// A looksProgram is a running program that is drawn in all looks.
type looksProgram struct {
	t    *testing.T
	term *termtest.Terminal
	look atomic.Pointer[look] // the look for the next background message
	now  atomic.Pointer[time.Time]
}

// startLooksProgram starts the program. Its clock can be stopped, so that all looks show
// the same time.
func startLooksProgram(t *testing.T, opt shell.Options) *looksProgram {
	t.Helper()
	w := &looksProgram{t: t}
	opt.Client.Now = func() time.Time {
		if now := w.now.Load(); now != nil {
			return *now
		}
		return time.Now()
	}
	w.term = termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model { return looksModel{New(ctx, opt), w} })
	return w
}

// looksModel is the model of a looksProgram. It changes its look when it receives a
// background message.
type looksModel struct {
	*shell.Model

	program *looksProgram
}

func (d looksModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if look := d.program.look.Load(); look != nil {
		if _, ok := msg.(tea.BackgroundColorMsg); ok {
			d.Shell.Options.Theme, d.Shell.Options.ASCII = look.theme, look.ascii
		}
	}
	_, cmd := d.Model.Update(msg)
	return d, cmd
}

// setLook changes the look.
func (w *looksProgram) setLook(l look) {
	w.t.Helper()
	w.look.Store(&l)
	background := "00/00/00"
	if l.light {
		background = "ff/ff/ff"
	}
	w.term.Send("\x1b]11;rgb:" + background + "\x07")
}

// golden compares the top page in all looks and at all sizes with a golden file.
func (w *looksProgram) golden(name string) {
	w.t.Helper()
	now := time.Now()
	w.now.Store(&now)
	defer w.now.Store(nil)
	b := &looksGolden{letters: map[string]rune{strings.Repeat("\t", len(looks())-1): ' '}}
	for _, size := range sizes() {
		w.term.Resize(size[0], size[1])
		var texts []string
		var seen [][][]string
		for _, l := range looks() {
			w.setLook(l)
			texts, seen = append(texts, w.term.Screen()), append(seen, w.term.Looks())
			if l.ascii && style.ASCII(w.term.Screen()+w.term.Title()) != w.term.Screen()+w.term.Title() {
				w.t.Errorf("not all of it is ASCII:\n%s", w.term.Screen())
			}
		}
		b.add(fmt.Sprintf("%dx%d", size[0], size[1]), texts, seen)
	}
	w.setLook(looks()[0])
	w.term.Resize(80, 24)
	w.term.GoldenText(name, b.String())
}

// A looksGolden collects the frames of a page: the text, and the styles as letters.
type looksGolden struct {
	strings.Builder

	letters map[string]rune // by the styles of a cell in all themes
	legend  []string
}

// add adds the page at one size in each look. A text that several looks share is
// written once.
func (b *looksGolden) add(size string, texts []string, seen [][][]string) {
	for n, text := range texts {
		if slices.Index(texts, text) < n {
			continue
		}
		var names []string
		for other, l := range looks() {
			if texts[other] == text {
				names = append(names, l.name)
			}
		}
		fmt.Fprintf(b, "-- %s: %s --\n%s", size, strings.Join(names, ", "), text)
	}
	fmt.Fprintf(b, "-- %s: looks --\n", size)
	var lines strings.Builder
	for y := range seen[0] {
		var line strings.Builder
		for x := range seen[0][y] {
			var all []string
			for n := range seen {
				all = append(all, seen[n][y][x])
			}
			line.WriteRune(b.letter(all))
		}
		lines.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	b.WriteString(strings.TrimRight(lines.String(), "\n") + "\n")
}

// letter returns the letter for the styles of a cell in each theme.
func (b *looksGolden) letter(all []string) rune {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	name := strings.Join(all, "\t")
	if _, known := b.letters[name]; !known {
		b.letters[name] = rune(letters[len(b.letters)-1])
		b.legend = append(b.legend, tableRow(string(b.letters[name]), all))
	}
	return b.letters[name]
}

// String returns the text of the golden, with a legend of the letters.
func (b *looksGolden) String() string {
	var names []string
	for _, l := range looks() {
		names = append(names, l.name)
	}
	return b.Builder.String() + "-- what the letters mean --\n" + tableRow(" ", names) + "\n" + strings.Join(b.legend, "\n") + "\n"
}

// tableRow returns a line of the legend.
func tableRow(first string, parts []string) string {
	var b strings.Builder
	b.WriteString(first)
	for _, c := range parts {
		fmt.Fprintf(&b, "  %-26s", c)
	}
	return strings.TrimRight(b.String(), " ")
}
