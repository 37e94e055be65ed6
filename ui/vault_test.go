package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// memoryVault is a vault in memory.
type memoryVault struct {
	n          *testWorld
	kind       string // empty if there is no vault yet
	passphrase string
	open       bool
	wanted     string // the kind of the next vault
	kept       []client.Session
	failing    error // the error of storing a session
	keyring    bool  // a keyring is available
}

var (
	errWrong     = errors.New("wrong passphrase for the vault")
	errNoKeyring = errors.New("the system keyring is not available on this machine (no D-Bus session)")
)

func (b *memoryVault) vault() *shell.Vault {
	return &shell.Vault{
		Kind: b.kind, Locked: b.locked() && len(b.kept) > 0,
		Resume: func(context.Context) (*client.Account, client.Session, error) {
			if len(b.kept) == 0 {
				return nil, client.Session{}, nil
			}
			a, err := client.Resume(b.n.options(), b.kept[0])
			return a, client.Session{}, err
		},
		Needs: func(context.Context) (shell.VaultNeeds, error) {
			switch {
			case b.locked():
				return shell.VaultNeeds{Passphrase: true}, nil
			case b.kind != "":
				return shell.VaultNeeds{Kind: b.kind}, nil
			case b.keyring:
				return shell.VaultNeeds{Kinds: []string{shell.VaultKeyring, shell.VaultPassphrase, shell.VaultPlain}}, nil
			}
			return shell.VaultNeeds{Kinds: []string{shell.VaultPassphrase, shell.VaultPlain}, NoKeyring: errNoKeyring}, nil
		},
		Unlock: func(_ context.Context, passphrase string) error {
			if passphrase != b.passphrase {
				return errWrong
			}
			b.open = true
			return nil
		},
		Make: func(_ context.Context, kind, passphrase string) error {
			b.wanted, b.passphrase = kind, passphrase
			return nil
		},
		SetAside: func(context.Context) (string, error) {
			b.kind, b.kept = "", nil
			return "vault.aside-1", nil
		},
	}
}

func (b *memoryVault) locked() bool { return b.kind == shell.VaultPassphrase && !b.open }

func (b *memoryVault) remember(_ context.Context, s client.Session) (*client.Account, error) {
	if b.failing != nil {
		return nil, b.failing
	}
	if b.kind == "" {
		b.kind, b.open = b.wanted, true
	}
	b.kept = append(b.kept, s)
	return client.Resume(b.n.options(), s)
}

func (b *memoryVault) start(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	return termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Client: b.n.options(), Vault: b.vault(), Remember: b.remember})
	})
}

// signInAsAda types Ada's Matrix ID and password.
func signInAsAda(term *termtest.Terminal) {
	term.Send("@ada:example.org\r")
	term.Press("enter")
	term.Send("lovelace\r")
	term.Wait(time.Second)
}

// The files of a visitor are on a machine of another administrator.
func TestVisitorIsToldWhoCanReadAnUnencryptedSession(t *testing.T) {
	for _, visitor := range []bool{false, true} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			b := &memoryVault{n: n}
			term := termtest.Run(t, 60, 16, func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Client: n.options(), Vault: b.vault(), Remember: b.remember, Visitor: visitor})
			})
			signInAsAda(term)
			if told := strings.Contains(term.Screen(), "The administrator of this host can use your account."); told != visitor {
				t.Errorf("visitor %v:\n%s", visitor, term.Screen())
			}
		})
	}
}

const strong = "violet kettle orbit seven"

func TestSigningInAsksForTheVault(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			b := &memoryVault{n: n}
			term := b.start(t, size[0], size[1])
			shows(t, term, "@you:example.org, or your homeserver")
			signInAsAda(term)
			term.Golden("kinds")
			term.Press("enter")
			term.Golden("passphrase")
			term.Send("horse\rhouse\r")
			term.Golden("not the same")
			term.Send("\x15horse\r")
			term.Golden("weak")
			term.Press("n")
			term.Send("\x15" + strong)
			term.Press("shift+tab")
			term.Send("\x15" + strong + "\r")
			term.Press("enter")
			term.Wait(time.Second)
			shows(t, term, "There are no invites by e-mail")
			if b.kind != shell.VaultPassphrase || b.passphrase != strong || len(b.kept) != 1 {
				t.Errorf("it is of kind %q with %d sessions", b.kind, len(b.kept))
			}
		})
	}
}

func TestKeyringIsOfferedFirst(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := &memoryVault{n: n, keyring: true}
		term := b.start(t, 60, 16)
		signInAsAda(term)
		term.Golden("60x16")
		term.Press("enter")
		term.Wait(time.Second)
		shows(t, term, "There are no invites by e-mail")
		if b.kind != shell.VaultKeyring || len(b.kept) != 1 {
			t.Errorf("it is of kind %q with %d sessions", b.kind, len(b.kept))
		}
	})
}

