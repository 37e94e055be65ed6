package out

import (
	"context"
	"io"
	"runtime"
	"strings"
	"time"
)

// Streams are the input and output of a command, and the properties of their
// terminal.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer // data is written to Out, messages to Err

	// Whether the streams are connected to a terminal.
	InTTY, OutTTY, ErrTTY bool
	// Width and Height are the size of the terminal behind Out, in cells; 0 if
	// unknown.
	Width, Height int
	// ReadPassword reads a line from the terminal behind In without echo. It may be
	// nil if InTTY is not set.
	ReadPassword func(context.Context) (string, error)

	Env []string // in the form "key=value"
	Now func() time.Time
	// Location is the time zone of the user. If it is nil, times are written in UTC,
	// with "UTC".
	Location *time.Location
}

// Getenv returns the value of an environment variable. As in os/exec, the last of
// several values counts. Names are compared without case on Windows, where APPDATA
// may be AppData.
func (s Streams) Getenv(name string) string {
	var value string
	for _, kv := range s.Env {
		k, v, _ := strings.Cut(kv, "=")
		if k == name || runtime.GOOS == "windows" && strings.EqualFold(k, name) {
			value = v
		}
	}
	return value
}
