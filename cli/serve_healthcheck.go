package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// healthcheckTimeout limits the time that all servers have to answer.
const healthcheckTimeout = 5 * time.Second

// checkHealth asks the servers at --listen and --links whether they run. With --links
// and without flags for SSH it asks only the links server, as serve starts only that.
func (o serveOptions) checkHealth(c *cobra.Command) error {
	ctx, cancel := context.WithTimeout(c.Context(), healthcheckTimeout)
	defer cancel()
	var errs []error
	check := func(name, address string, probe func(context.Context, string) error) {
		if err := probe(ctx, address); err != nil {
			errs = append(errs, fmt.Errorf("no %s answers at %s: %w", name, address, err))
			return
		}
		o.Note("The %s answers at %s.", name, address)
	}
	if o.links.listen == "" || o.authorizedKeys != "" || c.Flags().Changed("listen") {
		check("SSH server", o.listen, serve.Probe)
	}
	if o.links.listen != "" {
		check("links server", o.links.listen, linkserver.Probe)
	}
	return errors.Join(errs...)
}
