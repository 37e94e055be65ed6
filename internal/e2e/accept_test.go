package e2e

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/link"
)

// visitor returns the person's account in our client, which may send requests to the
// host in a mailed link. The program's own transport for such URLs would refuse the
// loopback address of the test.
func (p *person) visitor() *client.Account {
	p.t.Helper()
	return p.visitorOver(p.w.Transport())
}

// visitorOver is visitor with the transport for hosts in links.
func (p *person) visitorOver(hosts http.RoundTripper) *client.Account {
	p.t.Helper()
	opt := clientOptions(p.w)
	opt.KeyTransport = hosts
	a, err := client.Resume(opt, p.account().Session())
	if err != nil {
		p.t.Fatal(err)
	}
	refresh(p.t, p.w, a)
	return a
}

// accept accepts the invite in a text with our client, and confirms every host that it asks about.
func accept(tb testing.TB, a *client.Account, text string) (client.Accepted, error) {
	tb.Helper()
	l, err := link.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	i := a.Preview(l)
	return a.Accept(tb.Context(), i, client.Consent{Host: i.Asked()})
}

// refusedFor returns the reason why a user could not join.
func refusedFor(err error) client.Refusal {
	var e *client.RefusedError
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestAccountAcceptsFromTheMail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, invite, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		a := grace.visitor()
		l, err := link.Parse(m.Text) // the whole mail, as it arrived
		if err != nil {
			t.Fatal(err)
		}
		i := a.Preview(l)
		check(t, w, "room", string(i.Link.RoomID) == room.RoomID, `true`)
		check(t, w, "token", i.Link.Token == invite["state_key"], `true`)
		check(t, w, "address", i.Link.Email == m.To, `true`)
		check(t, w, "the inviter's name is the mail's", strings.Contains(m.Text, i.Link.InviterName) && i.Link.InviterName != "", `true`)
		check(t, w, "host", i.Host == idServer(w), `true`)

		got, err := a.Accept(t.Context(), i, client.Consent{Host: i.Host})
		if err != nil {
			t.Fatal(err)
		}
		check(t, w, "inviter", string(got.Inviter) == room.ID, `true`)
		check(t, w, "signed by", got.Signer == i.Host, `true`)
		join := content(room.awaitMembership(grace.ID, "join"))
		_, copied := join["third_party_signed"]
		check(t, w, "the join has the proof", copied, `false`)
		refresh(t, w, a)
		_, err = a.Room(id.RoomID(room.RoomID))
		check(t, w, "it is in the list", err == nil, `true`)
		_, err = accept(t, a, m.Link)
		check(t, w, "a second time", errors.Is(err, client.ErrAlreadyJoined), `true`)
		check(t, w, "to the inviter it is", statusOf(t, w, room.account(), room, l.Token), `joined`)
	})
}

// The link is valid in the forms into which mail programs rewrite it.
func TestAccountAcceptsABrokenLink(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		for name, text := range map[string]string{
			"quoted-printable": "<" + breakLines(strings.ReplaceAll(m.Link, "=", "=3D"), "=\r\n") + ">",
			"HTML":             `<a href="` + strings.ReplaceAll(m.Link, "&", "&amp;") + `">`,
			"lines":            breakLines(m.Link, "\r\n "),
		} {
			p := newPerson(t, w, "grace")
			_, err := accept(t, p.visitor(), text)
			check(t, w, name, err == nil, `true`)
			check(t, w, name+": membership", content(room.awaitMembership(p.ID, "join"))["membership"], `join`)
		}
	})
}

func breakLines(s, brk string) string {
	var b strings.Builder
	for len(s) > 72 {
		b.WriteString(s[:72] + brk)
		s = s[72:]
	}
	return b.String() + s
}

// If the user enters the sender, for example from the text of the mail, no host needs
// to be confirmed.
func TestAccountSignsForItself(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		a := grace.visitor()
		l, err := link.Parse(m.Link)
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.Accept(t.Context(), a.Preview(l), client.Consent{Inviter: id.UserID(room.ID)})
		if err != nil {
			t.Fatal(err)
		}
		check(t, w, "signed by", got.Signer, ``)
		check(t, w, "membership", content(room.awaitMembership(grace.ID, "join"))["membership"], `join`)
	})
}

