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

// roleArg makes the test binary another program: the one whose role follows.
const roleArg = "-as-another-program"

func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != roleArg {
		os.Setenv("GORACE", "atexit_sleep_ms=0") // else each of the others takes a second to end
		os.Exit(m.Run())
	}
	if err := play(context.Background(), os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, role string, args []string) error {
	switch role {
	case "say": // a text, and end with a code
		fmt.Print(args[0])
		code, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		os.Exit(code)
	case "hang":
		time.Sleep(time.Hour)
	case "count": // in a vault, for a user, to a number
		to, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return count(ctx, args[0], Name{args[1], ada.Homeserver}, to)
	case "hold": // the lock of a user, until it is killed
		v, err := open(Options{Dir: args[0], Kind: KindPlain}, cheap)
		if err != nil {
			return err
		}
		if _, err := v.LockAccount(ctx, Name{args[1], ada.Homeserver}); err != nil {
			return err
		}
		fmt.Println("locked")
		time.Sleep(time.Hour)
	case "fill": // the disk with a vault
		return fill(ctx, args[0])
	}
	return errors.New("no such role: " + role)
}

// count saves one number after the other for an account, says so, and finds
// each again.
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

// numbered is a secret of some size that says in every line which it is.
func numbered(n int) []byte {
	var text []byte
	for range 500 {
		text = fmt.Appendln(text, n)
	}
	return text
}

// start starts another program, which ends with the test at the latest.
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
