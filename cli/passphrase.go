package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/weakpass"
)

// passphraseTries is how often a new passphrase is asked for.
const passphraseTries = 3

// automatic is the setting that leaves the kind of the vault to the machine.
const automatic = "auto"

// wantedKind is the kind of vault that the person has chosen, if they have.
func (a *app) wantedKind() vault.Kind {
	if a.settings.Vault == automatic {
		return ""
	}
	return vault.Kind(a.settings.Vault)
}

// openVault opens the vault in the way in which this run may open it.
func (a *app) openVault(home config.Home, kind vault.Kind) (*vault.Vault, error) {
	asker, err := a.asker()
	if err != nil {
		return nil, err
	}
	return a.openVaultWith(home, kind, asker)
}

func (a *app) openVaultWith(home config.Home, kind vault.Kind, asker vault.Asker) (*vault.Vault, error) {
	return vault.Open(vault.Options{
		Dir: home.Dir(), Kind: kind, Passphrase: asker, Keyring: a.Keyring, Agent: a.Agent,
		Former: formerSession(home),
		Say:    func(text string) { a.Note("%s", text) },
	})
}

// asker is where a passphrase comes from: what the command line names, then the
// settings, then the user at the terminal. It is nil if there is none.
func (a *app) asker() (vault.Asker, error) {
	switch {
	case a.passphraseFile != "" && a.passphraseFD != "":
		return nil, fail.UsageOf("mxinvite", errors.New("the passphrase can come from --passphrase-file or --passphrase-fd, not from both"))
	case a.passphraseFD != "":
		fd, err := strconv.ParseUint(a.passphraseFD, 10, 31)
		if err != nil || a.Descriptor == nil {
			return nil, fail.UsageOf("mxinvite", fmt.Errorf("%q is no file descriptor: --passphrase-fd", a.passphraseFD))
		}
		return vault.FromReader(a.Descriptor(int(fd))), nil
	case a.passphraseFile != "":
		return vault.FromFile(a.passphraseFile), nil
	case len(a.settings.PassphraseCommand) > 0:
		return vault.FromCommand(a.settings.PassphraseCommand...), nil
	case a.MayAsk():
		return a.askPassphrase, nil
	}
	return nil, nil
}

var errCovered = errors.New("the passphrase cannot be asked for while the screen is open")

// askPassphrase asks the person at the terminal.
func (a *app) askPassphrase(ctx context.Context, why vault.Reason) (string, error) {
	switch {
	case a.Covered.Load():
		return "", errCovered
	case why == vault.New:
		return a.newPassphrase(ctx)
	case why == vault.Again:
		a.Message("That is not the passphrase.")
	}
	return a.AskHidden(ctx, "Passphrase of your sessions: ")
}

// newPassphrase asks for a new one, twice, and whether a weak one is meant.
func (a *app) newPassphrase(ctx context.Context) (string, error) {
	a.Message("Choose a passphrase. It encrypts your sessions on this machine, and mxinvite asks for it at each start.")
	for range passphraseTries {
		first, err := a.AskHidden(ctx, "New passphrase: ")
		if err != nil {
			return "", err
		}
		if first == "" {
			a.Message("The passphrase is empty.")
			continue
		}
		again, err := a.AskHidden(ctx, "The same again: ")
		if err != nil {
			return "", err
		}
		if first != again {
			a.Message("The two passphrases are not the same.")
			continue
		}
		weakness := weakpass.Reason(first, a.sealFor)
		if weakness == "" {
			return first, nil
		}
		a.Message("This passphrase %s. Four or more random words make a strong one.", weakness)
		switch meant, err := a.Confirm(ctx, "Use it all the same?"); {
		case err != nil:
			return "", err
		case meant:
			return first, nil
		}
	}
	return "", fail.ErrNoAnswer
}
