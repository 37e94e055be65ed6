package e2e

import (
	"context"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/recipients"
	ourmail "github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/mail/mailtest"
)

// Our client issues an invite, mails its link by SMTP, and the invitee accepts it with the
// whole mail. Our identity server is only asked whether the address is bound.
func TestOwnKeyLinkIsMailed(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		server := mailtest.Start(t, mailtest.Options{User: "ada", Password: "analytical"})
		writer, err := ourmail.NewWriter("Ada <ada@example.org>", ourmail.Templates{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		room := newPerson(t, w, "ada").createRoom()
		o := newOutbox(t, w, room)
		o.opt.Mailer = ourmail.Mailer{Writer: writer, Sender: &ourmail.SMTP{
			Server:   ourmail.Server{Host: "127.0.0.1", Port: server.Port(), User: "ada"},
			Password: func(context.Context) (string, error) { return "analytical", nil },
		}}
		o.resume(o.Session())
		grace := newPerson(t, w, "grace")
		address := id.UserID(grace.ID).Localpart() + "@navy.example"
		list := recipients.Parse(address)
		plans, err := o.PlanAll(t.Context(), client.ByMail, []id.RoomID{id.RoomID(room.RoomID)}, []recipients.Invitee{list.Recipients[0].Invitee}, nil)
		if err != nil {
			t.Fatal(err)
		}
		o.queue(plans)
		o.run(nil)
		mails := server.Mails("")
		if len(mails) != 1 || mails[0].To != address {
			t.Fatalf("%d mails", len(mails))
		}
		check(t, w, "sent", o.items().Items[0].State, string(client.ItemSent))
		l, err := link.Parse(string(mails[0].Text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := openLink(t, grace.visitor(), l); err != nil {
			t.Fatal(err)
		}
		o.checkJoined(l, grace)
	})
}
