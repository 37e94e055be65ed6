package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// fixChecksum replaces the checksum of a modified file, as an attacker would.
func fixChecksum(data []byte) []byte {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	n := version
	if bytes.HasPrefix(first, fmt.Appendf(nil, "%s%d ", magic, versionWithSecrets)) {
		n = versionWithSecrets
	}
	return append([]byte(firstLine(n, rest)+"\n"), rest...)
}

// wantRefused writes bad as the vault's file and checks that no secret can be
// loaded from it, and that it still exists after a save.
func wantRefused(t *testing.T, w *world, bad []byte, what string, i int) {
	t.Helper()
	v := w.start(t)
	write(t, v.Path(), bad)
	got, err := v.Load(t.Context(), ada)
	if err == nil || got != nil {
		t.Fatalf("%s %d: loaded %q, %v", what, i, got, err)
	}
	saved := v.Save(t.Context(), ada, []byte("new"))
	if saved == nil { // it was renamed
		if !isDamaged(err) && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s %d: overwritten after %v", what, i, err)
		}
		for _, path := range filesIn(t, v, "vault.damaged-*") {
			if bytes.Equal(read(t, path), bad) {
				_ = os.Remove(path)
				return
			}
		}
		t.Fatalf("%s %d: it is gone", what, i)
	}
	if !bytes.Equal(read(t, v.Path()), bad) {
		t.Fatalf("%s %d: %v, and it is overwritten", what, i, saved)
	}
}

func TestEveryChangedByteIsDetected(t *testing.T) {
	for kind, w := range everyKind(t) {
		v := w.start(t)
		save(t, v, ada, secret)
		save(t, v, grace, "other")
		saveSecret(t, v, "mail", "password of the mail server")
		good := read(t, v.Path())
		masks := []byte{1}
		if kind == KindSealed {
			masks = []byte{1, 0x20, 0x80}
		}
		for i := range good {
			for _, mask := range masks {
				bad := bytes.Clone(good)
				bad[i] ^= mask
				v := w.start(t)
				write(t, v.Path(), bad)
				if got, err := v.Load(t.Context(), ada); !isDamaged(err) || got != nil {
					t.Fatalf("byte %d ^ %#x: loaded %q, %v", i, mask, got, err)
				}
				if _, err := v.Accounts(); !isDamaged(err) {
					t.Fatalf("byte %d ^ %#x: listed: %v", i, mask, err)
				}
				if _, err := v.Secrets(); !isDamaged(err) {
					t.Fatalf("byte %d ^ %#x: listed: %v", i, mask, err)
				}
			}
		}
		for _, i := range []int{0, 15, 17, 30, 81, 82, 100, 200, len(good) - 1} {
			bad := bytes.Clone(good)
			bad[i] ^= 1
			wantRefused(t, w, bad, "byte", i)
		}
	}
}

// An attacker can correct the checksum, but not the encryption.
func TestEveryChangedByteIsDetectedDespiteARightChecksum(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	saveSecret(t, v, "mail", "password of the mail server")
	good := read(t, v.Path())
	start := bytes.IndexByte(good, '\n') + 1
	for i := start; i < len(good); i++ {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		bad = fixChecksum(bad)
		v := w.start(t)
		write(t, v.Path(), bad)
		// An account whose name was changed is not found; the others cannot be
		// decrypted.
		names, err := v.Accounts()
		if err == nil {
			if len(names) != 1 {
				t.Fatalf("byte %d: listed %v", i, names)
			}
			var got []byte
			got, err = v.Load(t.Context(), names[0])
			if err == nil || got != nil {
				t.Fatalf("byte %d: loaded %q", i, got)
			}
			if got, err := v.LoadSecret(t.Context(), "mail"); err == nil || got != nil {
				t.Fatalf("byte %d: loaded %q", i, got)
			}
		}
		if err := v.Save(t.Context(), grace, nil); err != nil && !errors.Is(err, ErrPassphrase) {
			t.Fatalf("byte %d: saved: %v", i, err)
		} else if err != nil && !bytes.Equal(read(t, v.Path()), bad) {
			t.Fatalf("byte %d: it is overwritten", i)
		} else if err == nil && len(filesIn(t, v, "vault.damaged-*")) == 0 {
			t.Fatalf("byte %d: it is gone", i)
		}
		for _, path := range filesIn(t, v, "vault.damaged-*") {
			_ = os.Remove(path)
		}
	}
}

