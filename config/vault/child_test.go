package vault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// roleArg is the argument before the role that the test binary plays as a child
// process.
const roleArg = "-as-another-program"

func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != roleArg {
		os.Setenv("GORACE", "atexit_sleep_ms=0") // otherwise each child process waits a second before it exits
		os.Exit(m.Run())
	}
	if err := play(context.Background(), os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, role string, args []string) error {
	switch role {
	case "say": // write a text and exit with a code
		fmt.Print(args[0])
		code, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		os.Exit(code)
	case "hang":
		time.Sleep(time.Hour)
	case "count": // save the numbers up to a limit in a vault
		to, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return count(ctx, args[0], Name{args[1], ada.Homeserver}, to)
	case "hold": // hold the lock of an account until the process is killed
		v, err := open(Options{Dir: args[0], Kind: KindPlain}, cheap)
		if err != nil {
			return err
		}
		if _, err := v.LockAccount(ctx, Name{args[1], ada.Homeserver}); err != nil {
			return err
		}
		fmt.Println("locked")
		time.Sleep(time.Hour)
	case "fill": // save a vault that does not fit on the disk
		return fill(ctx, args[0])
	}
	return errors.New("no such role: " + role)
}

// count saves the numbers up to a limit for an account. It prints each number
// and reads it back.
func count(ctx context.Context, dir string, name Name, to int) error {
	w := &world{Options: Options{Dir: dir, Kind: KindSealed}}
	w.answers(phrase)
	v, err := open(w.Options, cheap)
	if err != nil {
		return err
	}
	for n := 1; n <= to; n++ {
		if err := v.Save(ctx, name, numbered(n)); err != nil {
			return err
		}
		fmt.Println(n)
		if got, err := v.Load(ctx, name); err != nil || string(got) != string(numbered(n)) {
			return fmt.Errorf("loaded %.20q of %s after saving %d: %w", got, name.UserID, n, err)
		}
	}
	return nil
}

// numbered returns a secret of several lines; each contains the number.
func numbered(n int) []byte {
	var text []byte
	for range 500 {
		text = fmt.Appendln(text, n)
	}
	return text
}

// start starts a child process, which is killed at the end of the test.
func start(t *testing.T, role string, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, append([]string{roleArg, role}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}
