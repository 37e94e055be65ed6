package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Settings are the values of all settings: those of the user and the defaults.
type Settings struct {
	Account        string // a Matrix ID; empty for the only account
	IdentityServer string // a base URL; empty for none
	DeviceName     string
	Color          string // ColorAuto or ColorNever
	Accessible     bool   // questions and answers instead of the screen
	Notify         string // off, bell, osc9, osc777 or osc99
	SyncOutput     string // SyncAuto, SyncOn or SyncOff

	Theme      string // default, high-contrast, 16-color or mono
	Background string // auto, dark or light
	Glyphs     string // auto, unicode or ascii
	Mouse      bool   // use the mouse on the screen

	StaleAfter     time.Duration // zero for never
	CheckKeys      bool
	InviteVia      string // how addresses are invited: ViaAuto, identity-server, link or mail
	RevokeAccepted bool   // revoke the links that mxinvite made when they are accepted
	LinkPage       string // web page of the links that mxinvite makes; empty for none

	LinksServer  string // base URL of the server that signs for links; empty for none
	LinksKeyFile string // empty for the default

	AddressBook    bool
	VCards         []string // files and directories
	ContactCommand []string // a program and its arguments; empty for none

	MailFrom           string   // an address, perhaps with a name; empty for none
	MailCommand        []string // a program and its arguments; empty for none
	MailSMTP           string   // the URL of a mail server; empty for none
	MailText, MailHTML string   // paths of templates; empty for the built-in ones

	Vault             string   // auto, keyring, sealed, plain or agent
	PassphraseCommand []string // a program and its arguments; empty for none

	LogLevel string // off, error, info or debug

	// Limits of mxinvite serve.
	Sessions, SessionsPerKey int
	Idle                     time.Duration // zero for never

	// Keys are the user's keys for actions of the screen, by the action's name.
	// Package config does not know the actions.
	Keys map[string][]string

	origins map[string]Origin
}

// The values of [Settings.Color].
const (
	ColorAuto  = "auto"
	ColorNever = "never"
)

// ViaAuto is the value of [Settings.InviteVia] that depends on the account.
const ViaAuto = "auto"

// The values of [Settings.SyncOutput].
const (
	SyncAuto = "auto"
	SyncOn   = "on"
	SyncOff  = "off"
)

// A Source is a kind of place where settings are set.
type Source string

// The sources, from the lowest to the highest priority.
const (
	Default     Source = "default"
	File        Source = "file"
	Environment Source = "environment"
	Flag        Source = "flag"
)

// An Origin is the place where a value is set.
type Origin struct {
	Source Source
	// Where is the path and line in the file, the name of the environment
	// variable, or the name of the flag. It is empty for a default.
	Where string
}

func (o Origin) String() string {
	if o.Source == Default {
		return string(Default)
	}
	return o.Where
}

// Origin returns the place where a setting is set.
func (s *Settings) Origin(name string) Origin {
	if o, ok := s.origins[name]; ok {
		return o
	}
	return Origin{Source: Default}
}

// InitSettings writes a settings file with the documentation of all settings.
// If the file exists already, the error is [fs.ErrExist].
func (h Home) InitSettings() error {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	f, err := os.OpenFile(h.SettingsPath(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	_, err = f.WriteString(Example())
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}

// A FlagValue is the value of a setting that was given on the command line.
type FlagValue struct{ Flag, Name, Value string }

const (
	settingsFile = "config.toml"
	// maxSettings limits the size of the settings file, in bytes.
	maxSettings = 64 << 10
)

// SettingsPath returns the path of the settings file.
func (h Home) SettingsPath() string { return filepath.Join(h.dir, settingsFile) }

// LoadSettings reads the settings from the defaults, the file if it exists, the
// environment and the command line. An empty variable counts as unset. If
// values are not valid, the error is a [SettingsError], and each such setting
// keeps its value from the source with the next lower priority.
func (h Home) LoadSettings(getenv func(string) string, given ...FlagValue) (*Settings, error) {
	r := newSettingsLoader(userHome(getenv))
	if h != (Home{}) {
		r.readFile(h.SettingsPath())
	}
	for _, s := range r.all {
		if v := getenv(s.Variable()); v != "" {
			r.set(s, text(v), Origin{Environment, s.Variable()})
		}
	}
	for _, g := range given {
		n := slices.IndexFunc(r.all, func(s Setting) bool { return s.Name == g.Name })
		r.set(r.all[n], text(g.Value), Origin{Flag, g.Flag})
	}
	if len(r.problems) > 0 {
		return r.settings, &SettingsError{r.problems}
	}
	return r.settings, nil
}

// A settingsLoader reads the settings from all sources for [LoadSettings].
type settingsLoader struct {
	all      []Setting
	settings *Settings
	problems []Problem
}

func newSettingsLoader(userHome string) *settingsLoader {
	r := &settingsLoader{all: table(userHome), settings: &Settings{Keys: map[string][]string{}, origins: map[string]Origin{}}}
	for _, s := range r.all {
		s.reset(r.settings)
	}
	return r
}

// set changes a setting to a value from a source.
func (r *settingsLoader) set(s Setting, value any, from Origin) {
	if !s.read(r.settings, value) {
		r.complain(from, "%s is %s; it must be %s", s.Name, quoted(value), s.Takes)
		return
	}
	r.settings.origins[s.Name] = from
}

func (r *settingsLoader) complain(from Origin, format string, values ...any) {
	r.problems = append(r.problems, Problem{from, fmt.Sprintf(format, values...)})
}

// readFile reads the settings file.
func (r *settingsLoader) readFile(path string) {
	data, err := readSettings(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.complain(Origin{File, path}, "%v", err)
		return
	}
	r.setFile(path, data)
}

// setFile changes the settings that are in a file.
func (r *settingsLoader) setFile(path string, data []byte) {
	tree, wrong := parse(data)
	if wrong != nil {
		r.complain(Origin{File, at(path, wrong.line)}, "%s", wrong.what)
		return
	}
	r.setTable(path, tree, nil, tree.root)
}

func at(path string, line int) string { return fmt.Sprintf("%s:%d", path, line) }

func readSettings(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(data) > maxSettings {
		return nil, fmt.Errorf("it is longer than %d KiB", maxSettings>>10)
	}
	return data, nil
}

// bare returns the error without the path, which the Problem has already.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// A Problem is a mistake in the settings.
type Problem struct {
	Origin

	What string // a sentence without a full stop
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// A SettingsError contains all mistakes in the settings.
type SettingsError struct{ Problems []Problem }

func (e *SettingsError) Error() string {
	all := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		all[i] = p.String()
	}
	return strings.Join(all, "; ")
}
