package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

type listOptions struct {
	*app

	rooms     []string // all if empty
	statuses  []string
	by        string
	olderThan ageFlag
}

func newList(a *app) *cobra.Command {
	o := listOptions{app: a}
	c := &cobra.Command{
		Use:   "list [ROOM]",
		Short: "List invites, the newest first",
		Long: "List the e-mail invites of a room, or of all your rooms. ROOM is an alias, a\n" +
			"name or an ID. A STATUS is one of\n" +
			statusWords() + ".\n" +
			"Not to a terminal it writes name, room ID, status, sender, time and token,\n" +
			"with tabs between.",
		Example: "  mxinvite list '#ops' --status pending,invited\n" +
			"  mxinvite list --by me --older-than 30d --json",
		Args: takes(0, 1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			return checkStatuses(c, o.statuses)
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.rooms = append(o.rooms, args...)
			return runList(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.statuses, "status", nil, "only those that are `STATUS`, or one of several")
	f.StringVar(&o.by, "by", "", "only those sent by `USER`: a Matrix ID, its name, or me")
	f.StringArrayVar(&o.rooms, "room", nil, "only those of `ROOM`; may be repeated")
	f.Var(&o.olderThan, "older-than", "only those sent longer ago than `AGE`, such as 30d")
	return c
}

func statusWords() string {
	var words []string
	for _, s := range invite.Statuses() {
		words = append(words, string(s))
	}
	return strings.Join(words, ", ")
}

func checkStatuses(c *cobra.Command, words []string) error {
	for _, w := range words {
		if !slices.Contains(invite.Statuses(), invite.Status(w)) {
			return usage(c, fmt.Errorf("no invite can be %q, only %s", w, statusWords()))
		}
	}
	return nil
}

func runList(ctx context.Context, o listOptions) error {
	account, err := o.account(ctx)
	if err != nil {
		return err
	}
	rooms, err := findRooms(account, o.rooms)
	if err != nil {
		return err
	}
	var ids []id.RoomID
	for room := range rooms {
		ids = append(ids, room)
	}
	var invites []invite.Invite
	if len(ids) > 0 {
		invites = account.Invites(ids...)
	}
	short := shortTokens(invites)
	invites = slices.DeleteFunc(invites, func(i invite.Invite) bool { return !o.wants(i, account.UserID()) })
	if o.json {
		all := make([]jsonInvite, 0, len(invites))
		for _, i := range invites {
			all = append(all, newJSONInvite(i, rooms[i.RoomID].Name))
		}
		return o.writeJSON(all)
	}
	if len(invites) == 0 {
		o.say("There are no such invites.")
	}
	return o.writeTable(o.table(invites, rooms, short, account.UserID()))
}

// findRooms returns the rooms of these names, or all if there are no names.
func findRooms(account *client.Account, names []string) (map[id.RoomID]client.Room, error) {
	rooms := map[id.RoomID]client.Room{}
	if len(names) == 0 {
		for _, r := range account.Rooms() {
			rooms[r.ID] = r
		}
	}
	for _, name := range names {
		r, err := account.FindRoom(name)
		if err != nil {
			return nil, err
		}
		rooms[r.ID] = r
	}
	return rooms, nil
}

// wants reports whether an invite was asked for. Of one whose sender or time is
// not known nobody can say that it was.
func (o listOptions) wants(i invite.Invite, me id.UserID) bool {
	switch {
	case len(o.statuses) > 0 && !slices.Contains(o.statuses, string(i.Status)):
		return false
	case o.by != "" && !sentBy(i, o.by, me):
		return false
	case o.olderThan > 0 && (i.SentAt.IsZero() || o.Now().Sub(i.SentAt) <= time.Duration(o.olderThan)):
		return false
	}
	return true
}

func sentBy(i invite.Invite, who string, me id.UserID) bool {
	switch {
	case who == "me":
		return i.Sender == me
	case strings.HasPrefix(who, "@") && strings.Contains(who, ":"):
		return string(i.Sender) == who
	default:
		return i.Sender != "" && i.Sender.Localpart() == strings.TrimPrefix(who, "@")
	}
}

func (o listOptions) table(invites []invite.Invite, rooms map[id.RoomID]client.Room, short map[tokenKey]string, me id.UserID) *table {
	t := &table{columns: []column{
		{"INVITED", true},
		{"ROOM", true},
		{"STATUS", false},
		{"BY", true},
		{"SENT", false},
		{"TOKEN", false},
	}}
	for _, i := range invites {
		t.add(
			nameCell(i),
			cell{shown: rooms[i.RoomID].Label(), exact: string(i.RoomID)},
			statusCell(i.Status),
			userCell(i.Sender, me),
			ageCell(o.Now(), i.SentAt),
			cell{shown: short[tokenKey{i.RoomID, i.Token}], exact: i.Token},
		)
	}
	return t
}

// nameCell is whom an invite is for, as far as anybody may know.
func nameCell(i invite.Invite) cell {
	if strings.TrimSpace(i.DisplayName) == "" {
		return cell{shown: "(no name)", exact: i.DisplayName, look: faint}
	}
	return text(i.DisplayName)
}

// userCell is a user, whose server needs no mention if it is one's own.
func userCell(user, me id.UserID) cell {
	c := text(string(user))
	if local, server, err := user.Parse(); err == nil && server == me.Homeserver() {
		c.shown = "@" + local
	}
	return c
}
