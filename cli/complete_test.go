package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/host"
)

// TestSomebodyDecidedWhatIsCompleted fails for whatever is new: put it into
// complete.go.
func TestSomebodyDecidedWhatIsCompleted(t *testing.T) {
	a := host.NewProgram(host.World{})
	c := &completer{Program: a}
	commands, flags := c.behindCommands(), c.behindFlags()
	argument := regexp.MustCompile(`\b[A-Z]{2,}\b`)
	walk(newRoot(a), func(c *cobra.Command) {
		_, ok := commands[c.CommandPath()]
		if takesSome := argument.MatchString(strings.TrimPrefix(c.Use, c.Name())); takesSome != ok {
			t.Errorf("what does a shell offer behind %s?", c.CommandPath())
		}
		delete(commands, c.CommandPath())
		note := func(f *pflag.Flag) {
			if _, ok := flags[f.Name]; !ok && f.NoOptDefVal == "" {
				t.Errorf("what does a shell offer behind %s --%s?", c.CommandPath(), f.Name)
			}
		}
		c.Flags().VisitAll(note)
		c.PersistentFlags().VisitAll(note)
	})
	for path := range commands {
		t.Errorf("there is no command %s", path)
	}
}

func TestShellsAreOfferedNothingThatMeansSomethingToThem(t *testing.T) {
	for _, word := range []string{"#ops:example.org", "!wG_m-T/c:example.org:8448", "@ada.b=c+d/e:example.org", "pending,revoked", "Прага", "東京"} {
		if !harmless(word) {
			t.Errorf("%q is harmless", word)
		}
	}
	for _, word := range []string{
		"", "-rf", "=ls", "a b", "a\tb", "a\nb", "$(id)", "`id`", "$HOME", "a;b", "a&b", "a|b", "a>b", "a<b", `a\b`, "a'b", `a"b`, "a*", "a?", "{a,b}", "[a]",
		"~root", "a%b", "(a)", "a^b", "\x1b[2J", "a\u202eb", "a\u200bb", "a\x00b", "a\u00a0b", "\xff",
	} {
		if harmless(word) {
			t.Errorf("%q is offered", word)
		}
	}
}
