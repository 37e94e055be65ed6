package send

import (
	"fmt"
	"slices"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

// A delivery is the invite of one person to one room, and its outcome.
type delivery struct {
	client.Plan
	attempt

	token string
	link  string // of an invite by link
}

// An attempt is the outcome of an operation on one invite.
type attempt struct {
	outcome out.Outcome
	err     error // why the operation failed or was not tried
}

// open reports whether the operation was not tried yet.
func (t *attempt) open() bool { return t.outcome == out.Planned }

func (t *attempt) fail(err error) { t.outcome, t.err = out.Failed, err }

// skip records that the operation was not tried, because of an error before.
func (t *attempt) skip() { t.outcome, t.err = out.NotTried, fail.ErrNotTried }

// take sets the outcome from the item in the outbox.
func (d *delivery) take(i client.Item) {
	d.outcome, d.err, d.token = outcomeOf(i), nil, i.Token
	if i.UserID != "" {
		d.UserID = i.UserID
	}
	if i.State == client.ItemFailed || i.State == client.ItemUncertain || i.State == client.ItemCancelled {
		d.err = &ItemError{i}
	}
}

// outcomeOf returns the outcome for the state of an item.
func outcomeOf(i client.Item) out.Outcome {
	switch i.State {
	case client.ItemSent:
		if i.Way == client.ByLink {
			return out.Linked
		}
		return out.Mailed
	case client.ItemResolved:
		return out.Invited
	case client.ItemFailed:
		return out.Failed
	default:
		return out.Outcome(i.State) // queued, sending, uncertain, cancelled
	}
}

// An ItemError reports an item in the outbox that was not sent, or may not have
// been sent.
type ItemError struct{ client.Item }

func (e *ItemError) Error() string {
	switch {
	case e.State == client.ItemCancelled:
		return "it was cancelled"
	case e.Reason == "":
		return fmt.Sprintf("%s is %s", e.Invitee(), e.State)
	}
	return e.Reason
}

// Hint returns the advice for the last failure, and how to change the item.
func (e *ItemError) Hint(words func(client.Advice) string) string {
	advice := words(e.Advice)
	switch e.State {
	case client.ItemUncertain:
		return fmt.Sprintf("%s Record the result with: mxinvite outbox settle %d --sent, or --resend.", advice, e.Number)
	case client.ItemCancelled:
		return fmt.Sprintf("To send it, run: mxinvite outbox retry %d", e.Number)
	default:
		if e.InRoom() {
			return fmt.Sprintf("%s To mail it again, run: mxinvite outbox retry %d. To show its link, run: mxinvite show --link %s %s", advice, e.Number, e.Room, e.Token)
		}
		return advice
	}
}

// jsonDelivery is the stable JSON output of send for one person in one room.
type jsonDelivery struct {
	Address  string      `json:"address"` // empty for a Matrix ID
	Invitee  string      `json:"invitee"` // the address or the Matrix ID, as given
	RoomID   string      `json:"room_id"` // like RoomName, empty for an error in the list if there are several rooms
	RoomName string      `json:"room_name"`
	Outcome  out.Outcome `json:"outcome"`
	UserID   string      `json:"user_id,omitempty"`
	Token    string      `json:"token,omitempty"`
	Link     string      `json:"link,omitempty"`    // the link of an invite by link, which is a secret
	SameAs   string      `json:"same_as,omitempty"` // another invitee of this command who is the same user
	Error    string      `json:"error,omitempty"`
	Line     int         `json:"line,omitempty"`   // line of the list, if it has an error
	Column   string      `json:"column,omitempty"` // column of a table, by its heading or number
}

// report writes the outcomes of all deliveries. It returns the failures or, if
// there are none, waiting.
func (o sendOptions) report(p *preview, waiting *out.WaitingError) error {
	all := make([]jsonDelivery, 0, len(p.deliveries)+len(p.problems))
	t := &out.Table{Columns: []out.Column{{Title: "INVITEE", Yields: true}, {Title: "OUTCOME"}, {Title: "MATRIX ID", Yields: true}, {Title: "TOKEN", Yields: true}, {}, {}}, Of: "result"}
	links := o.via == client.ByLink || slices.ContainsFunc(p.deliveries, func(d *delivery) bool { return d.link != "" || d.Outcome() == client.PlanLink })
	if links {
		t.Columns = append(t.Columns, out.Column{})
	}
	several := len(p.rooms) > 1
	if several { // with one room, the user knows it
		t.Columns[5] = out.Column{Title: "ROOM", Yields: true}
	}
	var failures []fail.Failure
	add := func(j jsonDelivery, subject string, err error) {
		if err != nil {
			j.Error = err.Error()
			failures = append(failures, fail.Failure{Subject: subject, Err: err})
		}
		all = append(all, j)
		room := out.Cell{Exact: j.RoomID}
		if several {
			room.Shown = j.RoomName
		}
		cells := []out.Cell{
			out.Text(j.Invitee),
			out.OutcomeCell(j.Outcome),
			out.Text(j.UserID),
			{Shown: out.FirstLetters(j.Token, out.ShortestToken), Exact: j.Token, Call: true},
			{Exact: j.Error},
			room,
		}
		if links {
			cells = append(cells, out.Cell{Exact: j.Link}) // a terminal would cut it, and has it after the table
		}
		t.Add(cells...)
	}
	for n, d := range p.deliveries {
		subject := d.Invitee().String()
		if fail.Is[*client.PowerError](d.err) || fail.Is[*client.ReplacedError](d.err) {
			subject = ""
		}
		add(jsonDelivery{
			Address: d.Address.Address, Invitee: d.Invitee().String(), RoomID: string(d.Room.ID), RoomName: d.Room.Name,
			Outcome: d.outcome, UserID: string(d.UserID), Token: d.token, Link: d.link, SameAs: d.SameAs.String(),
			Column: o.list.Recipients[n%len(o.list.Recipients)].Column,
		}, subject, d.err)
	}
	for _, r := range p.problems {
		j := jsonDelivery{Address: r.Text, Invitee: r.Text, Outcome: out.Failed, Line: r.Line}
		if !several {
			j.RoomID, j.RoomName = string(p.rooms[0].ID), p.rooms[0].Name
		}
		add(j, r.Text, fmt.Errorf("line %d: %w", r.Line, r.Err))
	}
	results := len(all)
	if o.dryRun {
		for _, l := range p.leftOut {
			all = append(all, jsonDelivery{Address: l.Text, Invitee: l.Text, Outcome: out.LeftOut, Error: l.Why(), Line: l.Line, Column: l.Column})
		}
	}
	if err := o.WriteOutcomes(all, t, failures); err != nil {
		return err
	}
	if o.OutTTY && !o.JSON {
		if err := o.printLinks(p); err != nil {
			return err
		}
	}
	return batchOrWaiting(o.Program, fail.Batch("invited", results, failures), waiting)
}

// batchOrWaiting returns one error for failed and waiting. If both are set, it
// writes waiting as a note.
func batchOrWaiting(a *host.Program, failed error, waiting *out.WaitingError) error {
	switch {
	case waiting == nil:
		return failed
	case failed == nil:
		return waiting
	}
	a.Note("%s.", waiting.Error())
	return failed
}
