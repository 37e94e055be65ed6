package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestHelpFitsATerminal(t *testing.T) {
	for _, c := range newRoot(&app{}).Commands() {
		var out bytes.Buffer
		w := World{Out: &out, Err: &out}
		if code := Run(t.Context(), w, []string{c.Name(), "--help"}); code != exitOK {
			t.Fatalf("%s ends with %d", c.Name(), code)
		}
		for line := range strings.Lines(out.String()) {
			if n := ansi.StringWidth(line); n > 80 {
				t.Errorf("%s: %d cells: %s", c.Name(), n, line)
			}
		}
	}
}
