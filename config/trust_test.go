package config

import (
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func trusted(t *testing.T, h Home) []string {
	t.Helper()
	hosts, err := h.TrustedHosts()
	if err != nil {
		t.Fatal(err)
	}
	return hosts
}

func TestNoHostIsTrustedByDefault(t *testing.T) {
	h := home(t)
	if hosts := trusted(t, h); hosts != nil {
		t.Errorf("got %q", hosts)
	}
	if n, err := h.DropTrustedHosts(func(string) bool { return true }); n != 0 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	if _, err := os.Stat(h.Dir()); err == nil {
		t.Error("looking made a directory")
	}
}

func TestTrustedHostsAreSaved(t *testing.T) {
	h := home(t)
	for _, host := range []string{"id.example.org", "[::1]:8090"} {
		if err := h.AddTrustedHost(host); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"id.example.org", "[::1]:8090"}, trusted(t, h)); d != "" {
		t.Error(d)
	}
	if names := files(t, h); len(names) != 1 {
		t.Errorf("the directory contains %q", names)
	}
	if info, err := os.Stat(h.TrustPath()); err != nil || (runtime.GOOS != "windows" && info.Mode() != fs.FileMode(0o600)) {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestOtherLinesAreKept(t *testing.T) {
	h := At(t.TempDir())
	before := "# ours\r\n\r\n  id.example.org   # the old one\nother.example\r\n\t# and no more\nlast.example"
	if err := os.WriteFile(h.TrustPath(), []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"id.example.org", "other.example", "last.example"}, trusted(t, h)); d != "" {
		t.Error(d)
	}
	if err := h.AddTrustedHost("new.example"); err != nil {
		t.Fatal(err)
	}
	n, err := h.DropTrustedHosts(func(host string) bool { return host == "id.example.org" })
	if n != 1 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	got, _ := os.ReadFile(h.TrustPath())
	want := "# ours\r\n\r\nother.example\r\n\t# and no more\nlast.example\nnew.example\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestHostWithLineBreakIsRefused(t *testing.T) {
	h := home(t)
	for _, host := range []string{"", " ", "a\nb", "a\r", " a", "a # b", "#"} {
		if err := h.AddTrustedHost(host); err == nil {
			t.Errorf("%q was accepted", host)
		}
	}
}

func TestFileThatIsNotAListIsNotOverwritten(t *testing.T) {
	for name, content := range map[string]string{"zeros": "a.example\n\x00\x00", "huge": strings.Repeat("#", maxTrustFile+1)} {
		h := At(t.TempDir())
		if err := os.WriteFile(h.TrustPath(), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := h.TrustedHosts(); err == nil {
			t.Errorf("%s: was read", name)
		}
		if err := h.AddTrustedHost("b.example"); err == nil {
			t.Errorf("%s: was overwritten", name)
		}
		if kept, _ := os.ReadFile(h.TrustPath()); string(kept) != content {
			t.Errorf("%s: changed", name)
		}
	}
}
