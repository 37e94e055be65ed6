package cli

import (
	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/completion"
	"github.com/mxinvite/mxinvite/cli/conversation"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/send"
	"github.com/mxinvite/mxinvite/cli/signin"
)

// newRoot returns the root command. It does not use Fang for the help, because
// Fang reads the terminal and environment of the process, which are not those
// of an SSH visitor.
func newRoot(a *host.Program) *cobra.Command {
	root := &cobra.Command{
		Use:   "mxinvite",
		Short: "Invite people to Matrix rooms by e-mail, and follow every invite",
		Long: "mxinvite invites people to Matrix rooms by e-mail and shows the state of every\n" +
			"such invite. Without a command it opens the screen, which can do everything\n" +
			"that the commands do.",
		Example: "  mxinvite demo              (try it without an account)\n" +
			"  mxinvite login @you:example.org\n" +
			"  mxinvite send '#ops' grace@navy.example\n" +
			"  mxinvite list --check --status pending --older-than 30d",
		Version: host.ThisBuild().String(),
		Args:    fail.NoSuchCommand,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := readSettings(a, c); err != nil {
				return err
			}
			startLog(a, c)
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if a.Accessible {
				return conversation.Run(c.Context(), a, commands{a}, c.Flags())
			}
			return runHome(c.Context(), a)
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(fail.Usage)

	f := root.PersistentFlags()
	f.BoolVar(&a.JSON, "json", false, "write JSON")
	f.BoolVarP(&a.Quiet, "quiet", "q", false, "print errors only")
	f.Bool("accessible", false, "plain lines, no screen (also: ACCESSIBLE=1)")
	f.Bool("no-color", false, "use no colors (also: NO_COLOR)")
	f.String("theme", "", "use `THEME`: default, high-contrast, 16-color, mono")
	f.String("background", "", "use colors for this `KIND`: dark or light")
	f.String("identity-server", "", "identity server `URL`, if no other is configured")
	f.String("log-level", "", "log `LEVEL`: off, error, info or debug")
	f.String("account", "", "account to use: `USER` is a Matrix ID")
	f.String("vault", "", "`KIND` of vault: keyring, sealed, agent or plain")
	f.StringVar(&a.PassphraseFile, "passphrase-file", "", "read the vault's passphrase from `FILE`")
	f.StringVar(&a.PassphraseFD, "passphrase-fd", "", "read the passphrase from file descriptor `N`")
	f.StringVar(&a.HomeDir, "home", "", "keep everything in `DIR` (also: MXINVITE_HOME)")

	addGroup(root, "Invites:", newRooms(a), newList(a), newShow(a), newStats(a), newWatch(a), send.NewSend(a), send.NewLink(a), send.NewOutbox(a),
		send.NewResend(a), send.NewMove(a), send.NewRevoke(a), newAccept(a), newInspect(a))
	addGroup(root, "Account:", signin.NewLogin(a), signin.NewLogout(a), signin.NewAccounts(a), signin.NewVault(a), newTrust(a), newUntrust(a), newForget(a))
	addGroup(root, "Settings:", newConfig(a), newContacts(a), newDoctor(a), completion.NewCommand(a))
	addGroup(root, "Demo:", newDemo(a))
	addGroup(root, "Server:", newServe(a))
	root.AddCommand(newVersion(a), newMan(a))
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetHelpCommand(newHelp(a))
	addHeaderFlags(a, root)
	if a.Guest != nil {
		forGuests(root)
	}
	return root
}

// addGroup adds commands that the help lists together under a title.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID, c.SuggestFor = title, otherNames()[c.Name()]
		root.AddCommand(c)
	}
}
