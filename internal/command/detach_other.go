//go:build !unix

package command

import "os/exec"

// Detach does nothing on this system: only the command itself can be killed.
func Detach(*exec.Cmd) {}
