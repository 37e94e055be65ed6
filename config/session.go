package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mxinvite/mxinvite/config/internal/wholefile"
)

// sessionFile holds the one session there is.
const sessionFile = "session.json"

// A DamagedError says that a file is there and cannot be understood.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s is damaged: %v", e.Path, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// SessionPath is where the session lies.
func (h Home) SessionPath() string { return filepath.Join(h.dir, sessionFile) }

// LoadSession reads the session into v. Without one the error is
// [fs.ErrNotExist]; of a file that holds something else it is a [DamagedError].
func (h Home) LoadSession(v any) error {
	data, err := os.ReadFile(h.SessionPath())
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &DamagedError{Path: h.SessionPath(), Err: plain(err)}
	}
	return nil
}

// plain says what is wrong with JSON and quotes none of it: it held a secret.
func plain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON from byte %d on", syntax.Offset)
	}
	return errors.New("not the JSON of a session")
}

// SaveSession makes v the session, for nobody else to read. The one that was
// there goes; but a damaged file may be all that is left of something, so it
// stays under another name.
func (h Home) SaveSession(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	var present map[string]json.RawMessage
	if damaged := new(DamagedError); errors.As(h.LoadSession(&present), &damaged) {
		if _, err := wholefile.SetAside(h.SessionPath(), "damaged"); err != nil {
			return fmt.Errorf("set aside %s: %w", h.SessionPath(), err)
		}
	}
	if err := wholefile.Write(h.SessionPath(), append(data, '\n')); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// DropSession forgets the session. That there is none is no failure.
func (h Home) DropSession() error {
	if err := os.Remove(h.SessionPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget session: %w", err)
	}
	return nil
}
