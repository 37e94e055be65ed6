package cli

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// runListen serves the demo's servers, both at one address, until interrupted.
func runListen(c *cobra.Command, o demoOptions) error {
	ctx := c.Context()
	host, _, err := net.SplitHostPort(o.listen)
	if ip := net.ParseIP(host); err != nil || (host != "localhost" && !ip.IsLoopback()) {
		// Everybody knows the demo's passwords.
		return usage(c, fmt.Errorf("%q is no address on this machine alone, such as 127.0.0.1:8008", o.listen))
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	world := sandbox.Demo(sandbox.Options{HomeserverURL: base, IdentityServerURL: base, Now: o.Now})
	go world.Simulate(ctx, demoAnswer)

	server := &http.Server{Handler: world, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close() // at once: long polls would not end by themselves
	}()
	fmt.Fprintf(o.Out, "homeserver\t%s\nidentity server\t%s\nuser\t%s\npassword\t%s\n",
		base, base, sandbox.DemoUser, sandbox.DemoPassword)
	o.say("Serving until interrupted.")
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
