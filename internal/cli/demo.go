package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/together"
	"github.com/mxinvite/mxinvite/ui"
)

// In the demo a homeserver has enough of invites soon, and not for long.
const (
	demoInviteBurst      = 5
	demoInvitesPerSecond = 1.0 / 20
)

// demoAnswer is how long people in the demo think about an invite.
const demoAnswer = 20 * time.Second

type demoOptions struct {
	*app

	listen string
	noTour bool
}

func newDemo(a *app) *cobra.Command {
	o := demoOptions{app: a}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Look around on built-in servers, nothing to set up",
		Long: "Open the screen on a homeserver and an identity server that are part of this\n" +
			"program, with rooms and invites in every state. Nothing is sent anywhere and\n" +
			"nothing is kept. Invites that you send there are taken after a while.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.listen != "" {
				return runListen(c, o)
			}
			return runDemo(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.noTour, "no-tour", false, "begin without the hints")
	c.Flags().StringVar(&o.listen, "listen", "", "serve any Matrix client instead, at 127.0.0.1:`PORT`")
	return c
}

// startDemo starts the servers of the demo, with users who answer invites, until
// stop is called.
func startDemo(ctx context.Context, a *app) (world *sandbox.World, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	world = sandbox.Demo(sandbox.Options{Now: a.Now})
	// After a few invites the outbox has something to do.
	world.LimitInvites(demoInvitesPerSecond, demoInviteBurst)
	var people together.Group
	people.Go(func() error {
		world.Simulate(ctx, demoAnswer)
		return nil
	})
	return world, func() {
		cancel()
		_ = people.Wait() // they do not fail
	}
}

func runDemo(ctx context.Context, o demoOptions) error {
	if o.accessible {
		return runDemoConversation(ctx, o.app)
	}
	if err := o.needScreen(); err != nil {
		return err
	}
	world, stop := startDemo(ctx, o.app)
	defer stop()
	kept, err := store.OpenMemory(ctx)
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	defer func() { _ = kept.Close() }() // nothing of it lasts

	opt := client.Options{
		Store:     kept,
		Transport: world, KeyTransport: world, Now: o.Now,
		StaleAfter: o.settings.StaleAfter, DeviceName: o.settings.DeviceName,
	}
	hs, err := client.Discover(ctx, opt, world.HomeserverURL())
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	account, err := client.SignIn(ctx, opt, hs, sandbox.DemoUser, sandbox.DemoPassword)
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	_, err = o.screen(ctx, ui.Options{
		Account: account, Client: opt,
		Homeserver: world.HomeserverURL(), User: sandbox.DemoUser, Password: sandbox.DemoPassword,
		Banner: "demo", Tour: !o.noTour, Export: o.exportForScreen,
	})
	return err
}
