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

	"github.com/mxinvite/mxinvite/internal/safetext"
)

const (
	patience  = 3 * time.Second
	maxOutput = 1 << 20
	maxStderr = 2 << 10
	maxFound  = 10_000
)

// A Command asks a program for contacts, as aerc does with its
// address-book-cmd: it is given what was typed and prints an address on each
// line, and after a tab the name. Fields after another tab do not count.
//
// What was typed is one argument and is never read by a shell. A program that
// has a shell of its own read its arguments, as ssh does, must quote it there.
type Command struct {
	argv []string
	env  []string
	asks bool // has a place for what was typed
}

// NewCommand reads a line of settings such as
//
//	khard email --parsable --remove-first-line %s
//
// Words are parted and quoted as in a shell, which is not asked. %s stands for
// what was typed; without it the program prints everybody, and we choose. A
// %s within a shell's script is refused: there it would be run. env is the
// program's environment.
func NewCommand(line string, env []string) (*Command, error) {
	argv, err := shellquote.Split(line)
	if err != nil {
		return nil, fmt.Errorf("address book command: %w", err)
	}
	if len(argv) == 0 || strings.HasPrefix(argv[0], "#") { // a comment, for a shell
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

var errPlace = errors.New(`address book command: %s must be a word of its own; in a script write "$1", as in sh -c '... "$1" ...' sh %s`)

// option is an option with its value in one word.
var option = regexp.MustCompile(`^--?[A-Za-z][A-Za-z0-9-]*=%s$`)

// Find runs the program. It has three seconds and may print a mebibyte. That it
// fails without a word means that it found nobody.
func (c *Command) Find(ctx context.Context, typed string) ([]Contact, error) {
	argv, ok := c.arguments(typed)
	if !ok {
		return nil, nil
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := &head{limit: maxOutput, full: cancel}
	errs := &head{limit: maxStderr}
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, out, errs
	alone(cmd)
	cmd.WaitDelay = 100 * time.Millisecond // for who inherited its streams
	err := cmd.Run()

	contacts := c.contacts(string(out.data), typed)
	var exit *exec.ExitError
	switch said := safetext.Line(string(errs.data)); {
	case err == nil || out.over:
		return contacts, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return contacts, fmt.Errorf("address book command %s: no answer within %v", c.argv[0], patience)
	case said != "":
		return contacts, fmt.Errorf("address book command %s: %w: %s", c.argv[0], err, said)
	case errors.As(err, &exit), errors.Is(err, exec.ErrWaitDelay):
		return contacts, nil
	}
	return contacts, fmt.Errorf("address book command: %w", err)
}

// arguments puts what was typed into its place. What would pass for an option
// is not asked for: no name and no address begins so.
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

// contacts reads what the program printed. Lines that name nobody are talk.
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

// A head keeps the beginning of what is written to it, and calls full, if there
// is one, when more comes.
type head struct {
	data  []byte
	limit int
	full  func()
	over  bool
}

func (h *head) Write(p []byte) (int, error) {
	room := h.limit - len(h.data)
	if room < len(p) {
		if h.over = true; h.full != nil {
			h.full()
		}
	}
	h.data = append(h.data, p[:min(room, len(p))]...)
	return len(p), nil
}
