package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

func newVersion(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and the Go version",
		Long: "Print the version of the program, the commit that it was built from, and the\n" +
			"Go version. --version prints the same line.",
		Args: fail.Args(0, 0),
		// A bug report needs the version even if the settings file is broken.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(*cobra.Command, []string) error { return runVersion(a) },
	}
}

func runVersion(a *host.Program) error {
	b := host.ThisBuild()
	if a.JSON {
		return a.WriteJSON(b)
	}
	_, err := fmt.Fprintln(a.Out, b)
	return err
}
