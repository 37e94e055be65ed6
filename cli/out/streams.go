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
	Out, Err io.Writer // data goes to Out, messages go to Err

	// Which of the streams are connected to a terminal.
	InTTY, OutTTY, ErrTTY bool
	// Width and Height are those of the terminal behind Out, in cells; 0 if they
	// are not known.
	Width, Height int
	// ReadPassword reads a line from the terminal behind In and does not show
	// it. It is needed only if InTTY is set.
	ReadPassword func(context.Context) (string, error)

	Env []string // in the form "key=value"
	Now func() time.Time
	// Location is the time zone of the user. If it is not known (nil), times are in
	// UTC, and say so.
	Location *time.Location
}

// Getenv is the value of an environment variable; of two the last counts, as
// in os/exec. Windows does not tell APPDATA from AppData.
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
