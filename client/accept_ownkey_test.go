package client_test

import (
	"errors"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const bindPath = "/_matrix/federation/v1/3pid/onbind"

// ownKeyLink puts an own-key invite of Ada into the room, and returns its link.
func (n *testWorld) ownKeyLink() link.Link {
	n.t.Helper()
	issued := ownkey.New()
	content, err := issued.Content("link 1", "")
	n.must(err)
	n.putInvite(issued.Token, content)
	l := link.Link{RoomID: n.room, Via: []string{"example.org"}, Sender: id.UserID(n.ada), Token: issued.Token}
	n.must(l.SetPrivateKey(issued.PrivateKey))
	l, err = link.Parse(l.Format(link.DefaultBase))
	n.must(err)
	return l
}

// putInvite sends the event of an invite as Ada.
func (n *testWorld) putInvite(token string, content any) {
	n.t.Helper()
	_, err := n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, token, content)
	n.must(err)
}

// The sender's homeserver sends an ordinary invite, and no identity server is asked.
func TestOwnKeyLinkIsAcceptedByAnOrdinaryInvite(t *testing.T) {
	n := newTestWorld(t)
	n.SetIdentityServerDown(true)
	l := n.ownKeyLink()
	a := n.graceAccount()
	before := len(n.Requests())
	i := a.Preview(l)
	if i.Host != "" || i.Homeserver != "example.org" || i.Asked() != "example.org" {
		t.Errorf("%+v", i)
	}
	if len(n.Requests()) != before {
		t.Error("the preview sent a request")
	}
	if _, err := a.Accept(t.Context(), i, client.Consent{}); !errors.Is(err, client.ErrNotConfirmed) || n.Count("POST", bindPath) != 0 {
		t.Errorf("asked without consent: %v", err)
	}
	got, err := a.Accept(t.Context(), i, client.Consent{Host: i.Asked()})
	n.must(err)
	if got != (client.Accepted{RoomID: n.room, Inviter: id.UserID(n.ada), Homeserver: "example.org"}) {
		t.Errorf("%+v", got)
	}
	if n.Count("POST", bindPath) != 1 {
		t.Errorf("%d requests for an invite", n.Count("POST", bindPath))
	}
	for _, r := range n.Requests() {
		if r.URL.Path == bindPath && strings.Contains(string(r.Body), l.PrivateKey()) || strings.Contains(r.URL.RawQuery, l.PrivateKey()) {
			t.Error("the private key was sent")
		}
	}
	n.checkNoTokenSentTo("example.org", a)
	n.checkJoined(1)
	ada := n.account()
	if status := n.status(ada, l.Token); status != invite.Joined {
		t.Errorf("Ada sees the status %s", status)
	}
	if found, err := ada.Invite(n.room, l.Token); err != nil || found.Acceptance.Proof != invite.ProofVerified {
		t.Errorf("%v, %+v", err, found.Acceptance)
	}
}

// If the sender's homeserver cannot be asked, the join request has the proof.
func TestOwnKeyLinkIsAcceptedByTheProofInTheJoin(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"unreachable": {Path: bindPath, Refuse: true, Times: 1},
		"no endpoint": {Path: bindPath, Status: 404, Times: 1},
		"error":       {Path: bindPath, Status: 500, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			l := n.ownKeyLink()
			n.Inject(fault)
			got, err := acceptOwnKey(t, n.graceAccount(), l)
			n.must(err)
			if got.Homeserver != "" || got.Signer != "" || got.Inviter != id.UserID(n.ada) {
				t.Errorf("%+v", got)
			}
			n.checkJoined(1)
		})
	}
}

func acceptOwnKey(t *testing.T, a *client.Account, l link.Link) (client.Accepted, error) {
	t.Helper()
	i := a.Preview(l)
	return a.Accept(t.Context(), i, client.Consent{Host: i.Asked()})
}

func TestOwnKeyLinkIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		before func(n *testWorld, l *link.Link)
		reason client.Refusal
		want   error
	}{
		"revoked":      {func(n *testWorld, l *link.Link) { n.putInvite(l.Token, struct{}{}) }, client.RefusedNotInvited, nil},
		"other key":    {func(n *testWorld, l *link.Link) { n.must(l.SetPrivateKey(ownkey.New().PrivateKey)) }, client.RefusedNotInvited, nil},
		"other sender": {func(n *testWorld, l *link.Link) { l.Sender = id.UserID(n.grace) }, client.RefusedNotInvited, nil},
		"other token":  {func(_ *testWorld, l *link.Link) { l.Token = "other" }, client.RefusedNotInvited, nil},
		"no server": {func(n *testWorld, l *link.Link) {
			n.putInvite(l.Token, struct{}{})
			n.Inject(sandbox.Fault{Path: bindPath, Refuse: true, Times: 1})
		}, client.RefusedNotInvited, nil},
		"banned": {func(n *testWorld, _ *link.Link) { n.must(n.Ban(string(n.room), n.ada, n.grace)) }, client.RefusedBanned, nil},
		"joined": {func(n *testWorld, _ *link.Link) {
			n.must(errors.Join(n.Invite(string(n.room), n.ada, n.grace), n.Join(string(n.room), n.grace)))
		}, "", client.ErrAlreadyJoined},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			l := n.ownKeyLink()
			c.before(n, &l)
			_, err := acceptOwnKey(t, n.graceAccount(), l)
			refused, _ := errors.AsType[*client.RefusedError](err)
			if c.reason != "" && (refused == nil || refused.Reason != c.reason) || c.want != nil && !errors.Is(err, c.want) || client.Hint(err) == "" {
				t.Errorf("%v\n%s", err, client.Hint(err))
			}
			if strings.Contains(err.Error(), l.PrivateKey()) {
				t.Error("the error has the private key")
			}
		})
	}
}

// Dendrite invites no user of another homeserver by onbind. Then Synapse, which knows
// nothing about the room, answers 500 to the join.
func TestOwnKeyLinkThatNoHomeserverAccepts(t *testing.T) {
	n := newTestWorld(t)
	l := n.ownKeyLink()
	n.Inject(sandbox.Fault{Path: bindPath, Status: 500})
	n.Inject(sandbox.Fault{Path: joinPath, Status: 500})
	_, err := acceptOwnKey(t, n.graceAccount(), l)
	both, ok := errors.AsType[*client.NotInvitedError](err)
	if !ok || both.Homeserver != "example.org" || client.Hint(err) != client.HintAskSender {
		t.Errorf("%v, advice %q", err, client.Hint(err))
	}
}
