//go:build !unix

package contacts

import "os/exec"

// runInNewSession does nothing on this system: only the command itself can be
// killed.
func runInNewSession(*exec.Cmd) {}
