package shell

import (
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/wording"
)

// Hint says what the user can do about an error; empty for nothing.
func (sh *Shell) Hint(err error) string { return sh.adviceWords(client.Advise(err)) }

// adviceWords is advice in the words of the screen, which name its keys.
func (sh *Shell) adviceWords(a client.Advice) string {
	return wording.Hint(string(a.Kind), wording.HintValues(a.Values), sh.Keys.HintWays(sh.Opt.Visitor))
}

// WithHint is an error's text as a sentence, and what can be done about it.
func (sh *Shell) WithHint(text string, a client.Advice) string {
	return strings.TrimSpace(phrase.Sentence(text) + " " + sh.adviceWords(a))
}
