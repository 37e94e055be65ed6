// Package host ties the program to a machine and a process: streams, settings,
// vault, store, sessions, visitors over SSH, and what the screen may use of them.
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

// A World is what a command may touch of the process around it.
type World struct {
	out.Streams
	Machine
}

// A Machine is what the program may use of the machine that it runs on.
type Machine struct {
	Keyring    vault.Keyring              // nil if there is none
	Agent      vault.DialAgent            // the ssh-agent; nil if there is none
	Descriptor func(fd int) io.Reader     // that the process was started with; nil if there are none
	Browse     func(address string) error // opens a browser on the user's display; nil if there is none

	Transport http.RoundTripper // the one way out to the network
	// KeyTransport makes the guarded way to URLs that strangers wrote into
	// invites. Nil leaves keys unchecked.
	KeyTransport func(keycheck.TransportOptions) http.RoundTripper
	// Memory limits the memory for what servers send. Nil means no limit.
	Memory client.Memory
	// Hangup tells that the terminal is gone; a server reads its settings anew
	// instead. It may be nil.
	Hangup <-chan os.Signal
	// Guest is the visitor over SSH whose world this is; nil for a user of this
	// machine. Visitors have no access to this machine.
	Guest *serve.Session
}
