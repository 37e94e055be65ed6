package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

type listOptions struct {
	*host.Program

	which filter.Invites
	check bool
	links bool   // write the links of the pending invites that mxinvite made itself
	sort  string // name of the sort order
	as    exportFlags
}

func newList(a *host.Program) *cobra.Command {
	o := listOptions{Program: a}
	c := &cobra.Command{
		Use:   "list [ROOM]",
		Short: "List invites, the newest first",
		Long: "List the e-mail invites of a room, or of all your rooms. ROOM is an alias, a\n" +
			"name or an ID. An ORDER is one of\n" +
			strings.Join(filter.Orders(), ", ") + ".\n" +
			"A STATUS is one of\n" +
			out.Join(invite.Statuses(), ", ") + ".\n" +
			"A VERDICT says whether a homeserver would honour the invite now or, if it was\n" +
			"accepted, whether that was valid: " + out.Join(invite.Verdicts(), ", ") + ".\n" +
			"For a pending invite it is unknown until its keys are checked (--check).\n" +
			"The address is known only for invites that were sent from this machine.\n\n" +
			"With --links it writes the links of the pending invites that mxinvite made\n" +
			"itself, each with its name and address, as for mail merge.",
		Example: "  mxinvite list '#ops' --status pending,invited\n" +
			"  mxinvite list --check --verdict refused\n" +
			"  mxinvite list --by me --older-than 30d --json\n" +
			"  mxinvite list --output invites.csv\n" +
			"  mxinvite list '#ops' --links --output links.csv",
		Args: fail.Args(0, 1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			return cmp.Or(o.as.check(c, a), o.which.Check(c), filter.CheckOrder(c, o.sort))
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.which.Rooms = append(o.which.Rooms, args...)
			return runList(c.Context(), o)
		},
	}
	f := c.Flags()
	o.which.AddFlags(f)
	o.as.flags(c)
	f.StringVar(&o.sort, "sort", "", "sort by `ORDER`, such as name (default newest)")
	f.BoolVar(&o.links, "links", false, "write links, which are secrets, instead of invites")
	f.BoolVar(&o.check, "check", false, "ask trusted servers whether keys are valid")
	return c
}

func runList(ctx context.Context, o listOptions) error {
	account, err := o.Account(ctx)
	if err != nil {
		return err
	}
	rooms, err := filter.FindRooms(account, o.which.Rooms)
	if err != nil {
		return err
	}
	short := out.ShortTokens(filter.InvitesOf(account, rooms))
	invites := o.which.Select(account, rooms, o.Now())
	if o.check {
		ask := func(ctx context.Context) { account.CheckKeys(ctx, func() {}) }
		if err := checkKeys(ctx, o.Program, account, invites, ask); err != nil {
			return err
		}
	}
	facts := account.Facts()
	var findings []out.Finding
	for _, i := range invites {
		if f := out.FindingOf(account, facts, rooms[i.RoomID], i); o.which.Match(f) {
			findings = append(findings, f)
		}
	}
	filter.Sort(findings, o.sort)
	if o.links {
		return o.writeLinks(ctx, account, findings)
	}
	if o.as.format != out.FormatTable {
		return o.as.write(ctx, o.Program, findings)
	}
	o.noteReplaced(findings)
	if outbox, err := account.Outbox(ctx); err == nil {
		o.noteStall(outbox)
	}
	return writeFindings(o.Program, findings, short, account.UserID())
}

// writeLinks writes the links of pending invites that the account issued itself. Text
// is in CSV as well: a terminal would cut the links of a table.
func (o *listOptions) writeLinks(ctx context.Context, account *client.Account, findings []out.Finding) error {
	links := []out.Link{}
	for _, f := range findings {
		i := f.Invite
		if !i.Live() || !account.IssuedByOwnKey(i.RoomID, i.Token) {
			continue
		}
		account.FindRoutes(ctx, i.RoomID)
		l, err := account.Link(i.RoomID, i.Token)
		if err != nil {
			return err
		}
		links = append(links, out.Link{Name: account.LabelOf(i.RoomID, i.Token), Address: f.Address, Link: l.Format(o.LinkBase())})
	}
	if o.as.format == out.FormatTable {
		o.as.format = out.FormatCSV
	}
	data, err := out.EncodeLinks(links, o.as.format)
	if err == nil {
		err = o.as.put(ctx, o.Program, data)
	}
	if err == nil && o.as.output != "" {
		o.Note("%s written to %s. "+out.SecretLinks, out.Count(len(links), "link"), o.as.output)
	}
	return err
}

// noteStall says why the outbox sends nothing, if it does not.
func (o *listOptions) noteStall(outbox client.Outbox) {
	if outbox.Stall.Reason == "" || outbox.Count(client.ItemQueued) == 0 {
		return
	}
	w := &out.WaitingError{Location: o.Location}
	w.Take(o.Now(), outbox, outbox.Count(client.ItemQueued))
	o.Note("%s. %s", w.Error(), exit.Hint(o.Program, w))
}

// noteReplaced reports the pending invites in rooms that were replaced, and how to
// move them.
func (o *listOptions) noteReplaced(findings []out.Finding) {
	said := map[id.RoomID]bool{}
	for _, f := range findings {
		if room := f.Invite.RoomID; f.Invite.Live() && f.ReplacedBy != "" && !said[room] {
			said[room] = true
			o.Note("%s To invite to the new room instead, %s", f.ReplacedBy, o.moveWords(room))
		}
	}
}

// moveWords returns the command that moves the invites of a room.
func (o *listOptions) moveWords(room id.RoomID) string {
	if o.Conversation != nil {
		return "type move and the number of an invite."
	}
	return "run: mxinvite move '" + string(room) + "'"
}

// writeFindings writes the output of list and inspect.
func writeFindings(a *host.Program, findings []out.Finding, short map[out.TokenKey]string, me id.UserID) error {
	if a.JSON {
		return a.WriteJSON(out.NewJSONInvites(findings))
	}
	if len(findings) == 0 {
		a.Note("There are no such invites.")
	}
	t := &out.Table{Columns: []out.Column{
		{Title: "INVITED", Yields: true},
		{Title: "ROOM", Yields: true},
		{Title: "STATUS"},
		{Title: "KEY"},
		{Title: "BY", Yields: true},
		{Title: "SENT"},
		{Title: "TOKEN"},
		{}, // the verdict; on a terminal, the columns before show it
		{Title: "WARNINGS", Yields: true},
		{}, // the address; on a terminal, it is shown in place of the name
		{}, // the room's name and its alias; on a terminal, ROOM shows one of them
		{},
	}, Of: "invite", Findings: findings, Saved: me == ""}
	for _, f := range findings {
		i := f.Invite
		t.Add(
			out.InviteeCell(f),
			out.Cell{Shown: cmp.Or(f.RoomLabel, string(i.RoomID)), Exact: string(i.RoomID)},
			out.StatusCell(f),
			out.StandingCell(f),
			out.SenderCell(i, me),
			out.SentCell(a.Now(), i),
			out.Cell{Shown: short[out.TokenKey{Room: i.RoomID, Token: i.Token}], Exact: i.Token, Call: true},
			out.Cell{Exact: string(f.Verdict)},
			out.FaultsCell(f),
			out.Cell{Exact: f.Address},
			out.Cell{Exact: f.RoomName},
			out.Cell{Exact: string(f.RoomAlias)},
		)
		t.Call(string(i.RoomID), i.Token)
	}
	return a.WriteTable(t)
}
