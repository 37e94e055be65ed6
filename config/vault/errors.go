package vault

import (
	"errors"
	"fmt"
	"io/fs"
)

// Errors that a caller can handle, besides the types below, [fs.ErrNotExist] and
// [fs.ErrPermission].
var (
	// ErrLocked means that a passphrase is needed and [Options.Passphrase] is
	// nil.
	ErrLocked = errors.New("the vault is encrypted with a passphrase, and there is no terminal to type it in")

	// ErrPassphrase means that the passphrase is wrong, or that the file was
	// modified and its checksum computed again.
	ErrPassphrase = errors.New("wrong passphrase for the vault")

	// ErrNoKeyring means that the keyring is absent, does not respond in time
	// or does not store entries.
	ErrNoKeyring = errors.New("the system keyring is not available on this machine")

	// ErrNoAgent means that the ssh-agent is absent or does not respond in time.
	// The errors ErrAgent… below are also ErrNoAgent.
	ErrNoAgent = errors.New("the ssh-agent is not available")

	// ErrKeyGone means that the keyring works but does not have the vault's
	// key. It may be a different keyring. Call [Vault.SetAside] to be able to
	// create a new vault.
	ErrKeyGone = errors.New("the keyring does not have the vault's key")

	// ErrNoKind means that no encrypted vault can be created: there is no
	// keyring, and [Options.Passphrase] is nil.
	ErrNoKind = errors.New("there is no terminal to type a passphrase in")

	// ErrNotSealed means that the vault has no passphrase to change.
	ErrNotSealed = errors.New("the vault is not encrypted with a passphrase")

	// ErrBusy means that another program held the file lock for too long, or
	// kept changing the vault.
	ErrBusy = errors.New("another program is using the vault")
)

// Errors of an ssh-agent that responds.
const (
	// ErrAgentLacksKey means that the agent does not have the vault's key, or is
	// locked.
	ErrAgentLacksKey = agentError("the ssh-agent does not have the vault's key")
	// ErrAgentRefused means that the agent refused to sign, or that the signature is
	// not valid.
	ErrAgentRefused = agentError("the ssh-agent did not sign with the vault's key")
	// ErrAgentUnsuited means that no vault can be created with the agent's keys.
	ErrAgentUnsuited = agentError("the ssh-agent has no suitable Ed25519 key")
	// ErrAgentKeyChoice means that a new vault can use several of the agent's keys.
	ErrAgentKeyChoice = agentError("the ssh-agent has several Ed25519 keys, and a new vault needs an agent with one")
)

// An agentError is also [ErrNoAgent].
type agentError string

func (e agentError) Error() string { return string(e) }

func (agentError) Is(target error) bool { return target == ErrNoAgent }

// A DamagedError means that a file exists and cannot be parsed. The next Save
// renames it and does not overwrite it.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s is damaged: %v", e.Path, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// A NewerError means that a later version of the program wrote the vault.
type NewerError struct {
	Path           string
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s was written by a newer program (format %d; this version supports %d)", e.Path, e.Version, e.Known)
}

// A KindError means that the vault is not of the kind in [Options.Kind].
type KindError struct {
	Path       string
	Have, Want Kind
}

func (e *KindError) Error() string {
	return fmt.Sprintf("the vault at %s is of kind %s, not %s", e.Path, e.Have, e.Want)
}

func isDamaged(err error) bool {
	_, ok := errors.AsType[*DamagedError](err)
	return ok
}

// hideNotExist hides [fs.ErrNotExist] in an error of an agent or an Asker.
// Otherwise a missing socket or command would look like a missing vault.
func hideNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New(err.Error())
	}
	return err
}

// isAbsentOrDamaged reports whether a new vault may be created after err.
func isAbsentOrDamaged(err error) bool { return errors.Is(err, fs.ErrNotExist) || isDamaged(err) }
