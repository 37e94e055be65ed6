package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/config"
)

func TestLinksKeyIsMadeOnce(t *testing.T) {
	home := config.At(filepath.Join(t.TempDir(), "home"))
	path := home.LinksKeyPath(config.Settings{})
	if _, err := config.ReadLinksKey(path); !os.IsNotExist(err) {
		t.Error(err)
	}
	key, fresh, err := config.MakeLinksKey(path)
	if err != nil || !fresh || key.IsZero() {
		t.Fatal(err, fresh)
	}
	again, fresh, err := config.MakeLinksKey(path)
	if err != nil || fresh || again != key {
		t.Error(err, fresh)
	}
	if read, err := config.ReadLinksKey(path); err != nil || read != key {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(err, info.Mode())
	}
	files, err := os.ReadDir(home.Dir())
	if err != nil || len(files) != 1 {
		t.Error(err, files)
	}
}

func TestLinksKeyPath(t *testing.T) {
	home := config.At("/home/ada")
	if got := home.LinksKeyPath(config.Settings{LinksKeyFile: "/etc/x.key"}); got != "/etc/x.key" {
		t.Error(got)
	}
	if got := home.LinksKeyPath(config.Settings{}); got != filepath.Join("/home/ada", "links.key") {
		t.Error(got)
	}
}

func TestBadLinksKeysAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "links.key")
	for text, want := range map[string]string{"": "no links key", "c2hvcnQ": "no links key", strings.Repeat("A", 43): "no links key", "\x00": "no links key"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := config.MakeLinksKey(path); err == nil || !strings.Contains(err.Error(), want) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadLinksKey(path); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Error(err)
	}
}
