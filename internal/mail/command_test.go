package mail

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// script returns a command that runs a shell script with the arguments -t.
func script(t *testing.T, text string) Command {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(t.TempDir(), "mailer")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return Command{Argv: []string{path, "-t"}, Env: []string{"PATH=" + os.Getenv("PATH")}, Limit: 10 * time.Second}
}

func TestCommandGetsTheMessage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "mail")
	c := script(t, `test "$1" = -t && cat > "$OUT" && env > "$OUT.env"`)
	c.Env = append(c.Env, "OUT="+out)
	m := message(t, example())
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(got), "\r") || !strings.Contains(string(got), "\nTo: <grace@navy.example>\n") {
		t.Errorf("%s", got)
	}
	env, err := os.ReadFile(out + ".env")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(env)) { // a shell sets PWD, SHLVL and _
		if name, _, _ := strings.Cut(line, "="); !strings.Contains(" PATH OUT PWD SHLVL OLDPWD _ ", " "+name+" ") {
			t.Errorf("the environment has %s", line)
		}
	}
}

func TestFaultsOfACommand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		want   Result
		says   string
	}{
		"fails": {`cat >/dev/null; echo "no
network" >&2; exit 1`, Failed, "it ended with exit status 1: no network"},
		"terminal escape": {`printf '\033[31mred\033[0m' >&2; exit 1`, Failed, "exit status 1: \ufffdred\ufffd"},
		"floods":          {`yes 0123456789 | head -c 1000000 >&2; exit 1`, Failed, "…"},
		"not found":       {"exit 127", Unusable, "127"},
		"settings":        {"exit 78", Unusable, "78"},
		"no password":     {"exit 77", Unusable, "77"},
		"no such user":    {"exit 67", Rejected, "67"},
		"later":           {"exit 75", Unavailable, "75"},
		"answer lost":     {"exit 74", Uncertain, "74"},
		"killed":          {"kill -9 $$", Uncertain, "killed"},
		"hangs":           {"cat >/dev/null; sleep 60", Uncertain, "it did not end within 500ms and was stopped"},
		"hangs unread":    {"sleep 60", Uncertain, "it did not end within 500ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := script(t, test.script)
			if strings.HasPrefix(name, "hangs") {
				c.Limit = 500 * time.Millisecond
			}
			begun := time.Now()
			err := c.Send(t.Context(), message(t, example()))
			if got := resultIn(t, err); got != test.want || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "mailer: ") {
				t.Errorf("%d, not %d: %v", got, test.want, err)
			}
			if len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\n\x1b") || time.Since(begun) > 20*time.Second {
				t.Errorf("%q after %v", err, time.Since(begun))
			}
		})
	}
}

func TestCommandCannotBeRun(t *testing.T) {
	notExecutable := filepath.Join(t.TempDir(), "mailer")
	if err := os.WriteFile(notExecutable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"no-such-program-anywhere", filepath.Join(t.TempDir(), "missing"), notExecutable} {
		err := Command{Argv: []string{program}}.Send(t.Context(), message(t, example()))
		if resultIn(t, err) != Unusable || !strings.Contains(err.Error(), "it cannot be run") {
			t.Error(err)
		}
	}
}

// A program that leaves a child in the background has sent the message.
func TestCommandMayLeaveAChild(t *testing.T) {
	c := script(t, "cat >/dev/null; sleep 5 & exit 0")
	if err := c.Send(t.Context(), message(t, example())); err != nil {
		t.Error(err)
	}
}

func TestInterruptedCommandIsUncertain(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := script(t, "sleep 60").Send(ctx, message(t, example())); resultIn(t, err) != Uncertain {
		t.Error(err)
	}
}
