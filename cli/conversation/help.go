package conversation

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

func statusWords() string { return out.Join(invite.Statuses(), ", ") }

func stateWords() string { return out.Join(out.ItemStates(), ", ") }

// help lists the words, or explains one of them.
func (c *Conversation) help(ctx context.Context, args []string) error {
	if len(args) == 0 {
		c.Message("Type help and a word for examples, such as help list. The commands of the command line work here, too.")
		t := &out.Table{Columns: []out.Column{{}}, Of: "word"}
		for _, w := range vocabulary() {
			if c.Guest == nil || !w.local {
				t.Add(out.Text(w.name + ": " + w.does))
			}
		}
		return c.WriteTable(t)
	}
	name := strings.ToLower(args[0])
	all := vocabulary()
	n := slices.IndexFunc(all, func(w word) bool { return w.is(name) && (c.Guest == nil || !w.local) })
	switch {
	case n < 0 && c.commands.Has(name):
		return c.command(ctx, append([]string{"help"}, args...)...)
	case n < 0:
		return c.unknown(name)
	}
	w := all[n]
	c.Message("%s: %s.", w.name, w.does)
	forms := w.forms
	if c.Guest == nil {
		forms = slices.Concat(forms, w.fileForms)
	}
	for _, form := range forms {
		if example, meaning, ok := strings.Cut(form, "  "); ok {
			c.Message("Type %s: %s.", example, meaning)
		} else {
			c.Message("Type %s.", example)
		}
	}
	return nil
}

// unknown returns the error for an unknown word, and suggests similar words.
func (c *Conversation) unknown(name string) error {
	sentence := fmt.Sprintf("there is no word %q", out.Cut(name, out.NameWidth))
	if near := c.nearest(name); near != "" {
		sentence += "; did you mean " + near + "?"
	}
	return fail.UsageOf("mxinvite", errors.New(sentence))
}

// nearest returns similar words, joined with "or". It uses the suggestions of
// Cobra, which are available only for the subcommands of a command.
func (c *Conversation) nearest(name string) string {
	known := &cobra.Command{Use: "known", SuggestionsMinimumDistance: 2}
	for _, w := range vocabulary() {
		if c.Guest == nil || !w.local {
			known.AddCommand(&cobra.Command{Use: w.name, Run: func(*cobra.Command, []string) {}})
		}
	}
	return strings.Join(known.SuggestionsFor(name), " or ")
}

// Sentence returns an error message as a sentence, with words in place of command
// lines.
func (c *Conversation) Sentence(text string) string {
	text = capital(safetext.Line(c.Rephrase(text)))
	if !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// Hint returns what the user can type after an error. onCommandLine is the hint for
// the command line.
func (c *Conversation) Hint(err error, onCommandLine string) string {
	waiting, waits := errors.AsType[*out.WaitingError](err)
	switch {
	case fail.Is[*fail.UsageError](err) && c.explains(c.lastWord):
		return "Type help " + c.lastWord + " for examples."
	case fail.Is[*fail.UsageError](err):
		return "Type help to list the words."
	case waits && waiting.Limited():
		return "Type outbox run to send them."
	}
	return c.Rephrase(onCommandLine)
}

// explains reports whether help knows a word.
func (c *Conversation) explains(name string) bool {
	return slices.ContainsFunc(vocabulary(), func(w word) bool { return w.is(name) && (c.Guest == nil || !w.local) })
}

// commandName matches a command in a text.
var commandName = regexp.MustCompile(`\bmxinvite ([a-z]+)\b`)

// Rephrase removes "mxinvite" from the commands that a text names, because users do
// not type it here.
func (c *Conversation) Rephrase(text string) string {
	return commandName.ReplaceAllStringFunc(text, func(found string) string {
		if name := commandName.FindStringSubmatch(found)[1]; c.commands.Has(name) {
			return name
		}
		return found
	})
}
