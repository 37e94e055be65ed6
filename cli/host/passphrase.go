package host

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/weakpass"
)

// passphraseTries is how many times a new passphrase can be entered.
const passphraseTries = 3

// Asker returns the source of the passphrase: the flags, then the settings, then
// the user at the terminal. It returns nil if there is none.
func (p *Program) Asker() (vault.Asker, error) {
	switch {
	case p.PassphraseFile != "" && p.PassphraseFD != "":
		return nil, fail.UsageOf("mxinvite", errors.New("the passphrase can come from --passphrase-file or --passphrase-fd, not from both"))
	case p.PassphraseFD != "":
		fd, err := strconv.ParseUint(p.PassphraseFD, 10, 31)
		if err != nil || p.Descriptor == nil {
			return nil, fail.UsageOf("mxinvite", fmt.Errorf("%q is no file descriptor: --passphrase-fd", p.PassphraseFD))
		}
		return vault.FromReader(p.Descriptor(int(fd))), nil
	case p.PassphraseFile != "":
		return vault.FromFile(p.PassphraseFile), nil
	case len(p.Settings.PassphraseCommand) > 0:
		return vault.FromCommand(p.Settings.PassphraseCommand...), nil
	case p.MayAsk():
		return p.AskPassphrase, nil
	}
	return nil, nil
}

var errCovered = errors.New("the passphrase cannot be asked for while the screen is open")

// AskPassphrase asks the user at the terminal.
func (p *Program) AskPassphrase(ctx context.Context, why vault.Reason) (string, error) {
	switch {
	case p.Covered.Load():
		return "", errCovered
	case why == vault.New:
		return p.newPassphrase(ctx)
	case why == vault.Again:
		p.Message("Wrong passphrase.")
	}
	return p.AskHidden(ctx, "Passphrase of the vault: ")
}

// newPassphrase asks for a new passphrase twice, and for a confirmation if it is
// weak.
func (p *Program) newPassphrase(ctx context.Context) (string, error) {
	p.Message("Choose a passphrase. It encrypts your sessions on this machine, and mxinvite asks for it at each start.")
	for range passphraseTries {
		first, err := p.AskHidden(ctx, "New passphrase: ")
		if err != nil {
			return "", err
		}
		if first == "" {
			p.Message("The passphrase is empty.")
			continue
		}
		again, err := p.AskHidden(ctx, "Repeat the passphrase: ")
		if err != nil {
			return "", err
		}
		if first != again {
			p.Message("The passphrases differ.")
			continue
		}
		weakness := weakpass.Reason(first, p.SealFor)
		if weakness == "" {
			return first, nil
		}
		p.Message("This passphrase %s. Four or more random words make a strong one.", weakness)
		switch meant, err := p.Confirm(ctx, "Use it anyway?"); {
		case err != nil:
			return "", err
		case meant:
			return first, nil
		}
	}
	return "", fail.ErrNoAnswer
}
