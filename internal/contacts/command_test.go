//go:build unix

package contacts_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/internal/contacts"
)

// script returns a command that runs a shell script with the search text in $1.
func script(t *testing.T, text string) *contacts.Command {
	t.Helper()
	return command(t, write(t, filepath.Join(t.TempDir(), "book"), text), "%s")
}

func command(t *testing.T, file string, rest ...string) *contacts.Command {
	t.Helper()
	c, err := contacts.NewCommand("sh '"+file+"' "+strings.Join(rest, " "), []string{"PATH=/usr/bin:/bin", "BOOK=" + file})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCommandReturnsContacts(t *testing.T) {
	c := script(t, `echo "searching for $1..."; printf '\n%s\t%s\t%s\r\n' A@x.org "Ann of $BOOK" friend; echo b@x.org; printf 'c@\tC\n'; echo talk >&2`)
	got := find(t, c, "ann")
	if len(got) != 2 || got[0].Address != "a@x.org" || !strings.HasPrefix(got[0].Name, "Ann of /") || got[1] != (contacts.Contact{Address: "b@x.org"}) {
		t.Error(got)
	}
}

func TestSearchTextIsNotExecuted(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	out := filepath.Join(dir, "got")
	write(t, filepath.Join(dir, "book"), `printf '%s|' "$@" >"`+out+`"`)
	for _, line := range []string{"sh book %s", `sh book "%s"`, "sh book '%s'", `sh -c 'sh book "$1"' sh %s`, "sh book --query=%s"} {
		c, err := contacts.NewCommand(line, []string{"PATH=/usr/bin:/bin"})
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{
			"; touch x", "$(touch x)", "`touch x`", `" ; touch x "`, `' ; touch x '`, "a\ntouch x", "| touch x", "& touch x", "> x", "a %s b", "*", "~", "a  b", `\`,
		} {
			os.Remove(out)
			find(t, c, typed)
			got, err := os.ReadFile(out)
			want := strings.ReplaceAll(typed, "\n", "")
			if strings.Contains(line, "--query") {
				want = "--query=" + want
			}
			if err != nil || string(got) != want+"|" {
				t.Errorf("%s: %q arrives as %q", line, typed, got)
			}
		}
		for _, typed := range []string{"-o", "--help", " -x", "\x01-x", "", " "} {
			os.Remove(out)
			if got := find(t, c, typed); got != nil {
				t.Error(got)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("%s: was run for %q", line, typed)
			}
		}
	}
	files, _ := filepath.Glob("*")
	if diff := cmp.Diff([]string{"book"}, files); diff != "" {
		t.Error(diff)
	}
}

func TestCommandLineThatWouldExecuteTheSearchTextIsRefused(t *testing.T) {
	for _, line := range []string{
		"", " ", "# khard", "'khard", "%s", "%s x", `sh -c "%s"`, "sh -c %s", `sh -c 'abook --mutt-query "%s" | tail -n +2'`, "sh -c 'grep=%s'", "khard x%s", "khard --query=a%s",
	} {
		if _, err := contacts.NewCommand(line, nil); err == nil {
			t.Errorf("%q was accepted", line)
		}
	}
}

func TestCommandWithoutPlaceholderIsFiltered(t *testing.T) {
	book := write(t, filepath.Join(t.TempDir(), "book"), `printf 'a@x.org\tAnn\nb@x.org\tBob\n'`)
	if diff := cmp.Diff([]string{"b@x.org"}, addresses(find(t, command(t, book), "bo"))); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsOfCommands(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"found nobody": {"exit 1", ""},
		"says why":     {`printf 'no \007book\n' >&2; echo a@x.org; exit 2`, "address book command sh: exit status 2: no �book"},
	} {
		got, err := script(t, tc.text).Find(t.Context(), "a")
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || err.Error() != tc.want || len(got) != 1) {
			t.Errorf("%s: %v, %q", name, got, err)
		}
	}
	c, err := contacts.NewCommand("/does/not/exist %s", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(t.Context(), "a"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestOutputWithoutAddressesIsIgnored(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"head -c 300000 /dev/urandom", "head -c 3000000 /dev/zero", "yes a@x.org", "yes nobody", "yes talk >&2"} {
		start := time.Now()
		found, err := script(t, text).Find(t.Context(), "a")
		if err != nil && !strings.Contains(err.Error(), "timed out") {
			t.Error(text, err)
		}
		for _, c := range found {
			if c.Address != "a@x.org" {
				t.Errorf("%s: %q", text, c)
			}
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", text, took)
		}
	}
}

// The script creates a file if it is not killed.
func TestCommandIsKilledAfterTheTimeout(t *testing.T) {
	t.Parallel()
	mark := filepath.Join(t.TempDir(), "mark")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := script(t, `(sleep 2; touch "`+mark+`") | cat`).Find(ctx, "a")
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
		t.Error(err, took)
	}
	_, err = script(t, `printf 'a@x.org\n'; sleep 60`).Find(t.Context(), "a")
	if took := time.Since(start); err == nil || !strings.Contains(err.Error(), "timed out after 3s") || took > 20*time.Second {
		t.Error(err, took)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the child of what was ended lives on")
	}
}

func TestCommandMayLeaveAChildProcess(t *testing.T) {
	start := time.Now()
	got := find(t, script(t, `echo a@x.org; sleep 5 & `), "a")
	if took := time.Since(start); len(got) != 1 || took > 3*time.Second {
		t.Error(got, took)
	}
}
