package out

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/wording"
)

// fieldWidth limits a value that is shown to users, in terminal cells. Scripts get
// the whole value.
const fieldWidth = 220

// InviteTable returns a table with a row for each known property of an invite. For
// scripts, the rows are named like the members of the JSON output.
func (p *Printer) InviteTable(f Finding, history []invite.Event) *Table {
	i := f.Invite
	t := &Table{Columns: []Column{{}, {}}}
	add := func(title, name string, c Cell) {
		if c.Shown != "" || c.Exact != "" {
			c.Shown = Cut(c.Shown, fieldWidth)
			t.Add(Cell{Shown: title, Exact: name, Role: Faint}, c)
		}
	}
	add("Invited", "display_name", Text(i.DisplayName))
	add("Address", "address", Text(f.Address))
	add("Status", "status", StatusCell(f))
	switch {
	case f.Certain && !p.OutTTY:
		add("", "status_certain", Text("true"))
	case !f.Certain && p.OutTTY:
		add("", "", Text("The room's history could not be searched. The invite may have been accepted."))
	}
	p.addVerdict(f, add)
	add("Room", "room_name", Text(f.RoomName))
	add("", "room_id", Text(string(i.RoomID)))
	add("", "", Text(f.ReplacedBy))
	add("Sent by", "sender", Text(string(i.Sender)))
	add("Sent", "sent_at", p.moment(i.SentAt))
	switch {
	case f.OwnKey && p.OutTTY:
		add("Link", "", Text(wording.OwnKey(i, f.Limits.Uses, duration.Left(p.Now(), f.Limits.Expires))))
	case f.OwnKey:
		add("", "own_key", Text("true"))
	}
	add("Link expires", "expires_at", p.moment(f.Limits.Expires))
	if f.Limits.Uses > 0 && !p.OutTTY {
		add("", "uses", Text(strconv.Itoa(f.Limits.Uses)))
	}
	if i.Acceptance != nil {
		add("Accepted by", "accepted_by", Text(string(i.Acceptance.UserID)))
		add("Accepted", "accepted_at", p.moment(i.Acceptance.At))
		add("Proof", "proof", proofCell(i.Acceptance.Proof))
	}
	if i.Revocation != nil {
		add("Revoked by", "revoked_by", Text(string(i.Revocation.Sender)))
		add("Revoked", "revoked_at", p.moment(i.Revocation.At))
	}
	p.addKeys(f, add)
	add("Token", "token", Text(i.Token))
	add("Event", "event_id", Text(string(i.EventID)))
	for n := range history {
		title := "History"
		if n > 0 {
			title = ""
		}
		add(title, "history", p.pastCell(history[n:]))
		if n+1 < len(history) && history[n].Replaces != "" && history[n].Replaces != history[n+1].ID {
			add("", "history", Text("the events in between are not known"))
		}
	}
	return t
}

// addVerdict adds the verdict, its checks and the warnings. Users see the warnings
// that the screen shows; scripts get all.
func (p *Printer) addVerdict(f Finding, add func(title, name string, c Cell)) {
	warnings := f.Warnings
	if p.OutTTY {
		warnings = wording.Warnings(f.Invite, f.Verdict, warnings)
	}
	if !p.OutTTY || wording.HasVerdict(f.Invite) {
		add("Verdict", "verdict", verdictCell(f))
		checks, more := some(p, f.Checks)
		for _, c := range checks {
			add("", "check", checkCell(c))
		}
		add("", "", more)
	}
	for _, w := range warnings {
		add("Warning", "warning", warningCell(w))
	}
}

// addKeys adds each key with its validity URL and the result of the key check.
func (p *Printer) addKeys(f Finding, add func(title, name string, c Cell)) {
	keys, more := some(p, f.Invite.Keys)
	for _, k := range keys {
		add("Key", "public_key", keyCell(k))
		add("", "key_validity_url", Text(k.ValidityURL))
		v := f.Facts.KeyValidity(k)
		if t, ok := wording.KeyOf(f.Invite, k, v); ok || !p.OutTTY {
			add("", "validity", termCell(cmp.Or(t, wording.Key(k, v)), string(v)))
		}
	}
	add("", "", more)
}

func keyCell(k invite.Key) Cell { return Cell{Shown: cmp.Or(k.Public, "(empty)"), Exact: k.Public} }

// MaxShown limits the checks and keys that are shown to users, because an event can
// have thousands of keys. Scripts get all.
const MaxShown = 12

// some returns the first MaxShown things, and a cell with the number of the others.
// Scripts get all.
func some[T any](p *Printer, things []T) ([]T, Cell) {
	if len(things) <= MaxShown || !p.OutTTY {
		return things, Cell{}
	}
	return things[:MaxShown], Cell{Shown: fmt.Sprintf("and %d more", len(things)-MaxShown), Role: Faint}
}

// pastCell describes the first event of a history, newest event first: its time,
// its sender and how it changed the event before.
func (p *Printer) pastCell(events []invite.Event) Cell {
	ev := events[0]
	what := "wrote it"
	switch {
	case string(ev.Content) == "{}":
		what = "revoked it"
	case len(events) > 1 && events[1].Sender != ev.Sender:
		what = "overwrote it"
	case len(events) > 1:
		what = "wrote it again"
	case ev.Replaces != "":
		what = "wrote it; the content before that is not known"
	}
	when, who := p.moment(ev.At), cmp.Or(string(ev.Sender), "?")
	return Cell{
		Shown: cmp.Or(when.Shown, "?") + ": " + who + " " + what,
		Exact: strings.Join([]string{cmp.Or(when.Exact, "?"), who, cmp.Or(string(ev.ID), "?"), what}, " "),
	}
}

// moment returns the cell of a time, which is empty if the time is unknown.
func (p *Printer) moment(t time.Time) Cell {
	exact := Timestamp(t)
	if exact == "" {
		return Cell{}
	}
	shown := wording.Time(p.Now(), t, p.Location)
	if ago := duration.Ago(p.Now(), t); p.Accessible && strings.HasSuffix(ago, " ago") {
		return Cell{Shown: shown + ", " + ago, Exact: exact}
	}
	if a := duration.Age(p.Now(), t); !p.Accessible && a != "now" {
		shown += ", " + a + " ago"
	}
	return Cell{Shown: shown, Exact: exact}
}
