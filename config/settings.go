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

// Settings are what a person has chosen, and what holds where they have not.
type Settings struct {
	Account        string // a Matrix ID; empty for the one there is
	IdentityServer string // a base URL; empty for none
	DeviceName     string
	Color          string // ColorAuto or ColorNever
	Accessible     bool   // questions and answers instead of the screen
	Notify         string // off, bell, osc9, osc777 or osc99
	SyncOutput     string // SyncAuto, SyncOn or SyncOff

	Theme      string // default, high-contrast, 16-color or mono
	Background string // auto, dark or light
	Glyphs     string // auto, unicode or ascii
	Mouse      bool   // works on the screen

	StaleAfter time.Duration // zero for never
	CheckKeys  bool

	AddressBook    bool
	VCards         []string // files and directories
	ContactCommand []string // a program and its arguments; empty for none

	Vault             string   // auto, keyring, sealed, plain or agent
	PassphraseCommand []string // a program and its arguments; empty for none

	LogLevel string // off, error, info or debug

	// For a server of visitors.
	Sessions, SessionsPerKey int
	Idle                     time.Duration // zero for never

	// Keys are those chosen for actions of the screen, by their names. What
	// actions and keys there are is not known here.
	Keys map[string][]string

	origins map[string]Origin
}

// What [Settings.Color] may be.
const (
	ColorAuto  = "auto"
	ColorNever = "never"
)

// What [Settings.SyncOutput] may be.
const (
	SyncAuto = "auto"
	SyncOn   = "on"
	SyncOff  = "off"
)

// A Source is a kind of place that settings come from. The later ones win.
type Source string

// The sources, from the weakest to the strongest.
const (
	Default     Source = "default"
	File        Source = "file"
	Environment Source = "environment"
	Flag        Source = "flag"
)

// An Origin is where a value comes from.
type Origin struct {
	Source Source
	// Where is the place as a person finds it: path and line, the name of a
	// variable or of a flag. A default has none.
	Where string
}

func (o Origin) String() string {
	if o.Source == Default {
		return string(Default)
	}
	return o.Where
}

// Origin is where the value of a setting comes from.
func (s *Settings) Origin(name string) Origin {
	if o, ok := s.origins[name]; ok {
		return o
	}
	return Origin{Source: Default}
}

// InitSettings writes a settings file in which everything is explained. If
// there is one already the error is [fs.ErrExist].
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

// A Given is a value that the command line has for a setting.
type Given struct{ Flag, Name, Value string }

const (
	settingsFile = "config.toml"
	// maxSettings is far more than anybody chooses.
	maxSettings = 64 << 10
)

// SettingsPath is where the settings lie. The user writes them, and [Home.ChangeSetting].
func (h Home) SettingsPath() string { return filepath.Join(h.dir, settingsFile) }

// LoadSettings reads the settings: defaults, the file if there is one, the
// environment, the command line. A variable that is empty counts as none. The
// error is a [SettingsError]; then the settings are still there, and those with
// something wrong are what a weaker source says.
func (h Home) LoadSettings(getenv func(string) string, given ...Given) (*Settings, error) {
	r := newReading(userHome(getenv))
	if h != (Home{}) {
		r.readFile(h.SettingsPath())
	}
	for _, s := range r.all {
		if v := getenv(s.Variable()); v != "" {
			r.take(s, text(v), Origin{Environment, s.Variable()})
		}
	}
	for _, g := range given {
		n := slices.IndexFunc(r.all, func(s Setting) bool { return s.Name == g.Name })
		r.take(r.all[n], text(g.Value), Origin{Flag, g.Flag})
	}
	if len(r.problems) > 0 {
		return r.settings, &SettingsError{r.problems}
	}
	return r.settings, nil
}

// A reading is settings that are being read.
type reading struct {
	all      []Setting
	settings *Settings
	problems []Problem
}

func newReading(userHome string) *reading {
	r := &reading{all: table(userHome), settings: &Settings{Keys: map[string][]string{}, origins: map[string]Origin{}}}
	for _, s := range r.all {
		s.reset(r.settings)
	}
	return r
}

// take gives a setting the value that stands somewhere.
func (r *reading) take(s Setting, value any, from Origin) {
	if !s.read(r.settings, value) {
		r.complain(from, "%s is %s; it takes %s", s.Name, quoted(value), s.Takes)
		return
	}
	r.settings.origins[s.Name] = from
}

func (r *reading) complain(from Origin, format string, values ...any) {
	r.problems = append(r.problems, Problem{from, fmt.Sprintf(format, values...)})
}

// readFile takes what stands in the file.
func (r *reading) readFile(path string) {
	data, err := readSettings(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.complain(Origin{File, path}, "%v", err)
		return
	}
	r.takeFile(path, data)
}

// takeFile takes what a file says.
func (r *reading) takeFile(path string, data []byte) {
	tree, wrong := parse(data)
	if wrong != nil {
		r.complain(Origin{File, at(path, wrong.line)}, "%s", wrong.what)
		return
	}
	r.takeTable(path, tree, nil, tree.root)
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

// bare is an error without the path, which is told anyway.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// A Problem is something wrong with the settings.
type Problem struct {
	Origin

	What string // a sentence without an end
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// A SettingsError is everything that is wrong with the settings.
type SettingsError struct{ Problems []Problem }

func (e *SettingsError) Error() string {
	all := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		all[i] = p.String()
	}
	return strings.Join(all, "; ")
}
