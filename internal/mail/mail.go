// Package mail writes the mails with the links of invites, and sends them with a program
// or by SMTP.
package mail

import (
	"context"
	"fmt"
)

// An Invite is what a mail says. Its fields may contain any text of other users: a
// [Writer] makes them safe. Text and HTML templates use them by their names.
type Invite struct {
	Address     string // e-mail address of the invitee
	Name        string // name of the invitee, if the inviter entered it
	Inviter     string // Matrix ID
	InviterName string // display name of the inviter, if it is known
	Room        string // name of the room
	Link        string // a secret: it accepts the invite
	Expires     string // when the link expires; empty for never
	Token       string // token of the invite, which the members of the room can see
}

// Page reports whether the link opens a web page.
func (i Invite) Page() bool { return isPage(i.Link) }

// A Sender sends messages.
type Sender interface {
	// Send sends a message once. The error is an [Error].
	Send(ctx context.Context, m *Message) error
	// By returns the name of the program or the server.
	By() string
}

// A Mailer writes the mails of invites and sends them.
type Mailer struct {
	*Writer
	Sender
}

// Deliver sends the mail for an invite once. The error is an [Error].
func (m Mailer) Deliver(ctx context.Context, i Invite) error {
	message, err := m.Write(i)
	if err != nil {
		return err
	}
	return m.Send(ctx, message)
}

// A Result is what is known of a mail that could not be sent.
type Result int

// The results. Except with Uncertain, the mail was not sent.
const (
	// Uncertain: it may have been sent.
	Uncertain Result = iota
	// Rejected: because of this address or this message. Other mails may be accepted.
	Rejected
	// Failed: for a reason that may concern other mails too.
	Failed
	// Deferred: the server wants this mail to be sent again later.
	Deferred
	// Unavailable: the server cannot be used now, for any mail.
	Unavailable
	// Unusable: no mail can be sent until the user changes something, such as the
	// settings or the password.
	Unusable
)

// An Error says why a mail was not sent, or why that is uncertain.
type Error struct {
	Result Result
	By     string // the program or the server
	Err    error
}

func (e *Error) Error() string {
	if e.By == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("%s: %v", e.By, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
