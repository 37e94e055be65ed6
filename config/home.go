// Package config reads the settings and locates the files of mxinvite.
package config

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
)

// A Home locates the files of mxinvite: configuration, data and logs. The
// directories are created when something is saved. The zero Home has no
// settings file.
type Home struct{ dir, data, state string }

// At returns a home in a single directory.
func At(dir string) Home { return Home{dir, dir, dir} }

// Dir returns the directory of the settings, the vault and the trusted hosts.
func (h Home) Dir() string { return h.dir }

// DataDir returns the directory of the store: rooms, invites and the outbox.
func (h Home) DataDir() string { return h.data }

// StateDir returns the directory of logs.
func (h Home) StateDir() string { return h.state }

// storeFile is the name of the store's file.
const storeFile = "store.db"

// StorePath returns the path of the store. If an older version created the
// store in Dir, it stays there: another program may have it open, and a
// database of several files cannot be moved atomically.
func (h Home) StorePath() string {
	here, before := filepath.Join(h.data, storeFile), filepath.Join(h.dir, storeFile)
	if !exists(here) && exists(before) {
		return before
	}
	return here
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// ErrNoHome means that the environment does not define a home directory.
var ErrNoHome = errors.New("no home directory: HOME is not set")

// FindHome returns the home for an environment: MXINVITE_HOME, or the usual
// directories of an operating system (a runtime.GOOS). The XDG variables are
// used on all systems, unless their value is a relative path, which the
// specification forbids
// (https://specifications.freedesktop.org/basedir-spec/latest/).
func FindHome(getenv func(string) string, goos string) (Home, error) {
	if dir := getenv("MXINVITE_HOME"); dir != "" {
		return At(dir), nil
	}
	find := func(xdg, variable string, below ...string) string {
		base := getenv(xdg)
		if !filepath.IsAbs(base) {
			if base = getenv(variable); base == "" {
				return ""
			}
			base = filepath.Join(append([]string{base}, below...)...)
		}
		return filepath.Join(base, "mxinvite")
	}
	var h Home
	switch goos {
	case "windows":
		h.dir = find("XDG_CONFIG_HOME", "AppData")
		h.data = find("XDG_DATA_HOME", "LocalAppData")
		h.state = find("XDG_STATE_HOME", "LocalAppData")
	case "darwin", "ios":
		h.dir = find("XDG_CONFIG_HOME", "HOME", "Library", "Application Support")
		h.data = find("XDG_DATA_HOME", "HOME", "Library", "Application Support")
		h.state = find("XDG_STATE_HOME", "HOME", "Library", "Logs")
	default:
		h.dir = find("XDG_CONFIG_HOME", "HOME", ".config")
		h.data = find("XDG_DATA_HOME", "HOME", ".local", "share")
		h.state = find("XDG_STATE_HOME", "HOME", ".local", "state")
	}
	if h.dir == "" {
		return Home{}, ErrNoHome
	}
	h.data, h.state = cmp.Or(h.data, h.dir), cmp.Or(h.state, h.dir)
	return h, nil
}
