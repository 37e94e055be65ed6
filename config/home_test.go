package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestFindHome(t *testing.T) {
	linux := Home{"/home/ada/.config/mxinvite", "/home/ada/.local/share/mxinvite", "/home/ada/.local/state/mxinvite"}
	const library = "/Users/ada/Library/"
	for _, tt := range []struct {
		name, goos string
		env        map[string]string
		want       Home
	}{
		{"linux", "linux", map[string]string{"HOME": "/home/ada"}, linux},
		{
			"xdg", "linux",
			map[string]string{"HOME": "/home/ada", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s"},
			Home{"/c/mxinvite", "/d/mxinvite", "/s/mxinvite"},
		},
		{
			"some of xdg", "linux",
			map[string]string{"HOME": "/home/ada", "XDG_DATA_HOME": "/d"},
			Home{linux.dir, "/d/mxinvite", linux.state},
		},
		{
			"relative xdg is ignored", "linux",
			map[string]string{"HOME": "/home/ada", "XDG_CONFIG_HOME": "c", "XDG_DATA_HOME": ".", "XDG_STATE_HOME": "s"},
			linux,
		},
		{
			"without HOME all is in one place", "linux",
			map[string]string{"XDG_CONFIG_HOME": "/c"},
			At("/c/mxinvite"),
		},
		{
			"macOS", "darwin",
			map[string]string{"HOME": "/Users/ada"},
			Home{library + "Application Support/mxinvite", library + "Application Support/mxinvite", library + "Logs/mxinvite"},
		},
		{
			"macOS with xdg", "darwin",
			map[string]string{"HOME": "/Users/ada", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"},
			Home{"/c/mxinvite", library + "Application Support/mxinvite", "/s/mxinvite"},
		},
		{
			"Windows", "windows",
			map[string]string{"AppData": "/ada/AppData/Roaming", "LocalAppData": "/ada/AppData/Local"},
			Home{"/ada/AppData/Roaming/mxinvite", "/ada/AppData/Local/mxinvite", "/ada/AppData/Local/mxinvite"},
		},
		{
			"ours comes first", "darwin",
			map[string]string{"HOME": "/Users/ada", "XDG_CONFIG_HOME": "/c", "MXINVITE_HOME": "/mine"},
			At("/mine"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := FindHome(func(k string) string { return tt.env[k] }, tt.goos)
			if err != nil || h != tt.want {
				t.Errorf("got %q, %v; want %q", h, err, tt.want)
			}
		})
	}
}

func TestMissingHomeIsAnError(t *testing.T) {
	if _, err := FindHome(func(string) string { return "" }, "linux"); !errors.Is(err, ErrNoHome) {
		t.Errorf("got %v", err)
	}
}

func TestStoreOfAnOlderVersionIsNotMoved(t *testing.T) {
	h := Home{dir: t.TempDir(), data: t.TempDir()}
	before, now := filepath.Join(h.Dir(), "store.db"), filepath.Join(h.DataDir(), "store.db")
	if got := h.StorePath(); got != now {
		t.Errorf("a new store would lie at %s", got)
	}
	if err := os.WriteFile(before, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := h.StorePath(); got != before {
		t.Errorf("the old store is not found, but %s", got)
	}
	if err := os.WriteFile(now, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := h.StorePath(); got != now {
		t.Errorf("if both exist, the old one is used: %s", got)
	}
}
