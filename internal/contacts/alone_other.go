//go:build !unix

package contacts

import "os/exec"

// alone does nothing: a command is ended by itself here.
func alone(*exec.Cmd) {}
