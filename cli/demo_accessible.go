package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/conversation"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// runDemoConversation runs the demo in the accessible mode. It uses the real
// commands, in a world whose network is the demo and whose files are in a directory
// that is removed at the end.
func runDemoConversation(ctx context.Context, a *host.Program) error {
	if err := conversation.RequireTerminal(a); err != nil {
		return err
	}
	world, stop := startDemo(ctx, sandbox.Options{Now: a.Now})
	defer stop()
	dir, err := os.MkdirTemp("", "mxinvite-demo-")
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	d := host.NewProgram(demoWorld(a.World(), world, dir))
	defer d.Close()
	d.Settings, d.Accessible = a.Settings, true
	d.Settings.Account, d.Settings.IdentityServer, d.Settings.Vault = "", "", string(vault.KindPlain)
	if err := signInToDemo(ctx, d, world); err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	a.Message("This is the demo. Its servers are part of this program: no mail leaves this machine, and nothing is kept.")
	home, err := a.Home()
	if err != nil {
		return err
	}
	return conversation.RunDemo(ctx, d, commands{d}, home)
}

// demoWorld returns a world that sends all requests to the demo and stores its
// files in dir.
func demoWorld(w host.World, demo *sandbox.World, dir string) host.World {
	w.Transport = demo
	w.KeyTransport = func(keycheck.TransportOptions) http.RoundTripper { return demo }
	w.Keyring, w.Agent, w.Browse = nil, nil, nil
	// The user's settings may name an account, servers and a vault; the demo ignores
	// them.
	w.Env = slices.DeleteFunc(slices.Clone(w.Env), func(kv string) bool { return strings.HasPrefix(kv, "MXINVITE_") })
	w.Env = append(w.Env, "MXINVITE_HOME="+dir, "MXINVITE_VAULT_KIND="+string(vault.KindPlain), "MXINVITE_LOG_LEVEL=off")
	return w
}

// signInToDemo signs in as the user of the demo.
func signInToDemo(ctx context.Context, a *host.Program, world *sandbox.World) (err error) {
	if a.Store, err = store.OpenMemory(ctx); err != nil {
		return err
	}
	opt, _, err := a.AccountOptions(ctx)
	if err != nil {
		return err
	}
	hs, err := discovery.Find(ctx, opt.Transport, world.HomeserverURL())
	if err != nil {
		return err
	}
	account, err := login.WithPassword(ctx, opt, hs, sandbox.DemoUser, sandbox.DemoPassword)
	if err != nil {
		return err
	}
	kept, err := a.Sessions()
	if err != nil {
		return err
	}
	if err := kept.Save(ctx, account.Session()); err != nil {
		return err
	}
	return kept.Use(host.NameOf(account.Session()))
}
