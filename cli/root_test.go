package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
)

func TestHelpFitsATerminal(t *testing.T) {
	for _, c := range newRoot(host.NewProgram(host.World{})).Commands() {
		var help bytes.Buffer
		w := host.World{Streams: out.Streams{Out: &help, Err: &help}}
		if code := Run(t.Context(), w, []string{c.Name(), "--help"}); code != exit.OK {
			t.Fatalf("%s ends with %d", c.Name(), code)
		}
		for line := range strings.Lines(help.String()) {
			if n := ansi.StringWidth(line); n > 80 {
				t.Errorf("%s: %d cells: %s", c.Name(), n, line)
			}
		}
	}
}

func TestShortHelpIsOneLine(t *testing.T) {
	walk(newRoot(host.NewProgram(host.World{})), func(c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || strings.Contains(c.Short, "\n") {
			t.Errorf("%s: %q", c.CommandPath(), c.Short)
		}
	})
}
