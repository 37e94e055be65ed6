package termtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
)

// A poster is a page with a name on the left, a word on the right and a footer
// with keys.
type poster struct{ word, keys string }

// page returns the poster for a terminal of the given size.
func (p poster) page(width, height int) *page {
	gap := strings.Repeat(" ", width-len("Name")-len(p.word))
	return &page{
		text:   "Name" + gap + p.word + strings.Repeat("\n", height-1) + p.keys,
		update: func(*page, tea.Msg) tea.Cmd { return nil },
	}
}

// golden compares the poster with its golden file, or writes the file.
func (p poster) golden(t *testing.T, width, height int, write bool) (errs []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{TB: t, name: "Recorded"}
		term := Run(r, width, height, func(context.Context) tea.Model { return p.page(width, height) })
		*update = write
		term.Golden("a poster")
		*update = false
		r.cleanup()
		errs = r.errors
	})
	return errs
}

// fails fails unless the error contains both texts, that of the file and that
// of the screen.
func fails(t *testing.T, errs []string, golden, screen string) {
	t.Helper()
	if len(errs) != 1 || !strings.Contains(errs[0], golden) || !strings.Contains(errs[0], screen) {
		t.Errorf("reported %q, not that %q is now %q", errs, golden, screen)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGoldenHasASectionForEachSize(t *testing.T) {
	t.Chdir(t.TempDir())
	p := poster{word: "live", keys: "q quit"}
	if errs := p.golden(t, 12, 4, false); len(errs) != 1 || !strings.Contains(errs[0], "-update") {
		t.Errorf("without a file: %q", errs)
	}
	for _, width := range []int{14, 12, 12} {
		if errs := p.golden(t, width, 4, true); errs != nil {
			t.Errorf("updating: %q", errs)
		}
		if errs := p.golden(t, width, 4, false); errs != nil {
			t.Errorf("the same: %q", errs)
		}
	}
	want := "-- 12x4 --\nName    live\n-- 14x4 --\nName      live\n"
	if got := content(t, "testdata/Recorded/a-poster.golden"); got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	fails(t, poster{word: "away", keys: "q quit"}.golden(t, 12, 4, false), "live", "away")
	if errs := p.golden(t, 13, 4, false); len(errs) != 1 {
		t.Errorf("a size without a section: %q", errs)
	}
}

func TestGoldensShareOneFileOfFooters(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, width := range []int{60, 80} {
		poster{word: "live", keys: "q quit"}.golden(t, width, 4, true)
	}
	poster{word: "live", keys: "x revoke  q quit"}.golden(t, 120, 4, true)
	want := "q quit\n\tRecorded/a-poster 60x4 80x4\nx revoke  q quit\n\tRecorded/a-poster 120x4\n"
	if got := content(t, "testdata/footers.golden"); got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	fails(t, poster{word: "live", keys: "q leave"}.golden(t, 80, 4, false), "q quit", "q leave")
	poster{word: "live"}.golden(t, 80, 4, true)
	if got := content(t, "testdata/footers.golden"); strings.Contains(got, "80x4") {
		t.Errorf("a footer that is gone is still there: %q", got)
	}
}

func TestWideGoldenIsStoredIfItShowsMore(t *testing.T) {
	t.Chdir(t.TempDir())
	p, more := poster{word: "live", keys: "q quit"}, poster{word: "live  queue", keys: "q quit"}
	golden := func(p poster, write bool) []string { t.Helper(); return p.golden(t, 200, 50, write) }
	p.golden(t, 120, 32, true)
	golden(p, true)
	if got := content(t, "testdata/Recorded/a-poster.golden"); strings.Contains(got, "200x50") {
		t.Errorf("stored although only blank space differs: %q", got)
	}
	if errs := golden(p, false); errs != nil {
		t.Errorf("the same but for blank space: %q", errs)
	}
	fails(t, golden(more, false), "live", "queue")
	golden(more, true)
	if errs := golden(more, false); errs != nil {
		t.Errorf("stored: %q", errs)
	}
	fails(t, golden(p, false), "queue", "live")
	golden(p, true)
	if got := content(t, "testdata/Recorded/a-poster.golden"); strings.Contains(got, "200x50") {
		t.Errorf("still stored: %q", got)
	}
}
