package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

type showOptions struct {
	*app

	room, token string
}

func newShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show ROOM TOKEN",
		Short: "Show one invite",
		Long: "Show one invite of a room. As much of its token is enough as no other one\n" +
			"begins with. Not to a terminal it writes the names of the JSON and their\n" +
			"values, with tabs between.",
		Args: takes(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return runShow(c.Context(), showOptions{app: a, room: args[0], token: args[1]})
		},
	}
}

func runShow(ctx context.Context, o showOptions) error {
	account, err := o.account(ctx)
	if err != nil {
		return err
	}
	room, err := account.FindRoom(o.room)
	if err != nil {
		return err
	}
	i, err := findInvite(account, room, o.token)
	if err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(newJSONInvite(i, room.Name))
	}
	return o.writeTable(o.table(i, room))
}

// table has a row for everything that is known. Scripts get the names of the
// JSON's members.
func (o showOptions) table(i invite.Invite, room client.Room) *table {
	t := &table{columns: []column{{}, {}}}
	add := func(title, name string, c cell) {
		if c.shown != "" || c.exact != "" {
			t.add(cell{shown: title, exact: name, look: faint}, c)
		}
	}
	add("Invited", "display_name", text(i.DisplayName))
	add("Status", "status", statusCell(i.Status))
	add("Room", "room_name", text(room.Name))
	add("", "room_id", text(string(room.ID)))
	add("Sent by", "sender", text(string(i.Sender)))
	add("Sent", "sent_at", o.moment(i.SentAt))
	if i.Acceptance != nil {
		add("Taken by", "accepted_by", text(string(i.Acceptance.UserID)))
		add("Taken", "accepted_at", o.moment(i.Acceptance.At))
	}
	if i.Revocation != nil {
		add("Revoked by", "revoked_by", text(string(i.Revocation.Sender)))
		add("Revoked", "revoked_at", o.moment(i.Revocation.At))
	}
	for _, k := range i.Keys {
		add("Key", "public_key", keyCell(k))
		add("", "key_validity_url", text(k.ValidityURL))
	}
	add("Token", "token", text(i.Token))
	add("Event", "event_id", text(string(i.EventID)))
	return t
}

func keyCell(k invite.Key) cell {
	if k.Usable() {
		return text(k.Public)
	}
	return cell{shown: strings.TrimSpace(fmt.Sprintf("%s (useless: %s)", k.Public, k.Problem)), exact: k.Public, look: bad}
}

// moment is a time for reading; nothing if it is not known.
func (o showOptions) moment(t time.Time) cell {
	exact := timestamp(t)
	if exact == "" {
		return cell{}
	}
	shown := t.UTC().Format("2006-01-02 15:04 UTC")
	if a := age(o.Now(), t); len(a) <= len("59m") && a != "now" {
		shown += ", " + a + " ago"
	}
	return cell{shown: shown, exact: exact}
}
