package vault

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// speaking returns an Asker that runs this test binary, which writes text and
// exits with code.
func speaking(text, code string) Asker {
	exe, err := os.Executable()
	if err != nil {
		return func(context.Context, Reason) (string, error) { return "", err }
	}
	return FromCommand(exe, roleArg, "say", text, code)
}

func TestOneLineBreakAtTheEndIsRemoved(t *testing.T) {
	for text, want := range map[string]string{
		"horse": "horse", "horse\n": "horse", "horse\r\n": "horse", "horse\n\n": "horse\n", " horse \n": " horse ",
		"horse\r": "horse\r", "a\nb": "a\nb", strings.Repeat("x", maxPassphrase) + "\r\n": strings.Repeat("x", maxPassphrase),
	} {
		path := filepath.Join(t.TempDir(), "passphrase")
		write(t, path, []byte(text))
		for name, ask := range map[string]Asker{
			"file": FromFile(path), "reader": FromReader(strings.NewReader(text)), "command": speaking(text, "0"),
		} {
			for _, why := range []Reason{Unlock, New} {
				if got, err := ask(t.Context(), why); err != nil || got != want {
					t.Errorf("%s: from %.10q came %.10q, %v", name, text, got, err)
				}
			}
			if _, err := ask(t.Context(), Again); !errors.Is(err, ErrPassphrase) {
				t.Errorf("%s knows another one: %v", name, err)
			}
		}
	}
}

func TestEmptyAndTooLongPassphrasesAreRefused(t *testing.T) {
	for _, text := range []string{"", "\n", "\r\n", strings.Repeat("x", maxPassphrase+1), strings.Repeat("x", 1<<20) + "\n"} {
		path := filepath.Join(t.TempDir(), "passphrase")
		write(t, path, []byte(text))
		asks := map[string]Asker{"file": FromFile(path), "reader": FromReader(strings.NewReader(text))}
		if len(text) < 1<<16 { // a longer one does not fit into an argument
			asks["command"] = speaking(text, "0")
		}
		for name, ask := range asks {
			if got, err := ask(t.Context(), Unlock); err == nil || got != "" {
				t.Errorf("%s: from %.10q came %.10q", name, text, got)
			}
		}
	}
}

func TestErrorsOfSourcesDoNotQuoteTheirOutput(t *testing.T) {
	for name, ask := range map[string]Asker{
		"exit code": speaking("horse", "3"), "no such command": FromCommand("mxinvite-none", "horse"), "no command": FromCommand(),
		"no file":       FromFile(filepath.Join(t.TempDir(), "none")),
		"broken reader": FromReader(io.MultiReader(strings.NewReader("horse"), brokenReader{})),
	} {
		got, err := ask(t.Context(), Unlock)
		if err == nil || got != "" || strings.Contains(err.Error(), "horse") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// A missing passphrase file is not reported as a missing vault.
func TestMissingPassphraseFileIsNotReportedAsMissingVault(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.Passphrase = FromFile(filepath.Join(t.TempDir(), "none"))
	v := w.start(t)
	if _, err := v.Load(t.Context(), ada); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("loaded: %v", err)
	}
	before := read(t, v.Path())
	if err := v.Save(t.Context(), ada, nil); err == nil || errors.Is(err, fs.ErrNotExist) || string(before) != string(read(t, v.Path())) {
		t.Errorf("saved: %v", err)
	}
}

func TestReaderThatNeverEndsIsInterruptedByTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ask := FromReader(r)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := ask(ctx, Unlock); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		go func() {
			_, _ = io.WriteString(w, "late\n")
			_ = w.Close()
		}()
		if got, err := ask(t.Context(), Unlock); got != "late" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestCommandIsKilledWithTheContext(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FromCommand(exe, roleArg, "hang")(ctx, Unlock); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := run(t.Context(), []string{exe, roleArg, "hang"}, 1); err == nil || !strings.Contains(err.Error(), "timed out") {
		t.Errorf("got %v", err)
	}
}

func TestVaultOpensWithThePassphraseOfACommand(t *testing.T) {
	w := newWorld(t, KindSealed)
	save(t, w.start(t), ada, secret)
	w.Passphrase = speaking(phrase+"\n", "0")
	wantHeld(t, w.start(t), ada, secret)
	w.Passphrase = speaking("wrong\n", "0")
	if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, ErrPassphrase) {
		t.Errorf("got %v", err)
	}
}
