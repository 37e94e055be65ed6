package termtest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is on the screen to the golden files")

// Update reports whether golden files are to be written and not to be compared
// with.
func Update() bool { return *update }

// Golden compares the screen with testdata/<name of the test>/<name>.golden,
// where spaces become dashes. A spinner counts as standing still: which of its
// frames is on the screen depends on how long the test took to look. With the flag -update it writes the file instead.
func (term *Terminal) Golden(name string) {
	term.tb.Helper()
	term.GoldenText(name, term.Screen())
}

// GoldenText is Golden for a text that was made of what was seen.
func (term *Terminal) GoldenText(name, screen string) {
	term.tb.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(term.tb.Name()), strings.ReplaceAll(name, " ", "-")+".golden")
	got := stopSpinner(screen)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			term.tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			term.tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		term.tb.Errorf("no golden file yet (run with -update, then look at it): %v\n%s", err, got)
		return
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		term.tb.Errorf("the screen is not that of %s (-golden +screen):\n%s\n--- golden\n%s--- screen\n%s", path, diff, want, got)
	}
}

// stopSpinner replaces every frame of the usual braille spinner by its first.
func stopSpinner(screen string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", r) {
			return '⠋'
		}
		return r
	}, screen)
}
