package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// demoAnswer is the time after which an invitee of the demo confirms an address.
const demoAnswer = 20 * time.Second

const demoName = "demo"

type demoOptions struct {
	*host.Program

	listen string
	noTour bool
}

func newDemo(a *host.Program) *cobra.Command {
	o := demoOptions{Program: a}
	c := &cobra.Command{
		Use:   demoName,
		Short: "Try mxinvite on built-in servers, without an account",
		Long: "Open the screen on a homeserver and an identity server that are part of this\n" +
			"program, with rooms and invites in every state. Nothing is sent anywhere and\n" +
			"nothing is kept. Invites that you send there are accepted within a minute.\n\n" +
			"The homeserver has the rate limit of a default Synapse, but 20 times as fast:\n" +
			"after five e-mail invites it accepts one in 20 seconds. With --listen other\n" +
			"programs can use the servers; the commands to try are shown at the start. HOST\n" +
			"must be localhost or a loopback address; port 0 chooses a free port.",
		Example: "  mxinvite demo\n" +
			"  mxinvite demo --listen 127.0.0.1:8008",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.listen != "" {
				return runListen(c, o)
			}
			return runDemo(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.noTour, "no-tour", false, "begin without the tour")
	c.Flags().StringVar(&o.listen, "listen", "", "serve any Matrix client at `HOST:PORT` of this machine")
	return c
}

// startDemo starts the servers of the demo, and users who accept invites. stop ends
// them.
func startDemo(ctx context.Context, o sandbox.Options) (world *sandbox.World, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	world = sandbox.Demo(o)
	world.LimitDemo()
	var invitees panicgroup.Group
	invitees.Go(func() error {
		world.Simulate(ctx, demoAnswer)
		return nil
	})
	return world, func() {
		cancel()
		_ = invitees.Wait() // they do not fail
	}
}

func runDemo(ctx context.Context, o demoOptions) error {
	if o.Accessible {
		return runDemoConversation(ctx, o.Program)
	}
	if err := o.NeedScreen(); err != nil {
		return err
	}
	world, stop := startDemo(ctx, sandbox.Options{Now: o.Now})
	defer stop()
	memory, err := store.OpenMemory(ctx)
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	defer func() { _ = memory.Close() }() // the demo stores nothing

	opt := client.Options{
		Store:     memory,
		Transport: world, KeyTransport: world, Now: o.Now,
		StaleAfter: o.Settings.StaleAfter, RevokeAccepted: o.Settings.RevokeAccepted, DeviceName: o.Settings.DeviceName,
	}
	hs, err := discovery.Find(ctx, opt.Transport, world.HomeserverURL())
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	account, err := login.WithPassword(ctx, opt, hs, sandbox.DemoUser, sandbox.DemoPassword)
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	before := o.Settings
	defer func() { o.Settings = before }()
	_, err = o.Screen(ctx, shell.Options{
		Account: account, Client: opt,
		Homeserver: world.HomeserverURL(), User: sandbox.DemoUser, Password: sandbox.DemoPassword,
		Demo: screenDemo(!o.noTour), Complete: completeInDemo, Export: o.ScreenExporter(),
		Settings: o.ScreenSettings(true),
	})
	return err
}

// screenDemo returns what the screen shows about the demo: its speed, its addresses and the tour.
func screenDemo(tour bool) *shell.Demo {
	r := &shell.Demo{Speed: sandbox.DemoSpeed, Tour: tour}
	for _, a := range sandbox.DemoAddresses() {
		r.Addresses = append(r.Addresses, shell.Suggestion{Address: a.Address, Outcome: a.Outcome})
	}
	return r
}

// completeInDemo returns the addresses of the demo that begin with typed.
func completeInDemo(_ context.Context, typed string) (found []shell.Contact, err error) {
	for _, a := range sandbox.DemoAddresses() {
		if strings.HasPrefix(a.Address, strings.ToLower(typed)) {
			found = append(found, shell.Contact{Address: a.Address})
		}
	}
	return found, nil
}