func TestEveryTruncationIsDetected(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	save(t, v, ada, secret)
	good := read(t, v.Path())
	for i := range good {
		if i%13 == 0 {
			wantRefused(t, w, good[:i], "cut to", i)
		}
		for _, bad := range [][]byte{good[:i], fixChecksum(good[:i])} {
			v := w.start(t)
			write(t, v.Path(), bad)
			if got, err := v.Load(t.Context(), ada); err == nil || got != nil {
				t.Fatalf("cut to %d: loaded %q, %v", i, got, err)
			}
		}
	}
	wantRefused(t, w, append(bytes.Clone(good), 'x'), "longer", 0)
	wantRefused(t, w, make([]byte, 2*maxFile), "huge", 0)
}

func TestVaultOfANewerVersionIsNotChanged(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	rest := []byte("whatever\nis new")
	bad := append([]byte(firstLine(versionWithSecrets+1, rest)+"\n"), rest...)
	write(t, v.Path(), bad)
	_, listed := v.Accounts()
	for _, err := range []error{listed, v.Save(t.Context(), ada, nil), v.Drop(t.Context(), ada)} {
		if newer := new(NewerError); !errors.As(err, &newer) || newer.Version != versionWithSecrets+1 {
			t.Errorf("got %v", err)
		}
	}
	if !bytes.Equal(read(t, v.Path()), bad) {
		t.Error("it is overwritten")
	}
}

