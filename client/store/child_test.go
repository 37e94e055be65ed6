package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Tests start the test binary as another program, which plays the role in its
// environment on the store at the path there.
const (
	roleVar = "MXINVITE_STORE_ROLE"
	pathVar = "MXINVITE_STORE_PATH"
)

func TestMain(m *testing.M) {
	role, path := os.Getenv(roleVar), os.Getenv(pathVar)
	var err error
	switch role {
	case "":
		os.Exit(m.Run())
	case "save":
		err = saveForever(context.Background(), path)
	case "open":
		err = keepOpen(context.Background(), path)
	case "count":
		err = count(context.Background(), path, countTo)
	default:
		err = errors.New("no such role: " + role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A child is another program that uses the store.
type child struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner // its standard output
}

func start(t *testing.T, role, path string) child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), roleVar+"="+role, pathVar+"="+path)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return child{cmd, bufio.NewScanner(out)}
}

// kill ends the child as a crash does, without a chance to clean up.
func (c child) kill() { _ = c.cmd.Process.Kill() } // it may have ended already
