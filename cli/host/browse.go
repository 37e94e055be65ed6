package host

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
)

var errNotBrowsable = errors.New("not an http or https URL")

// browser returns a function that opens a URL in the browser of this machine. It
// returns nil over SSH and without a display, because the user would not see the
// browser.
func browser(goos string, getenv func(string) string) func(address string) error {
	for _, remote := range []string{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"} {
		if getenv(remote) != "" {
			return nil
		}
	}
	var command []string
	switch {
	case goos == "darwin":
		command = []string{"open"}
	case goos == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "":
		command = []string{"xdg-open"}
	default:
		return nil
	}
	return func(address string) error {
		if !browsable(address) {
			return errNotBrowsable
		}
		// The URL is one argument, and no shell parses it. The browser may run longer
		// than the program.
		cmd := exec.CommandContext(context.Background(), command[0], append(command[1:len(command):len(command)], address)...)
		if err := cmd.Start(); err != nil {
			return err
		}
		go func() { _ = cmd.Wait() }() // the user sees whether it worked
		return nil
	}
}

// browsable reports whether address is an http or https URL, which the browser's
// command cannot mistake for an option.
func browsable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}
