package exit

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// PrintError writes the error message, its details, if any, and the hint. They may
// contain text from servers and are made safe for the terminal.
func PrintError(a *host.Program, err error) {
	sentence, details := Message(err)
	talk, _ := a.Conversation.(conversing)
	if talk != nil {
		fmt.Fprintln(a.Err, talk.Sentence(sentence))
	} else {
		fmt.Fprintln(a.Err, a.Wrap("mxinvite: "+safetext.Line(sentence)))
	}
	for _, d := range details {
		fmt.Fprintf(a.Err, "  %s\n", safetext.Line(d))
	}
	next := cmp.Or(hintTerminal(a, err), Hint(a, err))
	if talk != nil {
		next = talk.Hint(err, next)
	}
	if next != "" {
		fmt.Fprintln(a.Err, a.Wrap(safetext.Line(next)))
	}
}

// A conversing is the accessible mode, which rewrites messages and hints.
type conversing interface {
	Sentence(text string) string
	// Hint returns the hint in the words of the accessible mode.
	Hint(err error, onCommandLine string) string
}

// hintTerminal tells a visitor how to get a terminal, if there is none.
func hintTerminal(a *host.Program, err error) string {
	switch {
	case a.Guest == nil || a.InTTY || !fail.Either(fail.ErrNoTerminal, host.ErrNoScreen, vault.ErrNoKind, vault.ErrLocked)(err):
		return ""
	case a.Guest.Key.NoTerminal:
		return "Your key may not have a terminal on this server."
	}
	return "Connect with a terminal: ssh -t"
}

// Message splits an error into its message and its details.
func Message(err error) (sentence string, details []string) {
	if fail.Interrupted(err) && !fail.Is[*client.UncertainError](err) && !fail.Is[*fail.BatchError](err) && !fail.Is[*out.WaitingError](err) {
		return "interrupted", nil
	}
	sentence = err.Error()
	if e, ok := errors.AsType[*discovery.Error](err); ok {
		sentence, _, _ = strings.Cut(sentence, "\n")
		for _, t := range e.Tried {
			details = append(details, t.URL+": "+t.Outcome)
		}
	}
	if e, ok := errors.AsType[*config.SettingsError](err); ok && len(e.Problems) > 1 {
		sentence = "the settings have " + out.Count(len(e.Problems), "mistake")
		for _, p := range e.Problems {
			details = append(details, p.String())
		}
	}
	if e, ok := errors.AsType[*host.ChoiceError](err); ok {
		for _, name := range e.Names {
			details = append(details, name.UserID+" on "+name.Homeserver)
		}
	}
	if e, ok := errors.AsType[*fail.BatchError](err); ok {
		for _, f := range e.Failures {
			if len(details) == out.MaxNamed && len(e.Failures) > out.MaxNamed+1 {
				details = append(details, fmt.Sprintf("and %d more", len(e.Failures)-out.MaxNamed))
				break
			}
			if s := f.String(); len(details) == 0 || details[len(details)-1] != s {
				details = append(details, s)
			}
			if e, ok := errors.AsType[*client.EndNotConfirmedError](f.Err); ok {
				details = append(details, "  "+e.Where())
			}
		}
	}
	return sentence, details
}
