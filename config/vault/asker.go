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
	// maxPassphrase is the length limit in bytes. It guards against reading a
	// large file that was configured by mistake.
	maxPassphrase = 4 << 10
	// commandLimit is the time limit of a command. The command may ask the
	// user.
	commandLimit = 30 * time.Second
)

// A Reason says why a passphrase is asked for.
type Reason int

const (
	// New asks for the passphrase of a new vault. It should be typed twice.
	New Reason = iota
	// Unlock asks for the passphrase of the existing vault.
	Unlock
	// Again asks once more, after a wrong passphrase.
	Again
)

// An Asker returns a passphrase, for example by asking the user.
type Asker func(ctx context.Context, why Reason) (string, error)

// FromFile returns an Asker that reads a file whenever it is called. One line
// break at the end of the file is not part of the passphrase.
func FromFile(path string) Asker {
	return withoutRetry(func(context.Context) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return readPassphrase(f)
	})
}

// FromReader returns an Asker that reads to the end of r on the first call.
// Later calls return the same passphrase.
func FromReader(r io.Reader) Asker {
	type result struct {
		passphrase string
		err        error
	}
	read := make(chan result, 1)
	var once sync.Once
	return withoutRetry(func(ctx context.Context) (string, error) {
		once.Do(func() {
			go func() { // reading may never return
				passphrase, err := readPassphrase(r)
				read <- result{passphrase, err}
			}()
		})
		select {
		case got := <-read:
			read <- got // for later calls
			return got.passphrase, got.err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
}

// FromCommand returns an Asker that runs a command whenever it is called, and
// reads its standard output. The command has 30 seconds. Errors contain neither
// its arguments nor its output.
func FromCommand(argv ...string) Asker {
	return withoutRetry(func(ctx context.Context) (string, error) {
		if len(argv) == 0 {
			return "", errors.New("the command is empty")
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
	cmd.WaitDelay = time.Second // its child processes may keep standard output open
	var out limited
	cmd.Stdout = &out
	err := cmd.Run()
	switch {
	case parent.Err() != nil:
		return "", parent.Err()
	case ctx.Err() != nil:
		return "", fmt.Errorf("it timed out after %v", limit)
	case err != nil:
		return "", err
	}
	return readPassphrase(strings.NewReader(out.String()))
}

// limited is a buffer that keeps the first maxPassphrase+3 bytes and discards
// the rest.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	l.Builder.Write(p[:min(len(p), maxPassphrase+3-l.Len())])
	return len(p), nil
}

// withoutRetry returns an Asker whose passphrase does not change: asked again, it
// fails with [ErrPassphrase].
func withoutRetry(read func(context.Context) (string, error)) Asker {
	return func(ctx context.Context, why Reason) (string, error) {
		if why == Again {
			return "", ErrPassphrase
		}
		return read(ctx)
	}
}

// readPassphrase reads to the end and removes one line break.
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
		return "", fmt.Errorf("the passphrase is longer than %d bytes", maxPassphrase)
	}
	return passphrase, nil
}
