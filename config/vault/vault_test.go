package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	ada   = Name{"@ada:example.org", "https://matrix.example.org"}
	grace = Name{"@grace:navy.example", "https://navy.example"}
)

const (
	secret = `{"access_token":"syt_of_ada"}`
	phrase = "correct horse"
)

// cheap are parameters for a fast passphrase hash.
var cheap = costs{
	now:   argon2id{Time: 2, Memory: 16, Threads: 1},
	least: argon2id{Time: 1, Memory: 8, Threads: 1},
	most:  argon2id{Time: 4, Memory: 64, Threads: 2},
}

// A world is the environment of a vault. It records the questions and messages.
type world struct {
	Options
	script []string // the user's answers
	asked  []Reason
	said   []string
}

// newWorld returns a world with one passphrase, without keyring and agent.
func newWorld(t *testing.T, kind Kind) *world {
	t.Helper()
	w := &world{Options: Options{Dir: filepath.Join(t.TempDir(), "deep", "mxinvite"), Kind: kind}}
	w.answers(phrase)
	var mu sync.Mutex
	w.Say = func(text string) {
		mu.Lock()
		defer mu.Unlock()
		w.said = append(w.said, text)
	}
	return w
}

// answers sets the user's answers. The last one is repeated.
func (w *world) answers(passphrases ...string) {
	w.script = passphrases
	w.Passphrase = func(_ context.Context, why Reason) (string, error) {
		w.asked = append(w.asked, why)
		now := w.script[0]
		if len(w.script) > 1 {
			w.script = w.script[1:]
		}
		return now, nil
	}
}

