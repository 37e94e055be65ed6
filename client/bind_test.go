package client_test

import (
	"errors"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// code returns the code in the last mail to Grace that confirms her address.
func (n *testWorld) code() (code, link string) {
	n.t.Helper()
	mails := n.Mails("grace@navy.example")
	last := mails[len(mails)-1]
	if last.Code == "" {
		n.t.Fatal("no code was mailed")
	}
	return last.Code, last.Link
}

func TestAcceptByAddress(t *testing.T) {
	for name, copied := range map[string]func(code, link string) string{
		"code": func(code, _ string) string { return " " + code + "\n" },
		"link": func(_, link string) string { return link },
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			l := n.inviteLink("grace@navy.example")
			a := n.graceAccount()
			i := a.Preview(l)
			v, err := a.MailCode(t.Context(), i)
			n.must(err)
			for _, wrong := range []string{"nonsense", ""} {
				if _, err := a.AcceptByAddress(t.Context(), i, v, wrong); !errors.Is(err, client.ErrCode) || client.Hint(err) == "" {
					t.Errorf("%q: %v", wrong, err)
				}
			}
			got, err := a.AcceptByAddress(t.Context(), i, v, copied(n.code()))
			n.must(err)
			if got != (client.Accepted{RoomID: n.room}) {
				t.Errorf("%+v", got)
			}
			n.checkJoined(1)
			if status := n.status(n.account(), l.Token); status != invite.Joined {
				t.Errorf("Ada sees the status %s", status)
			}
		})
	}
}

func TestAddressOfAnotherIdentityServer(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	before := len(n.Mails("grace@navy.example"))
	l.SignURL = "https://elsewhere.example/sign-ed25519"
	if _, err := a.MailCode(t.Context(), a.Preview(l)); !errors.Is(err, client.ErrOtherIdentityServer) || client.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	l.Email = "nobody"
	l.SignURL = n.IdentityServerURL() + "/sign-ed25519"
	if _, err := a.MailCode(t.Context(), a.Preview(l)); !errors.Is(err, threepid.ErrNotAddress) {
		t.Errorf("%v", err)
	}
	l.Email = ""
	if _, err := a.MailCode(t.Context(), a.Preview(l)); !errors.Is(err, client.ErrNoAddress) {
		t.Errorf("%v", err)
	}
	if len(n.Mails("grace@navy.example")) != before {
		t.Error("a mail was sent")
	}
}
