package vault

import (
	"errors"
	"io/fs"
	"os/exec"
	"strings"
)

// A keyringError is [ErrNoKeyring] with a reason in plain words. The error of
// the keyring, such as a D-Bus error name, is not shown to users.
type keyringError struct{ err error }

func (e *keyringError) Error() string {
	if reason := keyringReason(e.err); reason != "" {
		return ErrNoKeyring.Error() + " (" + reason + ")"
	}
	return ErrNoKeyring.Error()
}

func (e *keyringError) Is(target error) bool { return target == ErrNoKeyring }

func (e *keyringError) Unwrap() error { return e.err }

// keyringReason returns why a keyring failed, or "" if the reason is unknown.
// The libraries have no types for these errors:
// https://github.com/godbus/dbus/blob/v5.1.0/conn_other.go,
// https://dbus.freedesktop.org/doc/dbus-specification.html#standard-messages
// and
// https://specifications.freedesktop.org/secret-service-spec/latest/errors.html.
func keyringReason(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist),
		contains(text, "dbus-launch", "DBUS_SESSION_BUS_ADDRESS", "dial unix", "no such file or directory", "connection refused"):
		return "no D-Bus session"
	case contains(text, "was not provided by any .service files", "ServiceUnknown", "NameHasNoOwner"):
		return "no program provides the Secret Service"
	case contains(text, "IsLocked", "dismissed", "locked collection"):
		return "it is locked"
	case contains(text, "AccessDenied", "not allowed", "permission denied"):
		return "access to it is denied"
	}
	return ""
}

func contains(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