func TestAccountReportsWhyTheLinkIsNotValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		grace := newPerson(t, w, "grace")
		a := grace.visitor()
		t.Run("revoked", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			room.setState(inviteEvent, invite["state_key"].(string), object{})
			_, err := accept(t, a, m.Link)
			check(t, w, "revoked", refusedFor(err), `not-invited`)
		})
		t.Run("revoked, seen by a member", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			room.setState(inviteEvent, invite["state_key"].(string), object{})
			p := newPerson(t, w, "lin")
			there := room.inviteAndJoin(p)
			there.must(http.MethodPost, room.path("/leave"), object{})
			_, err := accept(t, p.visitor(), m.Link)
			check(t, w, "revoked, and visible", refusedFor(err), `revoked`)
		})
		t.Run("banned", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			room.must(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID})
			_, err := accept(t, a, m.Link)
			check(t, w, "banned", refusedFor(err), `banned`)
		})
		t.Run("a key that is not valid any more", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			room.setState(inviteEvent, m.Token, object{
				"display_name": content(invite)["display_name"],
				"public_keys": []object{{
					"public_key":       publicKey(t, m.PrivateKey),
					"key_validity_url": w.IdentityServer() + "/_matrix/identity/api/v1/pubkey/isvalid",
				}},
			})
			_, err := accept(t, a, m.Link)
			check(t, w, "key", refusedFor(err), `key-not-valid`)
		})
		t.Run("the identity server is down", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			w.SetIdentityServerDown(t, true)
			t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
			_, err := accept(t, a, m.Link)
			var unreachable *identity.UnreachableError
			check(t, w, "it does not confirm", errors.As(err, &unreachable), `true`)
			l, err := link.Parse(m.Link)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Accept(t.Context(), a.Preview(l), client.Consent{Inviter: id.UserID(room.ID)})
			check(t, w, "nor tell the homeserver", refusedFor(err), `key-unchecked`)
		})
		t.Run("a token that the identity server has forgotten", func(t *testing.T) {
			_, _, m := invitedByLink(t, w)
			forgotten := strings.Replace(m.SignURL, m.Token, m.Token[1:]+"a", 1)
			l, err := link.Parse(forgotten)
			if err != nil {
				t.Fatal(err)
			}
			l.RoomID = id.RoomID(m.RoomID)
			i := a.Preview(l)
			_, err = a.Accept(t.Context(), i, client.Consent{Host: i.Host})
			check(t, w, "forgotten", errors.Is(err, client.ErrForgotten), `true`)
		})
	})
}

// A user who binds the address has an ordinary invite, also if the link is not valid.
func TestAccountAcceptsAfterBinding(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		w.Bind(t, m.To, grace.ID, grace.token)
		room.awaitMembership(grace.ID, "invite")
		_, err := accept(t, grace.visitor(), m.Link)
		check(t, w, "accepted", err == nil, `true`)
		check(t, w, "membership", content(room.awaitMembership(grace.ID, "join"))["membership"], `join`)
	})
}

func TestAccountAcceptsByAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		a := grace.visitor()
		l, err := link.Parse(m.Text)
		if err != nil {
			t.Fatal(err)
		}
		i := a.Preview(l)
		v, err := a.MailCode(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		mails := w.Mails(t, m.To, 2)
		w.BindsItself(t)
		_, err = a.AcceptByAddress(t.Context(), i, v, "nonsense")
		check(t, w, "another code", errors.Is(err, client.ErrCode), `true`)
		_, err = a.AcceptByAddress(t.Context(), i, v, mails[1].Link)
		check(t, w, "accepted", err == nil, `true`)
		check(t, w, "membership", content(room.awaitMembership(grace.ID, "join"))["membership"], `join`)
	})
}
