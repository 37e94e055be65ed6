package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/mxinvite/mxinvite/internal/command"
)

const (
	// commandLimit is how long a program may take for one mail.
	commandLimit = time.Minute
	maxStderr    = 4 << 10 // bytes
	maxShown     = 300     // characters of a message of a program or server
)

// A Command sends messages with a program, such as msmtp -t. It gets the message on
// standard input, with the line ends of Unix, and has to find the recipient in its
// header. It runs without a shell and without a terminal.
type Command struct {
	Argv  []string
	Env   []string
	Limit time.Duration // zero for a minute
}

// Send runs the program. Its exit status says whether the message was sent.
func (c Command) Send(parent context.Context, m *Message) error {
	text, err := m.Bytes()
	if err != nil {
		return &Error{Result: Failed, Err: err}
	}
	limit := c.Limit
	if limit == 0 {
		limit = commandLimit
	}
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	stderr := &command.Head{Limit: maxStderr}
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	cmd.Env, cmd.Stderr = c.Env, stderr
	cmd.Stdin = bytes.NewReader(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	command.Detach(cmd)
	cmd.WaitDelay = time.Second // child processes may keep its streams open
	if err := cmd.Start(); err != nil {
		return c.fail(Unusable, fmt.Errorf("it cannot be run: %w", bare(err)))
	}
	err = cmd.Wait()
	said := oneLine(string(stderr.Data), maxShown)
	if said != "" {
		said = ": " + said
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case ctx.Err() != nil && parent.Err() == nil:
		return c.fail(Uncertain, fmt.Errorf("it did not end within %v and was stopped%s", limit, said))
	case ok && exit.Exited():
		return c.fail(resultOf(exit.ExitCode()), fmt.Errorf("it ended with exit status %d%s", exit.ExitCode(), said))
	}
	return c.fail(Uncertain, fmt.Errorf("%w%s", err, said))
}

// By returns the name of the program.
func (c Command) By() string { return oneLine(filepath.Base(c.Argv[0]), maxName) }

func (c Command) fail(r Result, err error) error { return &Error{Result: r, By: c.By(), Err: err} }

// bare returns the error without the name of the program, which [Error] has.
func bare(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	return err
}

// resultOf returns what an exit status means. From 64 on it is one of sysexits.h, which
// msmtp and sendmail use; 126 and 127 are of a shell. After EX_IOERR and EX_PROTOCOL
// the message may have been sent: msmtp ends with them if the answer to the end of the
// message is lost (https://github.com/marlam/msmtp/blob/master/src/smtp.c, smtp_end_mail
// and smtp_exitcode), but also if it cannot connect with TLS.
func resultOf(status int) Result {
	switch status {
	case 64, 77, 78, 126, 127: // EX_USAGE, EX_NOPERM, EX_CONFIG
		return Unusable
	case 67: // EX_NOUSER
		return Rejected
	case 74, 76: // EX_IOERR, EX_PROTOCOL
		return Uncertain
	case 75: // EX_TEMPFAIL
		return Unavailable
	}
	return Failed
}
