package e2e

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/federation"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/internal/linkserver"
)

// These scenarios test links that a links server signs. The homeserver asks it whether a
// key is valid.

// A linksServer is a running links server and the account of a user who makes links.
type linksServer struct {
	*outbox
	url   string
	ahead atomic.Int64 // of the clock of the links server
}

// newLinksServer starts a links server for a room of Ada.
func newLinksServer(t *testing.T, w world, options ...object) *linksServer {
	t.Helper()
	return newLinksServerOf(t, w, newPerson(t, w, "ada"), options...)
}

// newLinksServerOf starts a links server for a room of a user.
func newLinksServerOf(t *testing.T, w world, of *person, options ...object) *linksServer {
	t.Helper()
	s := &linksServer{outbox: newOutbox(t, w, of.createRoom(options...))}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	key := linkkey.New()
	server, err := linkserver.New(t.Context(), linkserver.Options{
		PublicURL: s.url, Key: key, Uses: filepath.Join(t.TempDir(), "links.db"), Transport: w.Transport(),
		Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	running := &http.Server{Handler: server.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = running.Serve(listener) }() // it ends with the test
	t.Cleanup(func() { _ = running.Close(); _ = server.Close() })
	if sandboxed, ok := w.(*sandboxWorld); ok {
		sandboxed.AddHost(listener.Addr().String(), server.Handler())
	}
	s.opt.LinksServer = client.LinksServer{URL: s.url, Key: key}
	s.opt.KeyTransport = w.Transport()
	s.resume(s.Session())
	return s
}

// makeLink makes a link.
func (s *linksServer) makeLink(terms client.LinkTerms) link.Link {
	s.t.Helper()
	plans, err := s.planLinks("link")
	if err != nil {
		s.t.Fatal(err)
	}
	plans[0].Terms = terms
	s.queue(plans)
	s.run(nil)
	items := s.items().Items
	sent := items[len(items)-1]
	check(s.t, s.w, "sent", sent.State, string(client.ItemSent))
	refresh(s.t, s.w, s.Account)
	l, err := s.Link(sent.Room, sent.Token)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// browse sends a form of the page, as a browser does.
func (s *linksServer) browse(path string, form url.Values) (status int, page string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (s *linksServer) acceptOnPage(l link.Link, user string) (status int, page string) {
	s.t.Helper()
	return s.browse("/accept", url.Values{"link": {l.Format("")}, "mxid": {user}})
}

// signBinding asks the links server for a signature, as our client does.
func (s *linksServer) signBinding(l link.Link, user string) (int, []byte) {
	s.t.Helper()
	query := url.Values{"token": {l.Token}, "private_key": {l.PrivateKey()}, "mxid": {user}, "binding": {"true"}}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, l.SignURL+"?"+query.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, body
}

// bind has the homeserver send an invite for a signature, and returns the status of its
// response.
func (s *linksServer) bind(l link.Link, user string, signed []byte) int {
	s.t.Helper()
	base, err := federation.Find(s.t.Context(), s.w.Transport(), s.w.ServerName())
	if err != nil {
		s.t.Fatal(err)
	}
	err = federation.Binding{RoomID: l.RoomID, Sender: id.UserID(s.room.ID), User: id.UserID(user), Token: l.Token, Signed: signed}.Send(s.t.Context(), s.w.Transport(), base)
	if err == nil {
		return http.StatusOK
	}
	refused, ok := err.(*federation.Error) //nolint:errorlint // it is not wrapped
	if !ok {
		s.t.Fatal(err)
	}
	return refused.Status
}

// From the page of the link to an ordinary invite, with which any client can join.
func TestInviteIsAcceptedOnThePageOfALinksServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for _, version := range []string{"10", "12"} {
			s := newLinksServer(t, w, object{"room_version": version})
			l := s.makeLink(client.LinkTerms{Lasts: time.Hour})
			status, page := s.browse("/open", url.Values{"link": {l.Format("")}})
			check(t, w, "page in version "+version, status == http.StatusOK && strings.Contains(page, s.room.ID), `true`)
			grace := newPerson(t, w, "grace")
			if status, page = s.acceptOnPage(l, grace.ID); status != http.StatusOK {
				t.Fatalf("version %s: %d %s", version, status, page)
			}
			s.room.awaitMembership(grace.ID, "invite")
			grace.must(http.MethodPost, s.room.path("/join"), object{})
			s.checkJoined(l, grace)
		}
	})
}

// A user who types the Matrix ID of another user uses the link up.
func TestLinkOfALinksServerIsUsedOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		s := newLinksServer(t, w)
		l := s.makeLink(client.LinkTerms{})
		wrong, grace := newPerson(t, w, "lin"), newPerson(t, w, "grace")
		status, _ := s.acceptOnPage(l, wrong.ID)
		check(t, w, "the wrong user", status, `200`)
		check(t, w, "the wrong user is invited", content(s.room.awaitMembership(wrong.ID, "invite"))["membership"], `invite`)
		status, _ = s.acceptOnPage(l, grace.ID)
		check(t, w, "the right user", status, `410`)
		_, err := openLink(t, grace.visitor(), l)
		check(t, w, "with mxinvite", err != nil && strings.Contains(err.Error(), "This link was used already"), `true`)
		check(t, w, "the right user is not invited", s.room.member(grace.ID), `null`)

		// Ten minutes later the homeserver refuses every signature.
		other := s.makeLink(client.LinkTerms{})
		_, signed := s.signBinding(other, grace.ID)
		s.ahead.Store(int64(11 * time.Minute))
		check(t, w, "an old signature", s.bind(other, grace.ID, signed), `403`)
	})
}

func TestExpiredLinkOfALinksServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		s := newLinksServer(t, w)
		l := s.makeLink(client.LinkTerms{Lasts: time.Hour, Uses: 5})
		grace, lin := newPerson(t, w, "grace"), newPerson(t, w, "lin")
		status, signed := s.signBinding(l, grace.ID)
		check(t, w, "signed before", status, `200`)
		s.ahead.Store(int64(time.Hour))
		status, page := s.acceptOnPage(l, lin.ID)
		check(t, w, "the page", status == http.StatusGone && strings.Contains(page, "This link has expired"), `true`)
		check(t, w, "the signature from before", s.bind(l, grace.ID, signed), `403`)
		check(t, w, "membership", content(s.room.member(grace.ID))["membership"], `null`)

		// Our client says so as well.
		s.CheckKeys(t.Context(), func() {})
		i, err := s.Invite(l.RoomID, l.Token)
		if err != nil {
			t.Fatal(err)
		}
		check(t, w, "verdict", s.Judge(i).Verdict, string(invite.Refused))
	})
}

func TestLinkOfALinksServerIsAcceptedByOurClient(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		s := newLinksServer(t, w)
		l := s.makeLink(client.LinkTerms{Uses: 2})
		grace := newPerson(t, w, "grace")
		got, err := openLink(t, grace.visitor(), l)
		if err != nil {
			t.Fatal(err)
		}
		check(t, w, "invited by", got.Homeserver == w.ServerName() && got.Signer == strings.TrimPrefix(s.url, "http://"), `true`)
		s.checkJoined(l, grace)

		revoked := s.makeLink(client.LinkTerms{})
		if err := s.Revoke(t.Context(), revoked.RoomID, revoked.Token); err != nil {
			t.Fatal(err)
		}
		status, page := s.acceptOnPage(revoked, newPerson(t, w, "lin").ID)
		check(t, w, "a revoked one", status != http.StatusOK && strings.Contains(page, "Other ways"), `true`)
	})
}
