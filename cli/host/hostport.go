package host

import (
	"fmt"
	"net"
)

// CheckHostPort checks the value of a flag that takes HOST:PORT. Without HOST it
// means all interfaces of this machine.
func CheckHostPort(flag, value, example string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s takes HOST:PORT, such as %s, and not %q", flag, example, value)
	}
	return nil
}

// CheckLoopback checks a HOST:PORT that other machines must not reach.
func CheckLoopback(flag, value, example string) error {
	if err := CheckHostPort(flag, value, example); err != nil {
		return err
	}
	if host, _, _ := net.SplitHostPort(value); !isLoopback(host) {
		return fmt.Errorf("%s takes an address of this machine only, such as %s, and not %q", flag, example, value)
	}
	return nil
}
