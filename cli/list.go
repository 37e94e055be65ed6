package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

type listOptions struct {
	*app

	which selection
	check bool
	sort  string // one of the orders
	as    exportFlags
}

func newList(a *app) *cobra.Command {
	o := listOptions{app: a}
	c := &cobra.Command{
		Use:   "list [ROOM]",
		Short: "List invites, the newest first",
		Long: "List the e-mail invites of a room, or of all your rooms. ROOM is an alias, a\n" +
			"name or an ID. An ORDER is one of\n" +
			strings.Join(orders(), ", ") + ".\n" +
			"A STATUS is one of\n" +
			words(invite.Statuses(), ", ") + ".\n" +
			"A VERDICT says whether a homeserver would honour the invite now or, if it was\n" +
			"accepted, whether that was valid: " + words(invite.Verdicts(), ", ") + ".\n" +
			"For a pending invite it is unknown until its keys are checked (--check).\n" +
			"The address is known of invites that were sent from here.",
		Example: "  mxinvite list '#ops' --status pending,invited\n" +
			"  mxinvite list --check --verdict refused\n" +
			"  mxinvite list --by me --older-than 30d --json\n" +
			"  mxinvite list --output invites.csv",
		Args: takes(0, 1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			return cmp.Or(o.as.check(c, a), o.which.check(c), o.checkOrder(c))
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.which.rooms = append(o.which.rooms, args...)
			return runList(c.Context(), o)
		},
	}
	f := c.Flags()
	o.which.flags(f)
	o.as.flags(c)
	f.StringVar(&o.sort, "sort", "", "sort by `ORDER`, such as name (default newest)")
	f.BoolVar(&o.check, "check", false, "ask trusted servers whether keys are valid")
	return c
}

func runList(ctx context.Context, o listOptions) error {
	account, err := o.account(ctx)
	if err != nil {
		return err
	}
	rooms, err := findRooms(account, o.which.rooms)
	if err != nil {
		return err
	}
	short := shortTokens(invitesOf(account, rooms))
	invites := o.which.invites(account, rooms, o.Now())
	if o.check {
		ask := func(ctx context.Context) { account.CheckKeys(ctx, func() {}) }
		if err := o.checkKeys(ctx, account, invites, ask); err != nil {
			return err
		}
	}
	facts := account.Facts()
	var findings []finding
	for _, i := range invites {
		if f := findingOf(account, facts, rooms[i.RoomID], i); o.which.wants(f) {
			findings = append(findings, f)
		}
	}
	sortFindings(findings, o.sort)
	if o.as.format != formatTable {
		return o.as.write(ctx, o.app, findings)
	}
	return o.writeFindings(findings, short, account.UserID())
}

// writeFindings writes what was found, as list and inspect do.
func (a *app) writeFindings(findings []finding, short map[tokenKey]string, me id.UserID) error {
	if a.json {
		return a.writeJSON(newJSONInvites(findings))
	}
	if len(findings) == 0 {
		a.say("There are no such invites.")
	}
	t := &table{columns: []column{
		{"INVITED", true},
		{"ROOM", true},
		{"STATUS", false},
		{"KEY", false},
		{"BY", true},
		{"SENT", false},
		{"TOKEN", false},
		{}, // the verdict, which people see in the columns before
		{"WARNINGS", true},
		{}, // the address, which people see in place of the name
		{}, // the room's name and its alias, one of which people see as ROOM
		{},
	}, of: "invite", findings: findings, saved: me == ""}
	for _, f := range findings {
		i := f.invite
		t.add(
			whomCell(f),
			cell{shown: cmp.Or(f.roomLabel, string(i.RoomID)), exact: string(i.RoomID)},
			statusCell(f),
			standingCell(f),
			userCell(i.Sender, me),
			ageCell(a.Now(), i.SentAt),
			cell{shown: short[tokenKey{i.RoomID, i.Token}], exact: i.Token, call: true},
			cell{exact: string(f.Verdict)},
			cell{shown: words(f.needLook(), ", "), exact: words(f.Warnings, ","), look: warn},
			cell{exact: f.address},
			cell{exact: f.roomName},
			cell{exact: string(f.roomAlias)},
		)
		t.call(string(i.RoomID), i.Token)
	}
	return a.writeTable(t)
}

// nameCell is whom an invite is for, as far as anybody may know.
func nameCell(i invite.Invite) cell {
	if strings.TrimSpace(i.DisplayName) == "" {
		return cell{shown: "(no name)", exact: i.DisplayName, look: faint}
	}
	return text(i.DisplayName)
}

// whomCell is the name of an invite, for people with the address that it went to
// if that is known here.
func whomCell(f finding) cell {
	c := nameCell(f.invite)
	if f.address != "" {
		c.shown, c.look = f.address, plain
	}
	return c
}

// userCell is a user, whose server needs no mention if it is one's own.
func userCell(user, me id.UserID) cell {
	c := text(string(user))
	if local, server, err := user.Parse(); err == nil && server == me.Homeserver() {
		c.shown = "@" + local
	}
	return c
}
