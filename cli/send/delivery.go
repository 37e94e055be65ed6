package send

import (
	"fmt"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

// A delivery is one person on the way to a room.
type delivery struct {
	client.Plan
	attempt

	token string
}

// An  is how far one of the things has come.
type attempt struct {
	outcome out.Outcome
	err     error // why, if it was not done
}

// open reports whether nothing was tried yet.
func (t *attempt) open() bool { return t.outcome == out.Planned }

func (t *attempt) fail(err error) { t.outcome, t.err = out.Failed, err }

// skip leaves it at that.
func (t *attempt) skip() { t.outcome, t.err = out.NotTried, fail.ErrNotTried }

// take takes in what has become of it in the outbox.
func (d *delivery) take(i client.Item) {
	d.outcome, d.err, d.token = outcomeOf(i.State), nil, i.Token
	if i.UserID != "" {
		d.UserID = i.UserID
	}
	if i.State == client.ItemFailed || i.State == client.ItemUncertain || i.State == client.ItemCancelled {
		d.err = &ItemError{i}
	}
}

// outcomeOf is what scripts are told of a state.
func outcomeOf(s client.ItemState) out.Outcome {
	switch s {
	case client.ItemSent:
		return out.Mailed
	case client.ItemResolved:
		return out.Invited
	case client.ItemFailed:
		return out.Failed
	default:
		return out.Outcome(s) // queued, sending, uncertain, cancelled
	}
}

// An ItemError says why an invite in the outbox did not go out, or may not have.
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

// Hint is what the user can do about it, beside the advice on the last failure.
func (e *ItemError) Hint(words func(client.Advice) string) string {
	advice := words(e.Advice)
	switch e.State {
	case client.ItemUncertain:
		return fmt.Sprintf("%s Record the result with: mxinvite outbox settle %d --sent, or --resend.", advice, e.Number)
	case client.ItemCancelled:
		return fmt.Sprintf("To send it, run: mxinvite outbox retry %d", e.Number)
	default:
		return advice
	}
}

// jsonDelivery is what send promises to scripts for each person in each room.
type jsonDelivery struct {
	Address  string      `json:"address"` // empty for a Matrix ID
	Invitee  string      `json:"invitee"` // the address or the Matrix ID, as it was given
	RoomID   string      `json:"room_id"` // and its name are empty where there are several, and it is about none
	RoomName string      `json:"room_name"`
	Outcome  out.Outcome `json:"outcome"`
	UserID   string      `json:"user_id,omitempty"`
	Token    string      `json:"token,omitempty"`
	SameAs   string      `json:"same_as,omitempty"` // the invitee whose delivery is for the same user
	Error    string      `json:"error,omitempty"`
	Line     int         `json:"line,omitempty"` // of a list, where there is no address
}

// report writes the outcome of all deliveries. It returns the failures or,
// without any, why some invites wait.
func (o sendOptions) report(p *preview, waiting *out.WaitingError) error {
	all := make([]jsonDelivery, 0, len(p.deliveries)+len(p.problems))
	t := &out.Table{Columns: []out.Column{{Title: "INVITEE", Yields: true}, {Title: "OUTCOME"}, {Title: "MATRIX ID", Yields: true}, {Title: "TOKEN", Yields: true}, {}, {}}, Of: "result"}
	several := len(p.rooms) > 1
	if several { // else people know the room
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
		t.Add(
			out.Text(j.Invitee),
			out.OutcomeCell(j.Outcome),
			out.Text(j.UserID),
			out.Cell{Shown: out.FirstLetters(j.Token, out.ShortestToken), Exact: j.Token, Call: true},
			out.Cell{Exact: j.Error},
			room,
		)
	}
	for _, d := range p.deliveries {
		subject := d.Invitee().String()
		if fail.Is[*client.PowerError](d.err) || fail.Is[*client.ReplacedError](d.err) {
			subject = ""
		}
		add(jsonDelivery{
			Address: d.Address.Address, Invitee: d.Invitee().String(), RoomID: string(d.Room.ID), RoomName: d.Room.Name,
			Outcome: d.outcome, UserID: string(d.UserID), Token: d.token, SameAs: d.SameAs.String(),
		}, subject, d.err)
	}
	for _, r := range p.problems {
		j := jsonDelivery{Address: r.Text, Invitee: r.Text, Outcome: out.Failed, Line: r.Line}
		if !several {
			j.RoomID, j.RoomName = string(p.rooms[0].ID), p.rooms[0].Name
		}
		add(j, r.Text, fmt.Errorf("line %d: %w", r.Line, r.Err))
	}
	if err := o.WriteOutcomes(all, t, failures); err != nil {
		return err
	}
	return batchOrWaiting(o.Program, fail.Batch("invited", len(all), failures), waiting)
}

// batchOrWaiting is the one error of what went wrong and of what waits.
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
