package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// listenPatience is how long running requests may take after the demo was
// interrupted.
const listenPatience = 2 * time.Second

// runListen serves all servers of the demo at one address until it is interrupted.
// The address is also their server name, so that a client finds all servers there
// and contacts no other host.
func runListen(c *cobra.Command, o demoOptions) error {
	ctx := c.Context()
	// The passwords of the demo are public.
	if err := host.CheckLoopback("--listen", o.listen, "127.0.0.1:8008"); err != nil {
		return fail.Usage(c, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	name := listener.Addr().String()
	base := "http://" + name
	world, stop := startDemo(ctx, sandbox.Options{
		Domain: name, HomeserverURL: base, IdentityServerURL: base, AuthServerURL: base, Now: o.Now,
	})
	defer stop()
	world.SetWays(sandbox.Ways{Password: true, OAuth: true})
	o.announceListen(base)
	return serveUntil(ctx, listener, world)
}

// serveUntil serves until ctx ends, and then waits briefly for running requests.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }, // ends long polls
	}
	var serving panicgroup.Group
	serving.Go(func() error { return server.Serve(listener) })
	failed := make(chan struct{})
	var shutdown panicgroup.Group
	shutdown.Go(func() error {
		select {
		case <-ctx.Done():
		case <-failed:
			return nil
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenPatience)
		defer cancel()
		if server.Shutdown(last) != nil {
			_ = server.Close()
		}
		return nil
	})
	err := serving.Wait()
	close(failed)
	_ = shutdown.Wait() // it does not fail
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// announceListen writes the address of the servers to standard output, and commands
// to try to standard error.
func (o demoOptions) announceListen(base string) {
	if !o.OutTTY {
		fmt.Fprintf(o.Out, "homeserver\t%s\nidentity server\t%s\nuser\t%s\npassword\t%s\n",
			base, base, sandbox.DemoUser, sandbox.DemoPassword)
	}
	o.Message("A homeserver, an identity server and an OAuth server of the demo listen at\n%s\n"+
		"until you press ctrl+c. No mail leaves this machine, and nothing is kept.\n", base)
	o.Message("In another terminal, apart from your own accounts:\n\n"+
		"  export MXINVITE_HOME=$(mktemp -d) MXINVITE_VAULT_KIND=plain\n"+
		"  mxinvite login %s\n", base)
	o.Message("It shows an address and a code. Open the address in a browser and sign in there\n"+
		"as user %s with the password %s. Without a browser:\n\n"+
		"  mxinvite login %s --with password --user %s\n", sandbox.DemoUser, sandbox.DemoPassword, base, sandbox.DemoUser)
	o.Message("Then, for instance:\n\n"+
		"  mxinvite\n"+
		"  mxinvite list --check\n"+
		"  mxinvite send '#compilers' %s --accept-terms --yes\n", sandbox.DemoAddresses()[0].Address)
	o.Message("Every address works. Some always have the same result:\n")
	for _, a := range sandbox.DemoAddresses() {
		if !a.List() {
			o.Message("  %-22s  %s", a.Address, a.Outcome)
		}
	}
	o.Message("\nThe homeserver accepts %d e-mail invites at once and then one in %d seconds:\n"+
		"%d times as fast as a default Synapse. Other users, such as grace, ken and rob, have\n"+
		"the same password. Any Matrix client can sign in.\n",
		sandbox.StockInviteBurst, int(1/(sandbox.DemoSpeed*sandbox.StockInvitesPerSecond)), sandbox.DemoSpeed)
	o.Note("Serving until interrupted.")
}
