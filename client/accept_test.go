package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const (
	joinPath = "/_matrix/client/v3/rooms/*/join"
	signPath = "/_matrix/identity/api/v1/sign-ed25519"
)

// inviteLink invites an address and returns the link in its mail.
func (n *testWorld) inviteLink(address string) link.Link {
	n.t.Helper()
	n.invite(address)
	mails := n.Mails(address)
	l, err := link.Parse(mails[len(mails)-1].Text)
	n.must(err)
	return l
}

// graceAccount returns Grace's account, which may send requests to URLs in invites.
func (n *testWorld) graceAccount() *client.Account {
	n.t.Helper()
	return n.graceAccountOver(n.World)
}

func (n *testWorld) graceAccountOver(keys http.RoundTripper) *client.Account {
	n.t.Helper()
	opt := n.options()
	opt.KeyTransport = keys
	a, err := client.Resume(opt, n.signIn(n.grace).Session())
	n.must(err)
	return a
}

// accept accepts an invite and confirms the host that signs.
func accept(t *testing.T, a *client.Account, l link.Link) (client.Accepted, error) {
	t.Helper()
	i := a.Preview(l)
	return a.Accept(t.Context(), i, client.Consent{Host: i.Host})
}

// checkJoined checks that Grace is in the room, and the number of requests to join.
func (n *testWorld) checkJoined(requests int) {
	n.t.Helper()
	a := n.signIn(n.grace)
	n.must(a.Refresh(n.t.Context()))
	if _, err := a.Room(n.room); err != nil {
		n.t.Error(err)
	}
	if got := n.Count("POST", joinPath); got != requests {
		n.t.Errorf("%d requests to join", got)
	}
}

func TestAcceptJoinsByTheLink(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	before := len(n.Requests())
	i := a.Preview(l)
	if i.Host != "id.example.org" || i.Link.RoomID != n.room || i.Link.InviterName != "Ada" || i.Link.RoomName != "Compilers" || i.Joined != nil {
		t.Errorf("%+v", i)
	}
	if len(n.Requests()) != before {
		t.Error("the preview sent a request")
	}
	got, err := a.Accept(t.Context(), i, client.Consent{Host: i.Host})
	n.must(err)
	if got != (client.Accepted{RoomID: n.room, Inviter: id.UserID(n.ada), Signer: "id.example.org"}) {
		t.Errorf("%+v", got)
	}
	n.checkJoined(1)
	if status := n.status(n.account(), l.Token); status != invite.Joined {
		t.Errorf("Ada sees the status %s", status)
	}
	n.checkNoTokenSentTo("id.example.org", a)
}

// checkNoTokenSentTo fails if a request of the client to the host has the account's
// access token.
func (n *testWorld) checkNoTokenSentTo(host string, a *client.Account) {
	n.t.Helper()
	for _, r := range n.Requests() {
		if r.From == "client" && r.URL.Host == host && strings.Contains(fmt.Sprint(r.Header, r.URL, string(r.Body)), a.Session().AccessToken) {
			n.t.Errorf("%s %s has the access token", r.Method, r.URL.Path)
		}
	}
}

func TestNoServerIsAskedWithoutConsent(t *testing.T) {
	n := newTestWorld(t)
	a := n.graceAccount()
	i := a.Preview(n.inviteLink("grace@navy.example"))
	for _, host := range []string{"", "elsewhere.example"} {
		_, err := a.Accept(t.Context(), i, client.Consent{Host: host})
		if !errors.Is(err, client.ErrNotConfirmed) || client.Hint(err) == "" {
			t.Errorf("%v", err)
		}
	}
	if n.Count("POST", signPath) != 0 || n.Count("POST", joinPath) != 0 {
		t.Error("a request was sent")
	}
}

// If the inviter is known, no identity server is needed.
func TestAcceptSignsItselfIfTheInviterIsKnown(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	_, err := a.Accept(t.Context(), a.Preview(l), client.Consent{Inviter: id.UserID(n.grace)})
	if refused := new(client.RefusedError); !errors.As(err, &refused) || refused.Reason != client.RefusedNotInvited {
		t.Errorf("named another inviter: %v", err)
	}
	got, err := a.Accept(t.Context(), a.Preview(l), client.Consent{Inviter: id.UserID(n.ada)})
	n.must(err)
	if got.Signer != "" || n.Count("POST", signPath) != 0 {
		t.Errorf("%+v", got)
	}
	n.checkJoined(2)
}

