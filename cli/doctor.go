package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

func newDoctor(a *host.Program) *cobra.Command {
	var wrong error // an error in the settings, which is reported as a failed check
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation, and suggest fixes",
		Long: "Check the settings, the vault, the session, the clock, the homeserver, the\n" +
			"identity server, the mail settings, the store and the terminal. No invites and\n" +
			"no mails are sent, and no settings are changed. If your account is not\n" +
			"registered at the identity server yet, it is registered there, as before the\n" +
			"first invite. The exit code is 1 if a check fails.",
		Args: fail.Args(0, 0),
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			wrong = readSettings(a, c)
			startLog(a, c)
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runDoctor(c.Context(), a, wrong) },
	}
}

// The results of a check.
const (
	checkPass = "pass"
	checkWarn = "warn" // it works, but could be better
	checkFail = "fail"
)

// A checkup is the result of a check, in the stable JSON form.
type checkup struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"` // what the user can do about it
}

func passed(name, format string, values ...any) checkup {
	return checkup{name, checkPass, fmt.Sprintf(format, values...), ""}
}

func warned(name, next, format string, values ...any) checkup {
	return checkup{name, checkWarn, fmt.Sprintf(format, values...), next}
}

// failed returns the result of a check that ended with an error.
func failed(name string, err error) checkup {
	return checkup{name, checkFail, err.Error(), exit.CommandHint(err)}
}

var errCheckFailed = errors.New("a check failed")

// runDoctor runs all checks. A check that depends on another one runs after it, and
// only if it can work.
func runDoctor(ctx context.Context, a *host.Program, wrong error) error {
	checks := []checkup{checkSettings(a, wrong)}
	checks = append(checks, checkTerminal(a)...)
	checks = append(checks, checkVault(ctx, a))
	checks = append(checks, checkMail(a)...)
	account, session := checkSession(ctx, a)
	checks = append(checks, checkStore(ctx, a), session)
	if account != nil {
		_ = a.During(ctx, "Asking the servers", func(ctx context.Context) error {
			checks = append(checks, checkServers(ctx, account)...)
			return nil
		})
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := writeCheckups(a, checks); err != nil {
		return err
	}
	for _, c := range checks {
		if c.Result == checkFail {
			return errCheckFailed
		}
	}
	return nil
}

func writeCheckups(a *host.Program, checks []checkup) error {
	if a.JSON {
		return a.WriteJSON(checks)
	}
	if !a.OutTTY || a.Accessible {
		t := &out.Table{Of: "check", Columns: make([]out.Column, 4)}
		for _, c := range checks {
			if a.Conversation != nil {
				c.Next = a.Conversation.Rephrase(c.Next)
			}
			t.Add(out.Text(c.Name), out.Text(c.Result), out.Text(c.Detail), out.Text(c.Next))
		}
		return a.WriteTable(t)
	}
	var b strings.Builder
	in := a.Inks()
	for _, c := range checks {
		mark := map[string]out.Cell{
			checkPass: {Shown: "✓", Role: out.Good}, checkWarn: {Shown: "!", Role: out.Warn}, checkFail: {Shown: "✗", Role: out.Bad},
		}[c.Result]
		sign := in.Render(mark.Role, mark.Shown)
		fmt.Fprintf(&b, "%s %-16s %s\n", sign, c.Name, safetext.Line(c.Detail))
		if c.Next != "" {
			fmt.Fprintf(&b, "  %-16s %s\n", "", safetext.Line(c.Next))
		}
	}
	_, err := fmt.Fprint(a.Out, b.String())
	return err
}
