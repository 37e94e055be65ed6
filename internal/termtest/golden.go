package termtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the screens to the golden files")

// Update reports whether golden files are to be written and not to be compared
// with.
func Update() bool { return *update }

// Golden compares the screen with testdata/<name of the test>/<name>.golden, where
// spaces become dashes. The file has a section for each size of the terminal. A
// screen of 200x50 has no section if it differs from the screen of 120x32 in blank
// space only: then it is compared with that section, without blank space.
//
// The bottom line, which lists keys, is compared with testdata/footers.golden. That
// file has the bottom lines of all screens, so that a change in every footer changes
// one file only.
//
// Spinners are ignored, since their frame depends on the time of the test.
//
// With the flag -update, Golden writes the files.
func (term *Terminal) Golden(name string) {
	term.tb.Helper()
	width, height := term.Size()
	size := fmt.Sprintf("%dx%d", width, height)
	page, footer := cutFooter(stopSpinner(term.Screen()), height)
	path := term.golden(name)
	frame := term.frame(name) + " " + size

	goldenFiles.Lock()
	defer goldenFiles.Unlock()
	if *update {
		if err := writeSection(path, size, page); err != nil {
			term.tb.Fatal(err)
		}
		if err := writeFooter(frame, footer); err != nil {
			term.tb.Fatal(err)
		}
		return
	}
	want, err := readSection(path, size)
	if errors.Is(err, errNoSection) && size == wide {
		want, err = readSection(path, narrower)
		page, want = squeeze(page), squeeze(want)
	}
	if err != nil {
		term.tb.Errorf("no golden yet (run with -update, then look at it): %v\n%s", err, page)
		return
	}
	term.compare(path+" "+size, want, page)
	footers, err := readFooters()
	if err != nil {
		term.tb.Error(err)
		return
	}
	term.compare(footersPath+" "+frame, footers[frame], footer)
}

// GoldenText compares a text with testdata/<name of the test>/<name>.golden.
func (term *Terminal) GoldenText(name, text string) {
	term.tb.Helper()
	path, got := term.golden(name), stopSpinner(text)
	if *update {
		if err := writeFile(path, []byte(got)); err != nil {
			term.tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		term.tb.Errorf("no golden yet (run with -update, then look at it): %v\n%s", err, got)
		return
	}
	term.compare(path, string(want), got)
}

// goldenFiles is locked while golden files are read and written, since parallel
// tests share a file.
var goldenFiles sync.Mutex

// frame returns the name of a golden in testdata.
func (term *Terminal) frame(name string) string {
	return term.tb.Name() + "/" + strings.ReplaceAll(name, " ", "-")
}

// golden returns the path of the golden file with a name.
func (term *Terminal) golden(name string) string {
	return filepath.Join("testdata", filepath.FromSlash(term.frame(name))+".golden")
}

func (term *Terminal) compare(path, want, got string) {
	term.tb.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		term.tb.Errorf("the screen is not that of %s (-golden +screen):\n%s\n--- golden\n%s--- screen\n%s", path, diff, want, got)
	}
}

// cutFooter splits off the bottom line of a screen with the given number of
// lines.
func cutFooter(screen string, height int) (page, footer string) {
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if len(lines) < height {
		return screen, ""
	}
	page = strings.Join(lines[:height-1], "\n")
	return strings.TrimRight(page, "\n") + "\n", lines[height-1]
}

// blank matches space without content: between columns, and in the lines of a
// border.
var blank = regexp.MustCompile(` {2,}|─+`)

// squeeze removes the space between columns and empty lines.
func squeeze(screen string) string {
	var kept []string
	for line := range strings.SplitSeq(screen, "\n") {
		line = strings.TrimSpace(blank.ReplaceAllString(line, "  "))
		if line != "" && line != "│" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n") + "\n"
}

// stopSpinner replaces every frame of the braille spinner with the first one.
func stopSpinner(screen string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", r) {
			return '⠋'
		}
		return r
	}, screen)
}
