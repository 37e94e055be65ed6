//go:build unix

package contacts

import (
	"os/exec"
	"syscall"
)

// alone runs a command in a session of its own, so that it cannot touch the
// terminal, and ends it together with what it started.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
