//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"syscall"
)

// temporary creates a directory that is removed when this process ends, also if it is
// killed: a shell notices the end by a pipe, as for the servers. It tries twice,
// because a server that is ending may still write.
func temporary() (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "mxinvite-e2e-"); err != nil {
		return "", nil, err
	}
	cmd := exec.Command("sh", "-c", `read -r _; rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }`, "sh", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	leash, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	return dir, func() {
		leash.Close()
		_ = cmd.Wait()
	}, nil
}
