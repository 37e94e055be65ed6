// Mxinvite invites people to Matrix rooms by e-mail and shows the state of each
// invite.
package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mxinvite/mxinvite/cli"
	"github.com/mxinvite/mxinvite/cli/host"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	hangup := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGHUP) { // ignored under nohup
		signal.Notify(hangup, syscall.SIGHUP)
	}
	w := host.Process(os.Stdin, os.Stdout, os.Stderr, os.Environ(), time.Now, time.Local, http.DefaultTransport)
	w.Hangup = hangup
	w.TrustWebRoots = trustWebRoots
	os.Exit(cli.Run(ctx, w, os.Args[1:]))
}
