// Package config keeps what mxinvite remembers between two runs: where it lies,
// and how it gets there whole; and it reads what a person has chosen.
package config

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
)

// A Home is where everything lies that mxinvite keeps: what people write and
// what belongs to them, what the program gathers, and what it tells of itself.
// None of the directories need exist before something is saved. The zero Home
// has no settings file.
type Home struct{ dir, data, state string }

// At returns the home that is a single directory of the person's own choice.
func At(dir string) Home { return Home{dir, dir, dir} }

// Dir is the directory of the settings, the session and the trusted hosts.
func (h Home) Dir() string { return h.dir }

// DataDir is the directory of what the program gathers: rooms, invites, what
// waits to be sent.
func (h Home) DataDir() string { return h.data }

// StateDir is the directory of logs.
func (h Home) StateDir() string { return h.state }

// storeFile holds what is known from one start to the next.
const storeFile = "store.db"

// StorePath is where the store lies. One that an older mxinvite left beside
// the settings stays there: another program may have it open, and a database of
// several files does not move in one step.
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

// ErrNoHome says that the environment names no place for configuration.
var ErrNoHome = errors.New("no home directory is known: HOME is not set")

// FindHome returns the home that the environment asks for: MXINVITE_HOME, then
// the places where people on this operating system (as in runtime.GOOS) expect
// them. The XDG variables count wherever somebody took the trouble to set them,
// unless they are relative, which their specification forbids
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
