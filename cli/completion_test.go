package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/completion"
	"github.com/mxinvite/mxinvite/cli/host"
)

// TestEveryArgumentAndFlagHasACompletion fails for a new argument or flag: add it to
// completion/completer.go.
func TestEveryArgumentAndFlagHasACompletion(t *testing.T) {
	a := host.NewProgram(host.World{})
	c := &completion.Completer{Program: a}
	commands, flags := c.Arguments(), c.Flags()
	argument := regexp.MustCompile(`\b[A-Z]{2,}\b`)
	walk(newRoot(a), func(c *cobra.Command) {
		_, ok := commands[c.CommandPath()]
		if takesSome := argument.MatchString(strings.TrimPrefix(c.Use, c.Name())); takesSome != ok {
			t.Errorf("%s has arguments without a completion, or a completion without arguments", c.CommandPath())
		}
		delete(commands, c.CommandPath())
		note := func(f *pflag.Flag) {
			if _, ok := flags[f.Name]; !ok && f.NoOptDefVal == "" {
				t.Errorf("%s --%s has no completion", c.CommandPath(), f.Name)
			}
		}
		c.Flags().VisitAll(note)
		c.PersistentFlags().VisitAll(note)
	})
	for path := range commands {
		t.Errorf("there is no command %s", path)
	}
}
