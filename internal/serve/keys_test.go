package serve

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/sshtest"
)

func TestUnsupportedLinesAreIgnoredWithAWarning(t *testing.T) {
	ada := sshtest.KeyLine(sshtest.NewKey(t), "ada")
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weakKey, err := ssh.NewSignerFromKey(weak)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`command="/bin/true" ` + ada,
		`from="10.0.0.0/8" ` + ada,
		`expiry-time="20200101" ` + ada,
		`cert-authority ` + ada,
		`restrict,command="x y" ` + ada,
		`no-pty,permitopen="*:*" ` + ada,
		`verify-required ` + ada,
		sshtest.KeyLine(weakKey, "weak"),
		`ssh-ed25519 AAAA ada`,
		`nonsense`,
		`ssh-rsa ` + strings.Fields(ada)[1] + ` another type`,
	} {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, []byte("# none\n\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, warnings, err := ReadKeys(path)
		if len(keys) > 0 || len(warnings) != 1 || err != nil || !strings.Contains(warnings[0], ":3 is ignored") {
			t.Errorf("%s: %v, %v, %v", line, keys, warnings, err)
		}
	}
}

func TestKeyNameIsItsComment(t *testing.T) {
	key := sshtest.NewKey(t)
	fingerprint := ssh.FingerprintSHA256(key.PublicKey())
	for line, want := range map[string]Key{
		sshtest.KeyLine(key, "ada@laptop two"):                              {Name: "ada@laptop two"},
		sshtest.KeyLine(key, ""):                                            {Name: "(no comment)"},
		"no-port-forwarding,no-X11-forwarding " + sshtest.KeyLine(key, "x"): {Name: "x"},
		"restrict " + sshtest.KeyLine(key, "x"):                             {Name: "x", NoTerminal: true},
		"restrict,pty " + sshtest.KeyLine(key, "x"):                         {Name: "x"},
		sshtest.KeyLine(key, "\x1b[31mred\u202e"):                           {Name: "\ufffdred\ufffd"},
	} {
		got := authorized(t, line)[fingerprint]
		if got.Name != want.Name || got.NoTerminal != want.NoTerminal || got.Fingerprint != fingerprint {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

func TestDirIsASingleFileName(t *testing.T) {
	k := Key{Fingerprint: "SHA256:a/b+c"}
	if got := k.Dir(); got != "SHA256-a_b-c" {
		t.Error(got)
	}
}

func TestHostKeyIsCreatedOnceForTheOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "key")
	first, fresh, err := HostKey(path)
	if err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	again, fresh, err := HostKey(path)
	if err != nil || fresh || ssh.FingerprintSHA256(first.PublicKey()) != ssh.FingerprintSHA256(again.PublicKey()) {
		t.Error(fresh, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Error(left)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := HostKey(path); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("one that others may read: %v", err)
	}
}

func TestFileWithoutKeysIsAnErrorUnlessItSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	for text, none := range map[string]bool{
		"": false, "\n\n": false, "# keys of the team\n": false, "ssh-ed25519 AAAA cut": false, "\x00\x00\x00\x00": false, "# nonesuch\n": false,
		"# none\n": true, "#none": true, "  # None  \n# of the team": true,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, _, err := ReadKeys(path)
		if errors.Is(err, ErrNoKeys) == none || len(keys) > 0 {
			t.Errorf("%q: %v, %v", text, keys, err)
		}
	}
	if _, _, err := ReadKeys(t.TempDir()); err == nil {
		t.Error("a directory was read")
	}
}
