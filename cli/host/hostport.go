package host

import (
	"fmt"
	"net"
)

// CheckHostPort checks the value of a flag that takes HOST:PORT. Without HOST it
// means all interfaces of this machine.
func CheckHostPort(flag, value, example string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s must be HOST:PORT, such as %s, not %q", flag, example, value)
	}
	return nil
}

// CheckLoopback checks a HOST:PORT that other machines must not reach.
func CheckLoopback(flag, value, example string) error {
	if err := CheckHostPort(flag, value, example); err != nil {
		return err
	}
	if host, _, _ := net.SplitHostPort(value); !isLoopback(host) {
		return fmt.Errorf("%s must be an address of this machine, such as %s, not %q", flag, example, value)
	}
	return nil
}
