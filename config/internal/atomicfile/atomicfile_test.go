package atomicfile

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWrittenFileIsReadableByItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	if err := Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); string(got) != "new" {
		t.Errorf("read %q, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFailedWriteLeavesNoFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write(t, filepath.Join(dir, "other"), "")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("new")); err == nil {
		t.Error("a directory was overwritten")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the directory contains %v", entries)
	}
}

func TestSweepRemovesOnlyTemporaryFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"f", "f.new-123", "f.damaged-1", "g.new-1"} {
		write(t, filepath.Join(dir, name), "")
	}
	if err := Sweep(filepath.Join(dir, "f")); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 3 {
		t.Errorf("the directory contains %v", entries)
	}
}

func TestSetAsideKeepsEveryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	names := map[string]string{}
	for _, text := range []string{"one", "two"} {
		write(t, path, text)
		aside, err := SetAside(path, "damaged")
		if err != nil {
			t.Fatal(err)
		}
		names[aside] = text
	}
	for name, text := range names {
		if got, err := os.ReadFile(name); string(got) != text {
			t.Errorf("%s holds %q, %v; want %q", name, got, err, text)
		}
	}
	if _, err := SetAside(path, "damaged"); err == nil || len(names) != 2 {
		t.Errorf("%d names; nothing set aside: %v", len(names), err)
	}
}