func TestDirectoryInPlaceOfTheVaultIsNotChanged(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	if err := os.MkdirAll(v.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := v.Save(t.Context(), ada, nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// wellFormed returns a vault file with the given header and a right checksum.
func wellFormed(head string) []byte {
	return fixChecksum([]byte("\n" + head + "\n" + strings.Repeat("x", 60)))
}

const saltText = "AAAAAAAAAAAAAAAAAAAAAQ"

func TestInvalidLocksAreRefusedWithoutAskingForAPassphrase(t *testing.T) {
	sealed := `{"lock":{"kind":"sealed","salt":"` + saltText + `","argon2id":%},"accounts":[]}`
	for name, head := range map[string]string{
		"1 TiB":           strings.Replace(sealed, "%", `{"time":3,"memory_kib":1073741824,"threads":4}`, 1),
		"8 TiB":           strings.Replace(sealed, "%", `{"time":3,"memory_kib":8589934592,"threads":4}`, 1),
		"too much memory": strings.Replace(sealed, "%", `{"time":3,"memory_kib":524289,"threads":4}`, 1),
		"too much time":   strings.Replace(sealed, "%", `{"time":4294967295,"memory_kib":65536,"threads":4}`, 1),
		"many threads":    strings.Replace(sealed, "%", `{"time":3,"memory_kib":65536,"threads":255}`, 1),
		"weak":            strings.Replace(sealed, "%", `{"time":1,"memory_kib":8,"threads":1}`, 1),
		"no time":         strings.Replace(sealed, "%", `{"time":0,"memory_kib":65536,"threads":1}`, 1),
		"no threads":      strings.Replace(sealed, "%", `{"time":3,"memory_kib":65536,"threads":0}`, 1),
		"none":            strings.Replace(sealed, "%", `{}`, 1),
		"short salt":      `{"lock":{"kind":"sealed","salt":"AAAA","argon2id":{"time":3,"memory_kib":65536,"threads":4}},"accounts":[]}`,
		"no salt":         `{"lock":{"kind":"sealed","argon2id":{"time":3,"memory_kib":65536,"threads":4}},"accounts":[]}`,
		"two kinds":       `{"lock":{"kind":"sealed","entry":"x","salt":"` + saltText + `","argon2id":{"time":3,"memory_kib":65536,"threads":4}},"accounts":[]}`,
		"no kind":         `{"lock":{},"accounts":[]}`,
		"odd kind":        `{"lock":{"kind":"open"},"accounts":[]}`,
		"odd entry":       `{"lock":{"kind":"keyring","entry":"-D/root; rm"},"accounts":[]}`,
		"no key":          `{"lock":{"kind":"plain"},"accounts":[]}`,
		"RSA":             `{"lock":{"kind":"agent","salt":"` + saltText + `","ssh_key":"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ=="},"accounts":[]}`,
		"unknown part":    `{"lock":{"kind":"plain"},"accounts":[],"more":1}`,
		"two headers":     `{"lock":{"kind":"plain"},"accounts":[]}{}`,
		"odd account":     `{"lock":{"kind":"keyring","entry":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},"accounts":[{"user_id":"","homeserver":""}]}`,
		"odd secret":      `{"lock":{"kind":"keyring","entry":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},"accounts":[],"secrets":["Mail"]}`,
		"secret twice":    `{"lock":{"kind":"keyring","entry":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},"accounts":[],"secrets":["mail","mail"]}`,
		"secret in 1":     `{"lock":{"kind":"keyring","entry":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},"accounts":[],"secrets":["mail"]}`,
		"twice":           `{"lock":{"kind":"keyring","entry":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},"accounts":[{"user_id":"a","homeserver":"b"},{"user_id":"a","homeserver":"b"}]}`,
	} {
		w := newWorld(t, "")
		w.Keyring = &keyringInMemory{failing: errors.New("must not be asked")}
		v, err := Open(w.Options) // with the real limits
		if err != nil {
			t.Fatal(err)
		}
		write(t, v.Path(), wellFormed(head))
		if _, err := v.Load(t.Context(), ada); !isDamaged(err) {
			t.Errorf("%s: got %v", name, err)
		}
		if w.asked != nil {
			t.Errorf("%s: asked %v", name, w.asked)
		}
	}
}

func TestSecretsThatDoNotMatchTheAccountsAreDamage(t *testing.T) {
	key := seal.NewKey()
	text, err := json.Marshal(head{Lock: lock{Kind: KindPlain, Key: key}, Accounts: []Name{ada}})
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{`[]`, `["YQ==","YQ=="]`, `{}`, `["*"]`, ``} {
		w := newWorld(t, KindPlain)
		v := w.start(t)
		rest := append(append(text, '\n'), key.Seal(place(version, text), []byte(plain))...)
		write(t, v.Path(), fixChecksum(append([]byte("\n"), rest...)))
		if _, err := v.Load(t.Context(), ada); !isDamaged(err) {
			t.Errorf("%s: %v", plain, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	key := seal.NewKey()
	for _, l := range []lock{
		{Kind: KindPlain, Key: key},
		{Kind: KindSealed, Salt: newSalt(), Argon2id: defaultCosts.now},
		{Kind: KindKeyring, Entry: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{Kind: KindAgent, Salt: newSalt(), SSHKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"},
	} {
		data, err := format(keyed{lock: l, key: key}, contents{sessions: map[Name][]byte{ada: []byte(secret), grace: nil}, secrets: map[string][]byte{"mail": []byte("x")}})
		if err != nil {
			f.Fatal(err)
		}
		if _, err := parse(data, defaultCosts); err != nil {
			f.Fatal(l.Kind, err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, fixChecksum(data)} {
			got, err := parse(data, defaultCosts)
			if err != nil {
				if got != nil {
					t.Fatal("a file and an error")
				}
				continue
			}
			l := got.Lock
			if l.Kind == KindSealed && (l.Argon2id.Memory > defaultCosts.most.Memory || l.Argon2id.Time > defaultCosts.most.Time) {
				t.Fatalf("it would accept %+v", l.Argon2id)
			}
			held, err := got.open(key)
			if err != nil {
				continue
			}
			again, err := format(keyed{lock: l, key: key}, held)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parse(again, defaultCosts); err != nil {
				t.Fatal(err)
			}
		}
	})
}
