package exit

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

// A hinter is an error that says what the user can do about it. words returns the
// text of an advice of package client.
type hinter interface {
	error
	Hint(words func(client.Advice) string) string
}

// Hint returns what the user can do about an error of a command. Errors of package
// client without a special case get the text of [client.Advise].
func Hint(a *host.Program, err error) string {
	if e, ok := errors.AsType[*fail.UsageError](err); ok {
		return "See: " + e.Command + " --help"
	}
	if next := hintSession(a, err); next != "" {
		return next
	}
	var hinting hinter
	if errors.As(err, &hinting) {
		return hinting.Hint(func(advice client.Advice) string { return AdviceText(a, advice) })
	}
	switch {
	case fail.Is[*config.SettingsError](err) && a.Guest != nil:
		return "Your settings are not used until that is corrected."
	case fail.Is[*config.SettingsError](err):
		return "To see the effective settings, run: mxinvite config"
	case fail.Is[*out.WaitingError](err):
		return hintWaiting(a, err)
	}
	return ClientHint(a, err)
}

// hintWaiting says how to send the invites that wait in the outbox.
func hintWaiting(a *host.Program, err error) string {
	e, _ := errors.AsType[*out.WaitingError](err)
	if e.Paused {
		return strings.TrimSpace(AdviceText(a, e.Stall.Advice) + " To resume, run: mxinvite outbox resume")
	}
	how := "To send them, run: mxinvite outbox run"
	if e.Stall.Reason != "" {
		return strings.TrimSpace(AdviceText(a, e.Stall.Advice) + " To try now, run: mxinvite outbox retry --now")
	}
	if e.Cause != nil && !fail.Interrupted(e.Cause) {
		return strings.TrimSpace(ClientHint(a, e.Cause) + " " + how)
	}
	return how
}

// hintKey returns the hint for a keyring or an ssh-agent that does not give the key of
// the vault. Only a vault whose key it has is of no use without it.
func hintKey(a *host.Program, err error) string {
	next, kind := "Start or unlock it, and try again.", vault.KindAgent
	switch {
	case a.Guest != nil:
		return "Leave out --vault: your vault will be encrypted with a passphrase."
	case errors.Is(err, vault.ErrNoKeyring):
		kind = vault.KindKeyring
	case errors.Is(err, vault.ErrAgentLacksKey):
		next = "Add the key with: ssh-add FILE. If the agent is locked, unlock it with: ssh-add -X."
	case errors.Is(err, vault.ErrAgentRefused):
		next = "Try again, and allow it if the agent asks."
	case fail.Either(vault.ErrAgentUnsuited, vault.ErrAgentKeyChoice)(err):
		return "Start one with the key for the vault: ssh-agent sh -c 'ssh-add FILE && mxinvite login'. Later, any agent with that key will do."
	}
	if a.HasVault(kind) {
		return next + " If it no longer exists, run mxinvite vault aside and sign in again."
	}
	return next + " Or choose another kind of vault, such as sealed, with --vault or the setting vault.kind."
}

// hintSession returns the hint for an error of a session or the vault.
func hintSession(a *host.Program, err error) string {
	const another = "run mxinvite vault aside and sign in again."
	if e, ok := errors.AsType[*vault.KindError](err); ok && a.Guest != nil {
		return fmt.Sprintf("To change it, run: mxinvite vault kind %s. Or leave out --vault.", e.Want)
	}
	if e, ok := errors.AsType[*vault.KindError](err); ok {
		return fmt.Sprintf("To change it, run: mxinvite vault kind %s. Or leave out --vault and the setting vault.kind.", e.Want)
	}
	switch {
	case errors.Is(err, fail.ErrNotSignedIn):
		return "Sign in with: mxinvite login"
	case fail.Is[*host.UnknownAccountError](err):
		return "To list your accounts, run: mxinvite accounts. To add one, run: mxinvite login"
	case fail.Is[*host.ChoiceError](err):
		return "Use --account USER. To set the default, run: mxinvite accounts use USER"
	case a.Guest != nil && fail.Either(vault.ErrNoKind, vault.ErrLocked)(err):
		return "Connect again, and type the passphrase when you are asked for it."
	case errors.Is(err, vault.ErrNoKind):
		return "Give one with --passphrase-file FILE, --passphrase-fd N or the setting vault.passphrase_command. With --vault plain sessions are stored unencrypted."
	case errors.Is(err, vault.ErrLocked):
		return "Without a terminal, give it with --passphrase-file FILE, --passphrase-fd N or the setting vault.passphrase_command."
	case errors.Is(err, vault.ErrPassphrase):
		return "If you have forgotten it, " + another
	case errors.Is(err, vault.ErrKeyGone):
		return "It may be in the keyring of another desktop session. If it is lost, " + another
	case fail.Either(vault.ErrNoKeyring, vault.ErrNoAgent)(err):
		return hintKey(a, err)
	case fail.Is[*vault.DamagedError](err):
		return "Sign in again with: mxinvite login. The damaged file will be renamed."
	case fail.Is[*vault.NewerError](err) && a.Guest != nil:
		return "This server has to be updated first."
	case fail.Is[*vault.NewerError](err):
		return "Use the newer mxinvite, or another directory with --home DIR."
	}
	return ""
}