func TestWeakPassphraseNeedsConfirmation(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := &memoryVault{n: n}
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Press("enter")
		term.Paste("ada.example.org\n")
		term.Press("tab")
		term.Paste("ada.example.org\r\n")
		term.Press("enter")
		shows(t, term, "It is little more than your user name")
		if len(b.kept) > 0 {
			t.Error("it is used already")
		}
		term.Press("y")
		term.Wait(time.Second)
		shows(t, term, "There are no invites by e-mail")
		if b.passphrase != "ada.example.org" {
			t.Errorf("the passphrase is %q", b.passphrase)
		}
	})
}

func TestUnencryptedVaultIsMarkedInTheHeader(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := &memoryVault{n: n}
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Press("down", "enter")
		term.Wait(time.Second)
		shows(t, term, "mxinvite  unencrypted  Invites of all rooms")
		if b.kind != shell.VaultPlain {
			t.Errorf("the vault is of kind %q", b.kind)
		}
	})
}

func TestEscGoesBackFromTheVaultWithoutLosingTheSignIn(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := &memoryVault{n: n}
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Press("enter")
		term.Send("half")
		term.Press("esc")
		shows(t, term, "Choose how to store the session.")
		term.Press("esc")
		term.Golden("esc")
		term.Press("n")
		shows(t, term, "Choose how to store the session.")
		if n.Count("POST", "/_matrix/client/v3/logout") != 0 {
			t.Error("the session has ended")
		}
		term.Press("esc", "y")
		term.Wait(time.Second)
		shows(t, term, "The password is sent only to your homeserver")
		if n.Count("POST", "/_matrix/client/v3/logout") != 1 || len(b.kept) > 0 {
			t.Error("the session did not end")
		}
		term.Send("\r")
		term.Wait(time.Second)
		shows(t, term, "Choose how to store the session.")
	})
}

func TestQuittingBeforeTheSessionIsKeptEndsIt(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := (&memoryVault{n: n}).start(t, 80, 24)
		signInAsAda(term)
		term.Press("ctrl+c")
		term.Wait(time.Second)
		if n.Count("POST", "/_matrix/client/v3/logout") != 1 || !term.Exited() {
			t.Errorf("%d sessions were ended:\n%s", n.Count("POST", "/_matrix/client/v3/logout"), term.Screen())
		}
	})
}

func TestSessionThatCannotBeKeptIsTriedAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := &memoryVault{n: n, failing: errors.New("the disk is full")}
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Press("enter")
		term.Send(strong + "\t" + strong + "\r")
		term.Golden("full")
		b.failing = nil
		term.Press("enter")
		term.Wait(time.Second)
		shows(t, term, "There are no invites by e-mail")
	})
}

// passphraseVault returns a vault with a passphrase and a session of Ada.
func (n *testWorld) passphraseVault(t *testing.T) *memoryVault {
	t.Helper()
	return &memoryVault{n: n, kind: shell.VaultPassphrase, passphrase: strong, kept: []client.Session{n.account(t).Session()}}
}

func TestVaultIsUnlockedAtTheStart(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			term := n.passphraseVault(t).start(t, size[0], size[1])
			term.Golden("locked")
			term.Send("horse\r")
			term.Golden("wrong")
			term.Send("\x15" + strong + "\r")
			term.Wait(time.Second)
			shows(t, term, "There are no invites by e-mail")
		})
	}
}

func TestForgottenPassphraseLeadsToSigningInAnew(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := n.passphraseVault(t)
		term := b.start(t, 80, 24)
		term.Press("ctrl+n")
		term.Golden("ask")
		term.Press("y")
		term.Golden("sign in")
		signInAsAda(term)
		shows(t, term, "Choose how to store the session.")
	})
}

func TestLockedVaultIsUnlockedForAnotherAccount(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := n.passphraseVault(t)
		b.kept = nil
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Golden("locked")
		term.Send("horse\r")
		shows(t, term, "Wrong passphrase for the vault.")
		term.Send("\x15" + strong + "\r")
		term.Wait(time.Second)
		shows(t, term, "There are no invites by e-mail")
	})
}

func TestUnusableVaultIsSetAside(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := n.passphraseVault(t)
		b.kept = nil
		term := b.start(t, 80, 24)
		signInAsAda(term)
		term.Press("ctrl+n", "y")
		shows(t, term, "Choose how to store the session.")
		shows(t, term, "The old vault was renamed to vault.aside-1.")
	})
}

func TestOpeningTheVaultIsRetried(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		b := n.passphraseVault(t)
		b.kind = shell.VaultKeyring
		v := b.vault()
		v.Trouble = errNoKeyring
		resume, ready := v.Resume, false
		v.Resume = func(ctx context.Context) (*client.Account, client.Session, error) {
			if !ready {
				return nil, client.Session{}, errNoKeyring
			}
			return resume(ctx)
		}
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Vault: v})
		})
		term.Golden("trouble")
		term.Press("enter")
		shows(t, term, "Your sessions are in an encrypted vault that cannot be opened now.")
		ready = true
		term.Press("enter")
		term.Wait(time.Second)
		shows(t, term, "There are no invites by e-mail")
	})
}
