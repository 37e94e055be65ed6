package shell

import (
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/wording"
)

// Hint returns what the user can do about an error; empty if unknown.
func (sh *Shell) Hint(err error) string { return sh.adviceWords(client.Advise(err)) }

// adviceWords returns the text of a piece of advice. It names the keys of the screen.
func (sh *Shell) adviceWords(a client.Advice) string {
	return wording.Hint(string(a.Kind), wording.HintValues(a.Values), sh.Keys.HintPhrases(sh.Options.Visitor))
}

// WithHint returns the text of an error as a sentence, followed by its hint.
func (sh *Shell) WithHint(text string, a client.Advice) string {
	return strings.TrimSpace(phrase.Sentence(text) + " " + sh.adviceWords(a))
}