// start opens the vault as another run of the program.
func (w *world) start(t *testing.T) *Vault {
	t.Helper()
	v, err := open(w.Options, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func save(t *testing.T, v *Vault, name Name, text string) {
	t.Helper()
	if err := v.Save(t.Context(), name, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func wantHeld(t *testing.T, v *Vault, name Name, want string) {
	t.Helper()
	if got, err := v.Load(t.Context(), name); err != nil || string(got) != want {
		t.Errorf("%s: loaded %q, %v; want %q", name.UserID, got, err, want)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// filesIn lists files in the vault's directory.
func filesIn(t *testing.T, v *Vault, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(v.opt.Dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// everyKind returns a world for each kind of vault.
func everyKind(t *testing.T) map[Kind]*world {
	t.Helper()
	all := map[Kind]*world{}
	for _, kind := range []Kind{KindKeyring, KindSealed, KindAgent, KindPlain} {
		w := newWorld(t, kind)
		w.Keyring = &keyringInMemory{}
		w.Agent = newAgent(t, newSSHKey(t)).dial
		all[kind] = w
	}
	return all
}

func TestSavedSecretsCanBeLoaded(t *testing.T) {
	for kind, w := range everyKind(t) {
		v := w.start(t)
		save(t, v, grace, "first")
		save(t, v, ada, secret)
		save(t, v, grace, "second")
		wantHeld(t, v, ada, secret)

		next := w.start(t)
		wantHeld(t, next, ada, secret)
		wantHeld(t, next, grace, "second")
		if got, err := next.Kind(t.Context()); got != kind || err != nil {
			t.Errorf("kind %s, %v; want %s", got, err, kind)
		}
		if names, err := next.Accounts(); err != nil || !cmp.Equal(names, []Name{ada, grace}) {
			t.Errorf("%s: listed %v, %v", kind, names, err)
		}
		if err := next.Drop(t.Context(), ada); err != nil {
			t.Error(err)
		}
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what is dropped was loaded: %v", kind, err)
		}
		wantHeld(t, v, grace, "second")
	}
}

func TestMissingAccountIsErrNotExist(t *testing.T) {
	v := newWorld(t, "").start(t)
	if names, err := v.Accounts(); names != nil || err != nil {
		t.Errorf("listed %v, %v", names, err)
	}
	if _, err := v.Load(t.Context(), ada); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("loaded: %v", err)
	}
	if err := v.Drop(t.Context(), ada); err != nil {
		t.Errorf("no account to drop: %v", err)
	}
	if _, err := os.Stat(v.opt.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made a directory: %v", err)
	}
}

func TestPassphraseIsNotAskedForToList(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.asked = nil
	v := w.start(t)
	if names, err := v.Accounts(); err != nil || len(names) != 1 {
		t.Errorf("listed %v, %v", names, err)
	}
	if _, err := v.Load(t.Context(), grace); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := v.Drop(t.Context(), grace); err != nil {
		t.Error(err)
	}
	if w.asked != nil {
		t.Errorf("asked %v", w.asked)
	}
}

func TestVaultOfAnotherKindIsNotOpened(t *testing.T) {
	w := newWorld(t, KindPlain)
	save(t, w.start(t), ada, secret)
	w.Kind = KindSealed
	v := w.start(t)
	_, loaded := v.Load(t.Context(), ada)
	for _, err := range []error{loaded, v.Save(t.Context(), ada, nil), v.Drop(t.Context(), ada)} {
		if other := new(KindError); !errors.As(err, &other) || other.Have != KindPlain || other.Want != KindSealed {
			t.Errorf("got %v", err)
		}
	}
	if err := v.ChangeKind(t.Context(), KindSealed); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, v, ada, secret)
	wantHeld(t, w.start(t), ada, secret)
}

func TestFilesAreReadableByTheOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	v := newWorld(t, KindPlain).start(t)
	save(t, v, ada, secret)
	for path, want := range map[string]fs.FileMode{v.opt.Dir: fs.ModeDir | 0o700, v.Path(): 0o600, v.Path() + ".lock": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestPermissionOfOthersToReadIsRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	w := newWorld(t, KindPlain)
	v := w.start(t)
	save(t, v, ada, secret)
	if err := os.Chmod(v.Path(), 0o644); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, v, ada, secret)
	wantHeld(t, v, ada, secret)
	if info, err := os.Stat(v.Path()); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if len(w.said) != 1 || !strings.Contains(w.said[0], "Other users of this machine could read") {
		t.Errorf("said %q", w.said)
	}
}

func TestFileWritableByOthersIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	for name, spoil := range map[string]func(path string) error{
		"group":   func(path string) error { return os.Chmod(path, 0o620) },
		"world":   func(path string) error { return os.Chmod(path, 0o602) },
		"foreign": func(path string) error { return os.Chown(path, 4711, -1) },
	} {
		v := newWorld(t, KindPlain).start(t)
		save(t, v, ada, secret)
		before := read(t, v.Path())
		if err := spoil(v.Path()); err != nil {
			t.Logf("%s: not tried: %v", name, err) // only root can change the owner
			continue
		}
		if name == "foreign" && os.Geteuid() != 0 {
			t.Fatal("changed the owner")
		}
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: loaded: %v", name, err)
		}
		if err := v.Save(t.Context(), ada, nil); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: saved: %v", name, err)
		}
		if string(read(t, v.Path())) != string(before) {
			t.Errorf("%s: it was overwritten", name)
		}
	}
}

func TestVaultCanBeSetAsideAndRestored(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.answers("forgotten")
	v := w.start(t)
	if err := v.Save(t.Context(), grace, nil); !errors.Is(err, ErrPassphrase) {
		t.Fatalf("got %v", err)
	}
	aside, err := v.SetAside(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	save(t, v, grace, "new")
	if names, err := v.Accounts(); err != nil || !cmp.Equal(names, []Name{grace}) {
		t.Errorf("listed %v, %v", names, err)
	}
	if err := os.Rename(aside, v.Path()); err != nil {
		t.Fatal(err)
	}
	w.answers(phrase)
	wantHeld(t, w.start(t), ada, secret)
}

func TestInvalidNamesAreRefused(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	for _, name := range []Name{{}, {"@ada:x", ""}, {"", "https://x"}, {"@a\n:x", "https://x"}, {"@\xff:x", "https://x"}, {"@ada:x", strings.Repeat("x", 3000)}} {
		if err := v.Save(t.Context(), name, nil); err == nil {
			t.Errorf("%q was saved", name)
		}
	}
}

func TestTooLargeVaultIsNotWritten(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	save(t, v, ada, secret)
	if err := v.Save(t.Context(), grace, make([]byte, maxFile)); err == nil {
		t.Error("saved")
	}
	wantHeld(t, v, ada, secret)
}

func TestInvalidOptionsAreRefused(t *testing.T) {
	for _, opt := range []Options{{}, {Dir: "x", Kind: "safe"}} {
		if _, err := Open(opt); err == nil {
			t.Errorf("%+v opened", opt)
		}
	}
	var kind Kind
	if err := kind.UnmarshalText([]byte("agent")); err != nil || kind != KindAgent {
		t.Errorf("read %q, %v", kind, err)
	}
	if err := kind.UnmarshalText([]byte("")); err == nil {
		t.Error("nothing is a kind")
	}
}

func TestAcquireIsInterruptedByTheContext(t *testing.T) {
	v := newWorld(t, KindPlain).start(t)
	if err := v.acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loaded := v.Load(ctx, ada)
	_, kind := v.Kind(ctx)
	_, aside := v.SetAside(ctx)
	for i, err := range []error{
		loaded, kind, aside, v.Save(ctx, ada, nil), v.Drop(ctx, ada), v.ChangeKind(ctx, KindPlain), v.ChangePassphrase(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// No file and no message contains a secret.
func TestSecretsAreNotVisible(t *testing.T) {
	var seen strings.Builder
	for _, w := range everyKind(t) {
		v := w.start(t)
		save(t, v, ada, secret)
		fmt.Fprintf(&seen, "%v %+v %#v %s %d %q\n", v, v, v, v, v, v)
		w.answers("wrong one")
		_, err := w.start(t).Load(t.Context(), ada)
		fmt.Fprintln(&seen, err)

		data := read(t, v.Path())
		write(t, v.Path(), append(data, 'x'))
		_, err = w.start(t).Load(t.Context(), ada)
		fmt.Fprintln(&seen, err, v.Save(t.Context(), grace, []byte(secret)), w.said)
		write(t, v.Path(), fixChecksum(data[:len(data)-1]))
		_, err = w.start(t).Load(t.Context(), ada)
		fmt.Fprintln(&seen, err, v.Save(t.Context(), grace, make([]byte, maxFile)))
		fmt.Fprintln(&seen, w.Keyring.(*keyringInMemory).set)
		for _, path := range filesIn(t, v, "*") {
			fmt.Fprintf(&seen, "%s\n", read(t, path))
		}
	}
	for _, hidden := range []string{"syt_of_ada", "access_token", phrase, "wrong one"} {
		if strings.Contains(seen.String(), hidden) {
			t.Errorf("%q is visible", hidden)
		}
	}
}

func TestUnlockedVaultDoesNotAskAgain(t *testing.T) {
	w := newWorld(t, KindSealed)
	v := w.start(t)
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Reason{New}, w.asked); d != "" {
		t.Errorf("questions for a new vault: %s", d)
	}
	save(t, v, ada, secret)
	w.asked = nil
	again := w.start(t)
	if err := again.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, again, grace, secret)
	if d := cmp.Diff([]Reason{Unlock}, w.asked); d != "" {
		t.Errorf("questions for an existing vault: %s", d)
	}
}

func TestUnlockCreatesNoFiles(t *testing.T) {
	w := newWorld(t, "")
	k := &keyringInMemory{}
	w.Keyring = k
	if err := w.start(t).Unlock(t.Context()); err != nil || len(w.asked) > 0 || len(k.set) > 0 {
		t.Errorf("%v; asked %v, kept %d", err, w.asked, len(k.set))
	}
}
