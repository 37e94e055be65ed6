package completion

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// Shells are the shells that have a completion script.
func Shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// NewCommand returns the command mxinvite completion.
func NewCommand(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write a completion script for a shell",
		Long: "Write a script that completes commands, flags, rooms, invites, accounts and\n" +
			"addresses of contacts. Completing contacts no server and asks for no passphrase.\n" +
			"SHELL is one of\n\n" +
			"  bash        for ~/.bashrc: source <(mxinvite completion bash)\n" +
			"  zsh         for ~/.zshrc, below compinit: source <(mxinvite completion zsh)\n" +
			"  fish        for ~/.config/fish/completions/mxinvite.fish\n" +
			"  powershell  for $PROFILE: mxinvite completion powershell | Out-String | iex\n\n" +
			"The script for bash needs the package bash-completion.",
		Example: "  mxinvite completion fish > ~/.config/fish/completions/mxinvite.fish",
		Args:    fail.Args(1, 1),
		// Shells run it when they start; it works also with invalid settings.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(c *cobra.Command, args []string) error { return runCompletion(c, a, args[0]) },
	}
}

func runCompletion(c *cobra.Command, a *host.Program, shell string) error {
	root := c.Root()
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(a.Out, true)
	case "zsh":
		return root.GenZshCompletion(a.Out)
	case "fish":
		return root.GenFishCompletion(a.Out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(a.Out)
	}
	return fail.Usage(c, fmt.Errorf("unknown shell %q; use one of %s", shell, strings.Join(Shells(), ", ")))
}
