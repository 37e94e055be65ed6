// Package host connects the program to a machine and a process: streams, settings,
// vault, store, sessions, visitors over SSH, and the services that the screen uses.
package host

import (
	"io"
	"net/http"
	"os"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// A World is everything outside of the program that a command may use.
type World struct {
	out.Streams
	Machine
}

// A Machine has the services of the machine that the program runs on.
type Machine struct {
	Keyring    vault.Keyring              // nil if there is none
	Agent      vault.DialAgent            // the ssh-agent; nil if there is none
	Descriptor func(fd int) io.Reader     // opens an inherited file descriptor; nil if there are none
	Browse     func(address string) error // opens a browser on the user's display; nil if there is none

	Transport http.RoundTripper // sends all requests except key checks
	// KeyTransport returns the guarded transport for URLs that other users wrote into
	// invites. If it is nil, keys are not checked.
	KeyTransport func(keycheck.TransportOptions) http.RoundTripper
	// Memory limits the memory for responses of servers. Nil means no limit.
	Memory client.Memory
	// Hangup receives the signal SIGHUP: serve reads its keys and settings again,
	// other commands end. It may be nil.
	Hangup <-chan os.Signal
	// TrustWebRoots makes TLS trust the certificate authorities of the web if the machine
	// has no certificates. It takes milliseconds, so only serve calls it. It may be nil.
	TrustWebRoots func()
	// Guest is the visitor over SSH; nil for a user of this machine. Visitors have no
	// access to this machine.
	Guest *serve.Session
}
