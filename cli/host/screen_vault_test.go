package host

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/seal"
	"github.com/mxinvite/mxinvite/internal/serve"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// screenDesk returns the session switcher of a screen with these settings.
func screenDesk(t *testing.T, home, kind string, keyring vault.Keyring, edit func(*Program)) sessionSwitcher {
	t.Helper()
	a := NewProgram(World{Streams: out.Streams{Out: io.Discard, Err: io.Discard, InTTY: true, OutTTY: true, ErrTTY: true}, Machine: Machine{Keyring: keyring}})
	a.HomeDir, a.Settings.Vault = home, kind
	if edit != nil {
		edit(a)
	}
	return sessionSwitcher{a, client.Options{}}
}

func TestScreenAsksOnlyForMissingVaultChoices(t *testing.T) {
	fromFile := func(a *Program) { a.PassphraseFile = "passphrase" }
	ring := memoryKeyring{}
	for name, tt := range map[string]struct {
		kind    string
		keyring vault.Keyring
		edit    func(*Program)
		want    shell.VaultNeeds
	}{
		"keyring":                    {automatic, ring, nil, shell.VaultNeeds{Kinds: []string{"keyring", "sealed", "plain"}}},
		"no keyring":                 {automatic, nil, nil, shell.VaultNeeds{Kinds: []string{"sealed", "plain"}, NoKeyring: vault.ErrNoKeyring}},
		"visitor":                    {automatic, nil, func(a *Program) { a.Guest = new(serve.Session) }, shell.VaultNeeds{Kinds: []string{"sealed", "plain"}}},
		"plain by setting":           {"plain", ring, nil, shell.VaultNeeds{Kind: "plain"}},
		"sealed by setting":          {"sealed", ring, nil, shell.VaultNeeds{Kinds: []string{"sealed"}}},
		"sealed with a file":         {"sealed", ring, fromFile, shell.VaultNeeds{Kind: "sealed"}},
		"a file":                     {automatic, nil, fromFile, shell.VaultNeeds{Kind: "sealed"}},
		"a keyring, although a file": {automatic, ring, fromFile, shell.VaultNeeds{Kind: "keyring"}},
	} {
		needs, err := screenDesk(t, t.TempDir(), tt.kind, tt.keyring, tt.edit).vaultNeeds(t.Context())
		if diff := cmp.Diff(tt.want, needs, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

// signedIn creates a vault with a session of Ada.
func signedIn(t *testing.T, d sessionSwitcher, passphrase string) {
	t.Helper()
	kept, err := d.program.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Vault.Prepare(t.Context(), vault.Kind(d.program.Settings.Vault), passphrase); err != nil {
		t.Fatal(err)
	}
	err = kept.Save(t.Context(), client.Session{
		Homeserver: "https://example.org", UserID: "@ada:example.org", DeviceID: "A", AccessToken: "x", DataKey: seal.NewKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// begins returns how the screen opens: with an account, with a page about the
// vault, or with an error.
func begins(t *testing.T, d sessionSwitcher) string {
	t.Helper()
	v, err := d.vault()
	if err != nil {
		t.Fatal(err)
	}
	account, _, err := d.begin(t.Context(), v)
	switch {
	case err != nil:
		return err.Error()
	case v.Locked:
		return "locked"
	case v.Trouble != nil:
		return v.Trouble.Error()
	case account != nil:
		return string(account.UserID())
	}
	return "sign in"
}

func TestScreenStartsWithVaultPageOnlyIfLocked(t *testing.T) {
	const account, passphrase = "@ada:example.org", "a rose is a rose"
	home, rings := t.TempDir(), memoryKeyring{}
	if got := begins(t, screenDesk(t, home, automatic, nil, nil)); got != "sign in" {
		t.Errorf("without a vault: %s", got)
	}
	signedIn(t, screenDesk(t, home, "sealed", nil, nil), passphrase)
	d := screenDesk(t, home, automatic, nil, nil)
	if got := begins(t, d); got != "locked" {
		t.Errorf("sealed: %s", got)
	}
	v, err := d.vault()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	if got := begins(t, d); got != account {
		t.Errorf("unlocked: %s", got)
	}
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte(passphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := begins(t, screenDesk(t, home, automatic, nil, func(a *Program) { a.PassphraseFile = file })); got != account {
		t.Errorf("with a passphrase file: %s", got)
	}
	if got, want := begins(t, screenDesk(t, home, "plain", nil, nil)), "is of kind sealed, not plain"; !strings.Contains(got, want) {
		t.Errorf("of another kind: %s", got)
	}

	home = t.TempDir()
	signedIn(t, screenDesk(t, home, "keyring", rings, nil), "")
	if got := begins(t, screenDesk(t, home, automatic, rings, nil)); got != account {
		t.Errorf("with the keyring: %s", got)
	}
	if got, want := begins(t, screenDesk(t, home, automatic, nil, nil)), "not available on this machine"; !strings.Contains(got, want) {
		t.Errorf("without the keyring: %s", got)
	}
}

// memoryKeyring is a keyring in memory.
type memoryKeyring map[string]string

func (k memoryKeyring) Get(entry string) (string, error) {
	secret, ok := k[entry]
	if !ok {
		return "", fs.ErrNotExist
	}
	return secret, nil
}

func (k memoryKeyring) Set(entry, secret string) error {
	k[entry] = secret
	return nil
}

func (k memoryKeyring) Delete(entry string) error {
	delete(k, entry)
	return nil
}
