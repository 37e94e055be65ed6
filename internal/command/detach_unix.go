//go:build unix

package command

import (
	"os/exec"
	"syscall"
)

// Detach makes a command run in a new session, where it has no terminal, and be killed
// together with its child processes.
func Detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
