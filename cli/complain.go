package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// complain says what went wrong, the details if there are any, and what to do
// next. Servers have a hand in all three.
func (a *app) complain(err error) {
	sentence, details := explain(err)
	talk := a.accessibleMode()
	if talk != nil {
		fmt.Fprintln(a.Err, talk.sentence(sentence))
	} else {
		fmt.Fprintf(a.Err, "mxinvite: %s\n", safetext.Line(sentence))
	}
	for _, d := range details {
		fmt.Fprintf(a.Err, "  %s\n", safetext.Line(d))
	}
	next := cmp.Or(a.hintTerminal(err), hint(err))
	if talk != nil {
		next = talk.hint(err, next)
	}
	if next != "" {
		fmt.Fprintln(a.Err, safetext.Line(next))
	}
}

// hintTerminal tells a visitor how to get a terminal, if it is missing.
func (a *app) hintTerminal(err error) string {
	switch {
	case a.Guest == nil || a.InTTY || !fail.Either(fail.ErrNoTerminal, host.ErrNoScreen, vault.ErrNoKind, vault.ErrLocked)(err):
		return ""
	case a.Guest.Key.NoTerminal:
		return "Your key may not have a terminal on this server."
	}
	return "Connect with a terminal: ssh -t"
}

// explain splits an error into what it says and what stands behind that.
func explain(err error) (sentence string, details []string) {
	if fail.Interrupted(err) && !fail.Is[*client.UncertainError](err) && !fail.Is[*batchError](err) && !fail.Is[*out.WaitingError](err) {
		return "interrupted", nil
	}
	sentence = err.Error()
	if e, ok := errors.AsType[*client.DiscoveryError](err); ok {
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
	if e, ok := errors.AsType[*batchError](err); ok {
		for _, f := range e.failures {
			if len(details) == shownEach && len(e.failures) > shownEach+1 {
				details = append(details, fmt.Sprintf("and %d more", len(e.failures)-shownEach))
				break
			}
			if s := f.String(); len(details) == 0 || details[len(details)-1] != s {
				details = append(details, s)
			}
			if e, ok := errors.AsType[*client.EndNotConfirmedError](f.err); ok {
				details = append(details, "  "+e.Where())
			}
		}
	}
	return sentence, details
}

// hint is what a person can do about err at a command line.
func hint(err error) string {
	if e, ok := errors.AsType[*fail.UsageError](err); ok {
		return "See: " + e.Command + " --help"
	}
	if next := hintSession(err); next != "" {
		return next
	}
	switch {
	case errors.Is(err, errNoDump):
		return "What it takes says: mxinvite inspect --help"
	case fail.Is[*config.SettingsError](err):
		return "What holds and where it comes from says: mxinvite config"
	case fail.Is[*client.PendingError](err):
		return "With --again they get another mail."
	case fail.Is[*noAddressError](err):
		return "Give it with --to."
	case fail.Is[*otherAddressError](err):
		return "If it is the right one all the same: --force."
	case fail.Is[*out.WaitingError](err):
		return hintWaiting(err)
	}
	if e, ok := errors.AsType[*itemError](err); ok {
		return e.hint()
	}
	return client.Hint(err)
}

// hintWaiting says how what waits in the outbox gets on its way.
func hintWaiting(err error) string {
	e, _ := errors.AsType[*out.WaitingError](err)
	if e.Paused {
		return "Go on with: mxinvite outbox resume"
	}
	how := "Go on with mxinvite outbox run, in the screen, or the next time with send --wait."
	if e.Cause != nil && !fail.Interrupted(e.Cause) {
		return strings.TrimSpace(client.Hint(e.Cause) + " " + how)
	}
	return how
}

// hintSession is what a person can do if the trouble is with a session or with
// where sessions are kept.
func hintSession(err error) string {
	const another = "mxinvite vault aside makes room for a new one; then sign in again."
	if e, ok := errors.AsType[*client.SignedOutError](err); ok && e.UserID != "" {
		return fmt.Sprintf("Sign in again, nothing else is lost: mxinvite login %s --user %s", e.Homeserver, e.UserID.Localpart())
	}
	if e, ok := errors.AsType[*vault.KindError](err); ok {
		return fmt.Sprintf("mxinvite vault kind %s makes it one; or leave --vault and the setting vault.kind away.", e.Want)
	}
	switch {
	case errors.Is(err, fail.ErrNotSignedIn):
		return "Sign in with: mxinvite login"
	case fail.Is[*host.UnknownAccountError](err):
		return "mxinvite accounts lists those that are signed in, and mxinvite login adds one."
	case fail.Is[*host.ChoiceError](err):
		return "Say it with --account USER, or for good with: mxinvite accounts use USER"
	case errors.Is(err, vault.ErrNoKind):
		return "--passphrase-file FILE, --passphrase-fd N and the setting vault.passphrase_command give one; --vault plain seals nothing."
	case errors.Is(err, vault.ErrLocked):
		return "--passphrase-file FILE, --passphrase-fd N and the setting vault.passphrase_command give it without a terminal."
	case errors.Is(err, vault.ErrPassphrase):
		return "If it is forgotten, " + another
	case errors.Is(err, vault.ErrKeyGone):
		return "If it is the right keyring, " + another
	case errors.Is(err, vault.ErrNoKeyring), errors.Is(err, vault.ErrNoAgent):
		return "Make it serve; or, if it never will again, " + another
	case fail.Is[*vault.DamagedError](err):
		return "Sign in again with: mxinvite login. The damaged file will be kept under another name."
	case fail.Is[*vault.NewerError](err):
		return "Use the newer mxinvite, or keep things apart with --home DIR."
	}
	return ""
}
