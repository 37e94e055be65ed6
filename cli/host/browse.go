package host

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
)

var errNotBrowsable = errors.New("a browser is sent to http and https addresses only")

// browser returns what opens an address in the browser of this machine; nil if
// the person would not see it: over SSH it would open somewhere else, and without
// a display nowhere.
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
		// One argument, and no shell. The browser may outlive the program.
		cmd := exec.CommandContext(context.Background(), command[0], append(command[1:len(command):len(command)], address)...)
		if err := cmd.Start(); err != nil {
			return err
		}
		go func() { _ = cmd.Wait() }() // how it went the person sees
		return nil
	}
}

// browsable reports whether address is an http or https URL. Such an address
// cannot be mistaken for an option of the browser's command.
func browsable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}
