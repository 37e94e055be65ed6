package contacts

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/kballard/go-shellquote"

	"github.com/mxinvite/mxinvite/internal/command"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

const (
	commandTimeout = 3 * time.Second
	maxOutput      = 1 << 20
	maxStderr      = 2 << 10
	maxFound       = 10_000
)

// A Command gets contacts from a program, in the format of aerc's
// address-book-cmd. The program gets the search text as an argument and prints
// one contact on each line: the address, a tab and the name. Further fields are
// ignored.
//
// The search text is one argument and is not interpreted by a shell. A program
// that passes its arguments to a shell, as ssh does, has to quote it.
type Command struct {
	argv []string
	env  []string
	asks bool // the search text is an argument
}

// NewCommand parses a command line such as
//
//	khard email --parsable --remove-first-line %s
//
// Words are split and quoted as in a shell, but no shell runs. %s is replaced
// with the search text. Without %s, the program prints all contacts, and they
// are filtered here. %s in the script of a shell is an error, because the shell
// would execute the search text. env is the environment of the program.
func NewCommand(line string, env []string) (*Command, error) {
	argv, err := shellquote.Split(line)
	if err != nil {
		return nil, fmt.Errorf("address book command: %w", err)
	}
	if len(argv) == 0 || strings.HasPrefix(argv[0], "#") { // a comment in a shell
		return nil, errors.New("address book command: empty")
	}
	c := &Command{argv: argv, env: env}
	for i, word := range argv {
		if !strings.Contains(word, "%s") {
			continue
		}
		if i == 0 || argv[i-1] == "-c" || word != "%s" && !option.MatchString(word) {
			return nil, errPlace
		}
		c.asks = true
	}
	return c, nil
}

var errPlace = errors.New(`address book command: %s must be a separate argument; in a script, write "$1", as in sh -c '... "$1" ...' sh %s`)

// option matches an option with its value in the same word.
var option = regexp.MustCompile(`^--?[A-Za-z][A-Za-z0-9-]*=%s$`)

// Find runs the program. It may run for three seconds and print one MiB. A
// non-zero exit code without a message on standard error means that no contact
// was found.
func (c *Command) Find(ctx context.Context, typed string) ([]Contact, error) {
	argv, ok := c.arguments(typed)
	if !ok {
		return nil, nil
	}
	limited, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	out := &command.Head{Limit: maxOutput, Full: cancel}
	errs := &command.Head{Limit: maxStderr}
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, out, errs
	command.Detach(cmd)
	cmd.WaitDelay = 100 * time.Millisecond // child processes may keep its streams open
	err := cmd.Run()

	contacts := c.contacts(string(out.Data), typed)
	var exit *exec.ExitError
	switch message := safetext.Line(string(errs.Data)); {
	case err == nil || out.Over:
		return contacts, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return contacts, fmt.Errorf("address book command %s: timed out after %v", c.argv[0], commandTimeout)
	case message != "":
		return contacts, fmt.Errorf("address book command %s: %w: %s", c.argv[0], err, message)
	case errors.As(err, &exit), errors.Is(err, exec.ErrWaitDelay):
		return contacts, nil
	}
	return contacts, fmt.Errorf("address book command: %w", err)
}

// arguments returns the arguments with the search text. ok is false if the program
// would interpret the search text as an option.
func (c *Command) arguments(typed string) ([]string, bool) {
	typed = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, typed)
	typed = strings.TrimSpace(strings.ToValidUTF8(typed[:min(len(typed), maxTyped)], ""))
	if c.asks && (typed == "" || typed[0] == '-') {
		return nil, false
	}
	argv := slices.Clone(c.argv)
	for i := range argv {
		argv[i] = strings.ReplaceAll(argv[i], "%s", typed)
	}
	return argv, true
}

// contacts parses the output of the program. Lines without an address are
// ignored.
func (c *Command) contacts(output, typed string) []Contact {
	q := newQuery(typed)
	var out []Contact
	for line := range strings.Lines(output) {
		address, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		name, _, _ := strings.Cut(rest, "\t")
		e, ok := newEntry(strings.TrimSpace(name), strings.TrimSpace(address))
		if len(out) == maxFound {
			break
		}
		if ok && (c.asks || q.rank(e) < never) {
			out = append(out, e.Contact)
		}
	}
	return out
}
