//go:build unix

package contacts

import (
	"os/exec"
	"syscall"
)

// runInNewSession makes a command run in a new session, where it has no
// terminal, and be killed together with its child processes.
func runInNewSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
