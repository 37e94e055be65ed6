package signin

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

type vaultPasswordOptions struct {
	*host.Program

	file   string
	remove bool
}

func newVaultPassword(a *host.Program) *cobra.Command {
	o := vaultPasswordOptions{Program: a}
	c := &cobra.Command{
		Use:   "password NAME",
		Short: "Store a password in the vault, or remove it",
		Long: "Store a password in the vault, beside the sessions. NAME is mail: the password\n" +
			"for the mail server of the setting mail.smtp. At a terminal it is asked for;\n" +
			"otherwise it is read from standard input. It is never shown: mxinvite vault\n" +
			"lists only the names.",
		Example: "  mxinvite vault password mail\n" +
			"  mxinvite vault password mail --remove",
		Args: fail.Args(1, 1),
		PreRunE: func(c *cobra.Command, args []string) error {
			switch {
			case args[0] != host.MailPassword:
				return fail.Usage(c, fmt.Errorf("there is no password %q: NAME is %s", args[0], host.MailPassword))
			case o.remove && o.file != "":
				return fail.Usage(c, errors.New("a password is either stored or removed"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return runVaultPassword(c, o, args[0]) },
	}
	c.Flags().StringVar(&o.file, "password-file", "", "read the password from `FILE`; - is standard input")
	c.Flags().BoolVar(&o.remove, "remove", false, "remove the password from the vault")
	return c
}

func runVaultPassword(c *cobra.Command, o vaultPasswordOptions, name string) error {
	kept, err := o.Sessions()
	if err != nil {
		return err
	}
	if o.remove {
		names, err := kept.Vault.Secrets()
		if err != nil {
			return err
		}
		if !slices.Contains(names, name) {
			o.Note("The vault has no password %s.", name)
			return nil
		}
		if err := kept.Vault.DropSecret(c.Context(), name); err != nil {
			return err
		}
		o.Note("The password %s was removed from the vault.", name)
		return nil
	}
	password, err := readSecret(c, o.Program, "password", o.file)
	if err != nil {
		return err
	}
	if err := kept.Vault.SaveSecret(c.Context(), name, []byte(password)); err != nil {
		return err
	}
	o.Note("The password %s is in the vault.", name)
	return nil
}
