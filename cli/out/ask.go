package out

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/internal/lineedit"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A lineReader is a terminal that edits lines itself.
type lineReader interface {
	ReadLine(ctx context.Context, shown bool) (string, error)
}

// ReadLine reads one line and leaves the bytes after it unread.
func ReadLine(ctx context.Context, r io.Reader) (string, error) {
	if t, ok := r.(lineReader); ok {
		line, err := t.ReadLine(ctx, true)
		if err != nil {
			return "", err
		}
		return line + "\n", nil
	}
	return Await(ctx, func() (string, error) {
		line, err := bufio.NewReaderSize(oneByte{r}, 16).ReadString('\n')
		if err == io.EOF && line != "" {
			err = nil
		}
		return line, err
	})
}

// oneByte reads one byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// Await returns the result of f. If ctx ends first, it returns the error of ctx,
// and f continues in its goroutine: a blocked read from a terminal cannot be
// cancelled.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = panicgroup.Try(func() (err error) {
			r.value, err = f()
			return err
		})
		done <- r
	}()
	select {
	case r := <-done:
		panicgroup.Raise(r.err)
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}

// MayAsk reports whether the input and the messages are connected to a terminal, so
// that the user can be asked.
func (p *Printer) MayAsk() bool { return p.InTTY && p.ErrTTY }

// Ask writes a question and reads a line.
func (p *Printer) Ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(p.Err, p.Wrap(question)+" ")
	line, err := ReadLine(ctx, p.In)
	if err != nil {
		fmt.Fprintln(p.Err) // no Enter key ended the line of the question
	}
	if errors.Is(err, io.EOF) {
		err = fail.ErrNoAnswer
	}
	return strings.TrimSpace(lineedit.Clean(line)), err
}

// Confirm asks a yes-or-no question. Only "y" and "yes" mean yes.
func (p *Printer) Confirm(ctx context.Context, question string) (bool, error) {
	answers := " [y/N]"
	if p.Accessible {
		answers = " Type yes or no. Enter alone means no."
	}
	answer, err := p.Ask(ctx, question+answers)
	if errors.Is(err, fail.ErrNoAnswer) {
		return false, nil
	}
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), err
}

// AskHidden asks for a secret without echo.
func (p *Printer) AskHidden(ctx context.Context, question string) (string, error) {
	fmt.Fprint(p.Err, p.Wrap(question))
	answer, err := p.ReadPassword(ctx)
	fmt.Fprintln(p.Err) // the line break that the user typed was not shown
	if errors.Is(err, io.EOF) {
		err = fail.ErrNoAnswer
	}
	return answer, err
}
