package signin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

// NewVault returns the command mxinvite vault.
func NewVault(a *host.Program) *cobra.Command {
	c := &cobra.Command{
		Use:   "vault",
		Short: "Show or change how sessions are stored",
		Long: "Show how and where sessions are stored. The file is called the vault. It is of\n" +
			"one of these kinds:\n\n" +
			"  keyring  encrypted; the key is in the system's keyring\n" +
			"  sealed   encrypted with a passphrase\n" +
			"  agent    encrypted with an Ed25519 key of your ssh-agent. Anyone who can use\n" +
			"           the agent, also on a host that you forward it to, and can read the\n" +
			"           file can decrypt it\n" +
			"  plain    not encrypted; anyone who can read your files can read it\n\n" +
			"The first sign-in creates the vault. The screen asks for its kind; the command\n" +
			"line uses the keyring if there is one, and a passphrase otherwise. --vault and\n" +
			"the setting vault.kind choose the kind beforehand.",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runVault(c.Context(), a) },
	}
	c.AddCommand(
		&cobra.Command{
			Use:     "kind KIND",
			Short:   "Change the kind of the vault",
			Long:    "Change the kind of the vault. KIND is keyring, sealed, agent or plain. Copies of\nthe old file are not changed.",
			Example: "  mxinvite vault kind sealed",
			Args:    fail.Args(1, 1),
			RunE:    func(c *cobra.Command, args []string) error { return runVaultKind(c, a, args[0]) },
		},
		newVaultPassphrase(a),
		newVaultPassword(a),
		&cobra.Command{
			Use:   "aside",
			Short: "Rename the vault, so that a new one is created",
			Long: "Rename the vault, so that the next sign-in creates a new one. Use this if you\n" +
				"have forgotten the passphrase or lost the key.",
			Args: fail.Args(0, 0),
			RunE: func(c *cobra.Command, _ []string) error { return runVaultAside(c.Context(), a) },
		},
	)
	return c
}

func newVaultPassphrase(a *host.Program) *cobra.Command {
	file := ""
	c := &cobra.Command{
		Use:   "passphrase",
		Short: "Change the passphrase of a sealed vault",
		Long: "Change the passphrase of a sealed vault. The new one is asked for at the\n" +
			"terminal. --new-passphrase-file reads it from a file.",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runVaultPassphrase(c.Context(), a, file) },
	}
	c.Flags().StringVar(&file, "new-passphrase-file", "", "read the new passphrase from `FILE`")
	return c
}

// jsonVault is the stable JSON output of vault. If there is no vault yet, Kind is
// the kind that the first sign-in will use if the user is not asked.
type jsonVault struct {
	Kind   vault.Kind `json:"kind"`
	Path   string     `json:"path"`
	Exists bool       `json:"exists"`
	// Passwords are the names of the stored passwords.
	Passwords []string `json:"passwords,omitempty"`
}

func runVault(ctx context.Context, a *host.Program) error {
	s, err := a.VaultState(ctx)
	if err != nil {
		return err
	}
	passwords, err := a.Passwords()
	if err != nil {
		return err
	}
	if a.JSON {
		return a.WriteJSON(jsonVault{s.Kind, a.ShownPath(s.Path), s.Exists, passwords})
	}
	told := s.String()
	a.Note("%s.", strings.ToUpper(told[:1])+told[1:])
	if len(passwords) > 0 {
		a.Note("Stored passwords: %s.", strings.Join(passwords, ", "))
	}
	t := &out.Table{Columns: []out.Column{{}, {}}}
	t.Add(out.Text(string(s.Kind)), out.Text(a.ShownPath(s.Path)))
	return a.WriteTable(t)
}

func runVaultKind(c *cobra.Command, a *host.Program, to string) error {
	ctx := c.Context()
	var kind vault.Kind
	if err := kind.UnmarshalText([]byte(to)); err != nil {
		return fail.Usage(c, err)
	}
	home, v, err := a.AnyVault()
	if err != nil {
		return err
	}
	err = v.ChangeKind(ctx, kind)
	if errors.Is(err, fs.ErrNotExist) {
		err = firstVault(ctx, a, home, kind)
	}
	if err != nil {
		return err
	}
	a.Note("The vault is now of kind %s: %s.", string(kind), a.ShownPath(v.Path()))
	warnVisitor(a, kind)
	if wanted := a.WantedKind(); wanted != "" && wanted != kind {
		a.Note("But %s is %s: until you change that, mxinvite does not open this vault.",
			a.Settings.Origin("vault.kind").String(), string(wanted))
	}
	return nil
}

// warnVisitor tells a visitor over SSH who can read an unencrypted vault.
func warnVisitor(a *host.Program, kind vault.Kind) {
	if a.Guest != nil && kind == vault.KindPlain {
		a.Message("Your sessions are stored unencrypted: the administrator of this server can use your account.")
	}
}

// firstVault creates a vault from the unencrypted session file of an older version.
func firstVault(ctx context.Context, a *host.Program, home config.Home, kind vault.Kind) error {
	v, err := a.OpenVault(home, kind)
	if err != nil {
		return err
	}
	names, err := v.Accounts()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("there is no vault yet: %w", fail.ErrNotSignedIn)
	}
	secret, err := v.Load(ctx, names[0]) // older versions stored only one session
	if err != nil {
		return err
	}
	return v.Save(ctx, names[0], secret)
}

func runVaultPassphrase(ctx context.Context, a *host.Program, file string) error {
	home, err := a.Home()
	if err != nil {
		return err
	}
	before, err := a.Asker()
	if err != nil {
		return err
	}
	var next vault.Asker
	switch {
	case file != "":
		next = vault.FromFile(file)
	case a.MayAsk():
		next = a.AskPassphrase
	default:
		return fail.UsageOf("mxinvite vault passphrase", fmt.Errorf("%w for the new passphrase; --new-passphrase-file names a file", fail.ErrNoTerminal))
	}
	v, err := a.OpenVaultWith(home, "", func(ctx context.Context, why vault.Reason) (string, error) {
		switch {
		case why == vault.New:
			return next(ctx, why)
		case before == nil:
			return "", vault.ErrLocked
		}
		return before(ctx, why)
	})
	if err != nil {
		return err
	}
	if err := v.ChangePassphrase(ctx); err != nil {
		return err
	}
	a.Note("The passphrase was changed.")
	return nil
}

func runVaultAside(ctx context.Context, a *host.Program) error {
	_, v, err := a.AnyVault()
	if err != nil {
		return err
	}
	aside, err := v.SetAside(ctx)
	if err != nil {
		return err
	}
	a.Note("The vault was renamed to %s. Sign in with: mxinvite login", a.ShownPath(aside))
	return nil
}
