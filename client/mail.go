package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/mail"
)

// A Mailer sends the mails of invites [ByMail].
type Mailer interface {
	// Deliver mails the link of an invite, once. A [mail.Error] says what is known of the
	// mail after that; with another error it may have been sent.
	Deliver(ctx context.Context, i mail.Invite) error
}

// A NoMailError says why the account cannot mail links itself.
type NoMailError struct{ Reason error }

func (e *NoMailError) Error() string { return "mxinvite cannot send mails: " + e.Reason.Error() }

func (e *NoMailError) Unwrap() error { return e.Reason }

var errNoMailer = errors.New("no mail program and no mail server is set")

// MayMail returns a [NoMailError] if the account cannot mail links itself.
func (a *Account) MayMail() error {
	switch {
	case a.opt.Mailer != nil:
		return nil
	case a.opt.MailerErr != nil:
		return &NoMailError{a.opt.MailerErr}
	}
	return &NoMailError{errNoMailer}
}

// An UnmailedError says that an invite is in the room, and why its link was not mailed or
// may not have been mailed.
type UnmailedError struct {
	Uncertain bool
	Err       error
}

func (e *UnmailedError) Error() string {
	if e.Uncertain {
		return fmt.Sprintf("invited, but it is uncertain whether the mail was sent: %v", e.Err)
	}
	return fmt.Sprintf("invited, but not mailed: %v", e.Err)
}

func (e *UnmailedError) Unwrap() error { return e.Err }

// errOver says that there is nothing to mail any more.
var errOver = errors.New("the invite was accepted or revoked meanwhile")

// mailFate returns what the error of a [Mailer] means for mails.
func mailFate(e *mail.Error) fate {
	switch e.Result {
	case mail.Rejected, mail.Deferred:
		return personal
	case mail.Failed:
		return refused
	case mail.Unavailable:
		return passing
	case mail.Unusable:
		return blocked
	case mail.Uncertain:
	}
	return unclear
}

// mailOf returns the mail for an entry whose invite is in the room.
func (a *Account) mailOf(ctx context.Context, e envelope) (mail.Invite, error) {
	l, err := a.linkOf(e.Room, e.Token, e.payload.record())
	if err != nil {
		return mail.Invite{}, err
	}
	room := string(e.Room)
	if in, err := a.Room(e.Room); err == nil {
		room = in.Name
	}
	return mail.Invite{
		Address: e.payload.Address, Name: e.payload.Name, Room: room, Token: e.Token,
		Link:    l.Format(cmp.Or(a.opt.LinkBase, link.DefaultBase)),
		Inviter: string(a.session.UserID), InviterName: a.nameIn(ctx, e.Room),
	}, nil
}

// nameIn returns the display name of the account in a room; empty if it is not known.
func (a *Account) nameIn(ctx context.Context, room id.RoomID) string {
	content, err := a.member(ctx, room, a.session.UserID)
	var member struct {
		DisplayName string `json:"displayname"`
	}
	if err != nil || json.Unmarshal(content, &member) != nil {
		return ""
	}
	return member.DisplayName
}

// mails reports whether the entry is an invite in the room whose link has to be mailed.
func (e envelope) mails() bool { return e.payload.Mail && e.Token != "" && e.State == store.Queued }
