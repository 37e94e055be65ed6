//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"syscall"
)

// temporary makes a folder that is removed when this process ends, also if it is killed: like the servers, a shell notices it by a pipe. It tries
// twice, because a server that is dying may still write.
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
