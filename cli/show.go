package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

type showOptions struct {
	*app

	room, token string
	check       bool
}

func newShow(a *app) *cobra.Command {
	o := showOptions{app: a}
	c := &cobra.Command{
		Use:   "show ROOM TOKEN",
		Short: "Show an invite with its checks and history",
		Long: "Show one invite of a room, with the checks behind its verdict and the history\n" +
			"of its event. TOKEN may be shortened as long as it stays unique in the room. If\n" +
			"the output is not a terminal, each line is a name of the JSON, a tab and its\n" +
			"value.",
		Args: takes(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o.room, o.token = args[0], args[1]
			return runShow(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.check, "check", false, "ask trusted servers whether its keys are valid")
	return c
}

func runShow(ctx context.Context, o showOptions) error {
	account, room, err := o.accountInRoom(ctx, o.room)
	if err != nil {
		return err
	}
	i, err := findInvite(account, room, o.token)
	if err != nil {
		return err
	}
	if o.check {
		ask := func(ctx context.Context) { account.CheckInvite(ctx, i, func() {}) }
		if err := o.checkKeys(ctx, account, []invite.Invite{i}, ask); err != nil {
			return err
		}
	}
	f := findingOf(account, account.Facts(), room, i)
	if o.json {
		return o.writeJSON(newJSONInvite(f))
	}
	return o.writeTable(o.table(f, withFirst(account.History(room.ID, i.Token))))
}

// withFirst adds what the oldest event of a history says it replaced. Nobody has
// told when that was sent.
func withFirst(history []invite.Event) []invite.Event {
	if len(history) == 0 {
		return nil
	}
	oldest := history[len(history)-1]
	if len(oldest.PrevContent) == 0 {
		return history
	}
	return append(history, invite.Event{ID: oldest.Replaces, Sender: oldest.PrevSender, Content: oldest.PrevContent})
}

// fieldWidth is how much of one thing people are shown: three lines of most
// terminals. Scripts get more.
const fieldWidth = 220

// table has a row for everything that is known. Scripts get the names of the
// JSON's members.
func (o showOptions) table(f finding, history []invite.Event) *table {
	i := f.invite
	t := &table{columns: []column{{}, {}}}
	add := func(title, name string, c cell) {
		if c.shown != "" || c.exact != "" {
			c.shown = cut(c.shown, fieldWidth)
			t.add(cell{shown: title, exact: name, look: faint}, c)
		}
	}
	add("Invited", "display_name", text(i.DisplayName))
	add("Address", "address", text(f.address))
	add("Status", "status", statusCell(f))
	switch {
	case f.certain && !o.OutTTY:
		add("", "status_certain", text("true"))
	case !f.certain && o.OutTTY:
		add("", "", text("The room's history could not be searched. The invite may have been accepted."))
	}
	add("Verdict", "verdict", verdictCell(f))
	checks, more := some(o.app, f.Checks)
	for _, c := range checks {
		add("", "check", checkCell(c))
	}
	add("", "", more)
	for _, w := range f.Warnings {
		add("Warning", "warning", warningCell(w))
	}
	add("Room", "room_name", text(f.roomName))
	add("", "room_id", text(string(i.RoomID)))
	add("Sent by", "sender", text(string(i.Sender)))
	add("Sent", "sent_at", o.moment(i.SentAt))
	if i.Acceptance != nil {
		add("Accepted by", "accepted_by", text(string(i.Acceptance.UserID)))
		add("Accepted", "accepted_at", o.moment(i.Acceptance.At))
		add("Proof", "proof", proofCell(i.Acceptance.Proof))
	}
	if i.Revocation != nil {
		add("Revoked by", "revoked_by", text(string(i.Revocation.Sender)))
		add("Revoked", "revoked_at", o.moment(i.Revocation.At))
	}
	o.addKeys(f, add)
	add("Token", "token", text(i.Token))
	add("Event", "event_id", text(string(i.EventID)))
	for n := range history {
		title := "History"
		if n > 0 {
			title = ""
		}
		add(title, "history", o.pastCell(history[n:]))
		if n+1 < len(history) && history[n].Replaces != "" && history[n].Replaces != history[n+1].ID {
			add("", "history", text("the events in between are not known"))
		}
	}
	return t
}

// addKeys adds the keys: what each is, who vouches for it, and what came of that.
func (o showOptions) addKeys(f finding, add func(title, name string, c cell)) {
	keys, more := some(o.app, f.invite.Keys)
	for _, k := range keys {
		add("Key", "public_key", keyCell(k))
		add("", "key_validity_url", text(k.ValidityURL))
		if !o.OutTTY || k.Usable() && (k.Host() == "" || f.invite.Live()) { // people need no more of the others
			add("", "validity", validityCell(k, f.facts.Of(k)))
		}
	}
	add("", "", more)
}

func keyCell(k invite.Key) cell {
	if k.Usable() {
		return text(k.Public)
	}
	return cell{shown: strings.TrimSpace(fmt.Sprintf("%s (%s)", k.Public, wording.Key(k, invite.Unusable).Sentence())), exact: k.Public, look: bad}
}

// most is how many checks and keys people are shown: a stranger may have written
// thousands. Scripts get them all.
const most = 12

// some is as many of the things as people are shown, and what says that there
// are more.
func some[T any](a *app, things []T) ([]T, cell) {
	if len(things) <= most || !a.OutTTY {
		return things, cell{}
	}
	return things[:most], cell{shown: fmt.Sprintf("and %d more", len(things)-most), look: faint}
}

// pastCell says who wrote the first of these events, when, and what that was to
// the one before it, which follows.
func (o showOptions) pastCell(events []invite.Event) cell {
	ev := events[0]
	what := "wrote it"
	switch {
	case string(ev.Content) == "{}":
		what = "emptied it"
	case len(events) > 1 && events[1].Sender != ev.Sender:
		what = "overwrote it"
	case len(events) > 1:
		what = "wrote it again"
	case ev.Replaces != "":
		what = "wrote it; the content before that is not known"
	}
	when, who := o.moment(ev.At), cmp.Or(string(ev.Sender), "?")
	return cell{
		shown: cmp.Or(when.shown, "?") + ": " + who + " " + what,
		exact: strings.Join([]string{cmp.Or(when.exact, "?"), who, cmp.Or(string(ev.ID), "?"), what}, " "),
	}
}

// moment is a time for reading; nothing if it is not known.
func (o showOptions) moment(t time.Time) cell {
	exact := timestamp(t)
	if exact == "" {
		return cell{}
	}
	shown := t.UTC().Format("2006-01-02 15:04 UTC")
	if ago := spokenAge(o.Now(), t); o.accessible && strings.HasSuffix(ago, " ago") {
		return cell{shown: shown + ", " + ago, exact: exact}
	}
	if a := age(o.Now(), t); !o.accessible && len(a) <= len("59m") && a != "now" {
		shown += ", " + a + " ago"
	}
	return cell{shown: shown, exact: exact}
}