func TestAcceptSignsItselfIfTheRoomShowsTheInviter(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	n.makeGraceFormerMember()
	got, err := accept(t, n.graceAccount(), l)
	n.must(err)
	if got.Signer != "" || got.Inviter != id.UserID(n.ada) {
		t.Errorf("%+v", got)
	}
	n.checkJoined(1)
}

func TestAcceptRefusesBeforeAnyJoin(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(n *testWorld, l *link.Link)
		want    func(error) bool
	}{
		"joined": {
			func(n *testWorld, _ *link.Link) {
				n.bindGrace()
				n.must(n.Join(string(n.room), n.grace))
			}, func(err error) bool { return errors.Is(err, client.ErrAlreadyJoined) },
		},
		"banned": {
			func(n *testWorld, _ *link.Link) {
				n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/state/m.room.member/*", Times: 1, Status: 200, Body: `{"membership":"ban"}`})
			},
			isRefusal(client.RefusedBanned),
		},
		"revoked, and it shows": {
			func(n *testWorld, l *link.Link) {
				_, err := n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, l.Token, map[string]any{})
				n.must(err)
				n.makeGraceFormerMember()
			}, isRefusal(client.RefusedRevoked),
		},
		"another key, and it shows": {
			func(n *testWorld, l *link.Link) {
				other := n.inviteLink("rob@bell.example")
				n.makeGraceFormerMember()
				l.Token = other.Token
			}, isRefusal(client.RefusedOtherKey),
		},
		"no room": {
			func(_ *testWorld, l *link.Link) { l.RoomID = "" },
			func(err error) bool { return errors.Is(err, client.ErrNoRoomNamed) },
		},
		"no signer": {
			func(_ *testWorld, l *link.Link) { l.SignURL = "" },
			func(err error) bool { return errors.Is(err, client.ErrNoSigner) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			l := n.inviteLink("grace@navy.example")
			tc.prepare(n, &l)
			_, err := accept(t, n.graceAccount(), l)
			if !tc.want(err) || client.Hint(err) == "" {
				t.Errorf("%v, %q", err, client.Hint(err))
			}
			if n.Count("POST", joinPath) != 0 || n.Count("POST", signPath) != 0 {
				t.Error("a request was sent")
			}
		})
	}
}

func isRefusal(reason client.Refusal) func(error) bool {
	return func(err error) bool {
		e := new(client.RefusedError)
		return errors.As(err, &e) && e.Reason == reason
	}
}

// bindGrace binds Grace's address, which turns the invite into an ordinary one.
func (n *testWorld) bindGrace() {
	n.t.Helper()
	n.must(n.Bind("grace@navy.example", n.grace))
}

// makeGraceFormerMember lets Grace join and leave the room by another invite. Former
// members may read the state of the room at the time when they left.
func (n *testWorld) makeGraceFormerMember() {
	n.t.Helper()
	_, err := n.InviteByEmail(string(n.room), n.ada, "hopper@navy.example")
	n.must(err)
	n.must(n.Bind("hopper@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	n.must(n.Leave(string(n.room), n.grace))
}

func TestRefusalsAreExplained(t *testing.T) {
	const refusedByRoom = `{"errcode":"M_FORBIDDEN","error":"You do not belong to any of the required rooms/spaces to join this room."}`
	answers := func(path string, status int, body string) func(*testWorld, *link.Link) {
		return func(n *testWorld, _ *link.Link) {
			n.Inject(sandbox.Fault{Path: path, Times: 1, Status: status, Body: body})
		}
	}
	for name, tc := range map[string]struct {
		prepare func(n *testWorld, l *link.Link)
		want    client.Refusal
	}{
		"revoked": {func(n *testWorld, l *link.Link) {
			_, err := n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, l.Token, map[string]any{})
			n.must(err)
		}, client.RefusedNotInvited},
		"banned": {func(n *testWorld, _ *link.Link) { n.must(n.Ban(string(n.room), n.ada, n.grace)) }, client.RefusedBanned},
		"to another room": {func(n *testWorld, l *link.Link) {
			l.RoomID = id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Elsewhere"}))
		}, client.RefusedNotInvited},
		"key not valid": {func(n *testWorld, l *link.Link) {
			n.replaceKey(*l, n.IdentityServerURL()+"/_matrix/identity/api/v1/pubkey/isvalid")
		}, client.RefusedKey},
		"key cannot be checked": {func(n *testWorld, l *link.Link) {
			n.replaceKey(*l, "https://nowhere.example/isvalid")
		}, client.RefusedUnchecked},
		"restricted":          {answers(joinPath, 403, refusedByRoom), client.RefusedRestricted},
		"restricted, by code": {answers(joinPath, 400, `{"errcode":"M_UNABLE_TO_AUTHORISE_JOIN","error":"no"}`), client.RefusedRestricted},
		"not forwarded":       {answers(joinPath, 502, `{"errcode":"M_UNKNOWN","error":"Failed to forward third party invite"}`), client.RefusedFar},
		"banned meanwhile":    {answers(joinPath, 403, `{"errcode":"M_BAD_STATE","error":"Cannot join user who was banned"}`), client.RefusedBanned},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			l := n.inviteLink("grace@navy.example")
			tc.prepare(n, &l)
			_, err := accept(t, n.graceAccount(), l)
			if !isRefusal(tc.want)(err) || client.Hint(err) == "" {
				t.Errorf("%v, %q", err, client.Hint(err))
			}
			if got := n.Count("POST", joinPath); got != 1 {
				t.Errorf("%d requests to join", got)
			}
		})
	}
}

// replaceKey replaces the keys of the invite by the link's key with this validity URL.
func (n *testWorld) replaceKey(l link.Link, validityURL string) {
	n.t.Helper()
	_, err := n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, l.Token, map[string]any{
		"display_name": "g...", "public_keys": []any{map[string]any{"public_key": l.Key.Public(), "key_validity_url": validityURL}},
	})
	n.must(err)
}

// The signature of the host in the link is verified before the join request.
func TestSignedProofIsChecked(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	other, err := invite.ParsePrivateKey(n.inviteLink("rob@bell.example").PrivateKey())
	n.must(err)
	sign := func(k invite.PrivateKey, user, token string) string {
		signed, err := k.Sign(id.UserID(user), id.UserID(n.ada), token)
		n.must(err)
		return string(signed)
	}
	for name, tc := range map[string]struct {
		body string
		want error
	}{
		"for another user": {sign(l.Key, n.ada, l.Token), invite.ErrSignedForOther},
		"another invite":   {sign(l.Key, n.grace, "other"), invite.ErrSignedOther},
		"by another key":   {sign(other, n.grace, l.Token), invite.ErrSignature},
		"no signature":     {`{"ok":true}`, invite.ErrNotSigned},
		"a page":           {`<html>`, invite.ErrNotSigned},
		"too much":         {`{"a":"` + strings.Repeat("a", 70<<10) + `"}`, invite.ErrNotSigned},
	} {
		n.Inject(sandbox.Fault{Path: signPath, Times: 1, Status: 200, Body: tc.body})
		_, err := accept(t, n.graceAccount(), l)
		if !errors.Is(err, tc.want) || client.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n.Count("POST", joinPath) != 0 {
		t.Error("asked to join")
	}
}

func TestSigningErrors(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	n.SetIdentityServerDown(true)
	_, err := accept(t, a, l)
	if e := new(identity.UnreachableError); !errors.As(err, &e) || client.Hint(err) == "" {
		t.Errorf("down: %v", err)
	}
	n.SetIdentityServerDown(false)
	for name, fault := range map[string]sandbox.Fault{
		"redirected":  {Status: 302, Header: http.Header{"Location": {"https://matrix.example.org/"}}},
		"a limit":     {Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED"}`},
		"a bad proxy": {Status: 502, Body: `<html>`},
	} {
		fault.Path, fault.Times = signPath, 1
		n.Inject(fault)
		_, err := accept(t, a, l)
		if e := new(identity.Error); !errors.As(err, &e) || client.Hint(err) == "" || strings.Contains(err.Error(), l.PrivateKey()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n.Count("POST", joinPath) != 0 {
		t.Error("asked to join")
	}
}

// An identity server that does not support version 1 of the API may support version 2.
func TestAcceptSignsByVersion2AtItsOwnServer(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	n.Inject(sandbox.Fault{Path: signPath, Status: 404, Body: `{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}`})
	_, err := accept(t, n.graceAccount(), l)
	n.must(err)
	n.checkJoined(1)
}

// Binding an address deletes the invite at the identity server, and the account that
// bound it has an ordinary invite.
func TestForgottenTokenAcceptsAnOrdinaryInvite(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	forget := sandbox.Fault{Path: signPath, Status: 404, Body: `{"errcode":"M_UNRECOGNIZED","error":"Didn't recognize token"}`}
	n.Inject(forget)
	a := n.graceAccount()
	_, err := accept(t, a, l)
	if !errors.Is(err, client.ErrForgotten) || client.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	n.bindGrace()
	n.Inject(sandbox.Fault{Path: joinPath, Times: 1, Status: 504})
	if _, err := accept(t, a, l); !errors.As(err, new(*client.UncertainJoinError)) {
		t.Errorf("no answer: %v", err)
	}
	got, err := accept(t, a, l)
	n.must(err)
	if got.Inviter != "" || got.Signer != "" {
		t.Errorf("%+v", got)
	}
	n.checkJoined(3)
}

func TestJoinWithoutAResponse(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	n.Inject(sandbox.Fault{Path: joinPath, Times: 1, Status: 504})
	_, err := accept(t, a, l)
	if e := new(client.UncertainJoinError); !errors.As(err, &e) || client.Hint(err) == "" {
		t.Errorf("not carried out: %v", err)
	}
	n.Inject(sandbox.Fault{Path: joinPath, Times: 1, Lose: true})
	_, err = accept(t, a, l)
	n.must(err) // the request was carried out, as the membership shows
	n.checkJoined(2)
}

func TestCancelledJoinReadsTheMembership(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccount()
	n.Inject(sandbox.Fault{Path: joinPath, Times: 1, Lose: true, Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	i := a.Preview(l)
	_, err := a.Accept(ctx, i, client.Consent{Host: i.Host})
	n.must(err)
	n.checkJoined(1)
}

// A homeserver that is not in the room needs the name of a server that is.
func TestJoinByRoutes(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	l.Via = []string{"far.example"}
	const unknown = `{"errcode":"M_UNKNOWN","error":"Can't join remote room because no servers that are in the room have been provided."}`
	n.Inject(sandbox.Fault{Path: joinPath, Times: 1, Status: 404, Body: unknown})
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/join/*", Times: 1, Status: 200, Body: `{"room_id":"!x:y"}`})
	_, err := accept(t, n.graceAccount(), l)
	n.must(err)
	for _, r := range n.Requests() {
		if !strings.Contains(r.URL.Path, "/v3/join/") {
			continue
		}
		var body map[string]any
		n.must(json.Unmarshal(r.Body, &body))
		if got := strings.Join(r.URL.Query()["via"], " "); got != "far.example example.org" || len(body) != 0 {
			t.Errorf("via %s with %s", got, r.Body)
		}
		return
	}
	t.Error("never asked by route")
}

// The real KeyTransport refuses URLs that other users must not make this program
// request.
func TestSignURLsUseTheKeyTransport(t *testing.T) {
	n := newTestWorld(t)
	l := n.inviteLink("grace@navy.example")
	a := n.graceAccountOver(keycheck.NewTransport(keycheck.TransportOptions{}))
	for _, u := range []string{"http://id.example.org/sign-ed25519", "https://127.0.0.1:1/sign-ed25519", "https://169.254.169.254/sign-ed25519", "https://[::1]/sign-ed25519"} {
		l.SignURL = u
		_, err := accept(t, a, l)
		if e := new(client.SigningError); !errors.As(err, &e) || strings.Contains(err.Error(), l.PrivateKey()) {
			t.Errorf("%s: %v", u, err)
		}
	}
	l.SignURL = "https://2130706433/sign-ed25519"
	if _, err := accept(t, a, l); !errors.Is(err, client.ErrNoSigner) {
		t.Errorf("%v", err)
	}
}
