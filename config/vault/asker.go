package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	// maxPassphrase is more than anybody types, and less than a file that was
	// named by mistake.
	maxPassphrase = 4 << 10
	// commandLimit is how long a command may take, which may ask a person.
	commandLimit = 30 * time.Second
)

// A Reason is why somebody is asked for a passphrase.
type Reason int

const (
	// New asks for a passphrase to be. A person should type it twice.
	New Reason = iota
	// Unlock asks for the one there is.
	Unlock
	// Again asks for it after a wrong one.
	Again
)

// An Asker comes back with a passphrase.
type Asker func(ctx context.Context, why Reason) (string, error)

// FromFile returns an Asker that reads a file, each time anew. A line break at
// its end is not of the passphrase.
func FromFile(path string) Asker {
	return steady(func(context.Context) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return readPassphrase(f)
	})
}

// FromReader returns an Asker that reads to the end, when it is first asked and
// never again: most readers, as a file descriptor, can be read once only.
func FromReader(r io.Reader) Asker {
	type result struct {
		passphrase string
		err        error
	}
	read := make(chan result, 1)
	var once sync.Once
	return steady(func(ctx context.Context) (string, error) {
		once.Do(func() {
			go func() { // whoever writes may never come to an end
				passphrase, err := readPassphrase(r)
				read <- result{passphrase, err}
			}()
		})
		select {
		case got := <-read:
			read <- got // for the next time
			return got.passphrase, got.err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
}

// FromCommand returns an Asker that runs a command, each time anew, and reads
// what it writes to standard output. It has 30 seconds. What else it says, and
// what its arguments were, is in no error.
func FromCommand(argv ...string) Asker {
	return steady(func(ctx context.Context) (string, error) {
		if len(argv) == 0 {
			return "", errors.New("there is no command")
		}
		passphrase, err := run(ctx, argv, commandLimit)
		if err != nil {
			return "", fmt.Errorf("%s: %w", argv[0], err)
		}
		return passphrase, nil
	})
}

func run(parent context.Context, argv []string, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second // what it started may hold on to standard output
	var out limited
	cmd.Stdout = &out
	err := cmd.Run()
	switch {
	case parent.Err() != nil:
		return "", parent.Err()
	case ctx.Err() != nil:
		return "", fmt.Errorf("it took longer than %v", limit)
	case err != nil:
		return "", err
	}
	return readPassphrase(strings.NewReader(out.String()))
}

// limited keeps one byte more than a passphrase may have, and takes everything.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	l.Builder.Write(p[:min(len(p), maxPassphrase+3-l.Len())])
	return len(p), nil
}

// steady makes an Asker of something that has but one answer.
func steady(read func(context.Context) (string, error)) Asker {
	return func(ctx context.Context, why Reason) (string, error) {
		if why == Again {
			return "", ErrPassphrase
		}
		return read(ctx)
	}
}

// readPassphrase reads to the end and takes off one line break.
func readPassphrase(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPassphrase+3))
	if err != nil {
		return "", err
	}
	passphrase := strings.TrimSuffix(string(data), "\n")
	if passphrase != string(data) {
		passphrase = strings.TrimSuffix(passphrase, "\r")
	}
	switch {
	case passphrase == "":
		return "", errors.New("the passphrase is empty")
	case len(passphrase) > maxPassphrase:
		return "", errors.New("what came as the passphrase is too long to be one")
	}
	return passphrase, nil
}
