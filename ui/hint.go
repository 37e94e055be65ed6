package ui

import (
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/wording"
)

// hint says what the user can do about an error; empty for nothing.
func (sh *shell) hint(err error) string { return sh.adviceWords(client.Advise(err)) }

// adviceWords is advice in the words of the screen, which name its keys.
func (sh *shell) adviceWords(a client.Advice) string {
	return wording.Hint(string(a.Kind), wording.HintValues(a.Values), sh.keys.HintWays(sh.opt.Visitor))
}

// withHint is an error's text as a sentence, and what can be done about it.
func (sh *shell) withHint(text string, a client.Advice) string {
	return strings.TrimSpace(phrase.Sentence(text) + " " + sh.adviceWords(a))
}
