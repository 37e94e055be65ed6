// Package config keeps what mxinvite remembers between two runs: where it lies,
// and how it gets there whole.
package config

import (
	"errors"
	"path/filepath"
)

// A Home is the directory that holds everything mxinvite keeps. It need not
// exist before something is saved.
type Home struct{ dir string }

// At returns the home at a directory of the person's own choice.
func At(dir string) Home { return Home{dir} }

// Dir is the directory.
func (h Home) Dir() string { return h.dir }

// ErrNoHome says that the environment names no place for configuration.
var ErrNoHome = errors.New("no home directory is known: HOME is not set")

// FindHome returns the home that the environment asks for: MXINVITE_HOME, then
// the place where people on this operating system (as in runtime.GOOS) expect a
// program's configuration. XDG_CONFIG_HOME counts wherever somebody took the
// trouble to set it, unless it is relative, which its specification forbids
// (https://specifications.freedesktop.org/basedir-spec/latest/).
func FindHome(getenv func(string) string, goos string) (Home, error) {
	if dir := getenv("MXINVITE_HOME"); dir != "" {
		return At(dir), nil
	}
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return At(filepath.Join(dir, "mxinvite")), nil
	}
	base, below := getenv("HOME"), ".config"
	switch goos {
	case "windows":
		base, below = getenv("AppData"), ""
	case "darwin", "ios":
		below = filepath.Join("Library", "Application Support")
	}
	if base == "" {
		return Home{}, ErrNoHome
	}
	return At(filepath.Join(base, below, "mxinvite")), nil
}
