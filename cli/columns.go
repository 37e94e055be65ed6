package cli

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/host"
)

// scriptColumns are the columns that each command writes if its output is not a
// terminal. They are named like the members of the JSON output, if it has them.
// Scripts rely on their order: append new columns.
func scriptColumns() map[string]string {
	const invites = "display_name room_id status keys sender sent_at token verdict warnings address room_name room_alias"
	const deliveries = "invitee outcome user_id token error room_id"
	return map[string]string{
		"accept":   "room_id room_name outcome inviter",
		"accounts": "user_id homeserver default state",
		"contacts": "address name",
		"doctor":   "name result detail next",
		"inspect":  invites,
		"list":     invites,
		"move":     deliveries,
		"outbox":   "number invitee room_id state changed user_id token reason room_name room_alias",
		"resend":   deliveries,
		"revoke":   "display_name outcome token error room_id room_name room_alias",
		"rooms":    "name alias may_invite pending room_id",
		"send":     deliveries,
		"stats": "id room_name sent accepted pending revoked malformed accepted_in_30_days median_seconds sent_by_week" +
			" joined users uncertain unknown_in_30_days of_30_days accepted_with_known_times",
		"watch": "time change display_name room_id sender accepted_by status token room_name room_alias",
	}
}

// addHeaderFlags adds the flag --header to every command with columns, and a
// paragraph with their names to its help.
func addHeaderFlags(a *host.Program, root *cobra.Command) {
	all := scriptColumns()
	for _, c := range root.Commands() {
		names := strings.Fields(all[c.Name()])
		if len(names) == 0 {
			continue
		}
		header := false
		c.Flags().BoolVar(&header, "header", false, "begin piped output with the column names")
		if c.Long == "" {
			c.Long = c.Short + "."
		}
		c.Long += "\n\n" + ansi.Wordwrap("If the output is not a terminal, the columns are separated by tabs: "+
			strings.Join(names, ", ")+".", 79, "")
		run := c.RunE
		c.RunE = func(c *cobra.Command, args []string) error {
			a.Header = nil
			if header {
				a.Header = names
			}
			return run(c, args)
		}
	}
}
