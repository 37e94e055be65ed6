//go:build e2e

package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// servers are the real servers, which all scenarios share: starting them takes longer
// than a scenario.
type servers struct {
	authority *authority
	mailbox   *mailbox
	sydent    *sydent
	synapse   *synapse
	dendrite  *dendrite
	transport *http.Transport
	seen      map[string]int // number of mails to an address when it was last bound
}

// startSides starts all real servers. A missing server is an error, so that a run with
// real servers does not pass without them.
func startSides() (_ []side, stop func(), err error) {
	installed := os.Getenv("MXINVITE_E2E")
	if installed == "" {
		return nil, func() {}, errors.New("MXINVITE_E2E must name the folder that install.sh filled")
	}
	if installed, err = filepath.Abs(installed); err != nil {
		return nil, func() {}, err
	}
	dir, remove, err := temporary()
	if err != nil {
		return nil, func() {}, err
	}
	s, err := newServers(dir, installed)
	if err != nil {
		return nil, remove, err
	}
	stop = func() {
		for _, p := range s.processes() {
			if err := p.stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
		remove()
	}
	if err := s.start(); err != nil {
		return nil, stop, err
	}
	on := func(name string, h homeserver, l *lag) side {
		return side{name, func(testing.TB) world { return &realWorld{servers: s, name: name, homeserver: h, lag: l} }}
	}
	return []side{
		on("synapse", s.synapse, nil),
		on("dendrite", s.dendrite, &lag{}),
	}, stop, nil
}

func newServers(dir, installed string) (*servers, error) {
	folder := func(name string) string {
		path := filepath.Join(dir, name)
		_ = os.Mkdir(path, 0o700) // if this fails, writing a file there fails, too
		return path
	}
	a, err := newAuthority(dir)
	if err != nil {
		return nil, err
	}
	f, err := newFront(a)
	if err != nil {
		return nil, err
	}
	post, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &servers{
		authority: a, mailbox: &mailbox{mails: map[string][]mail{}}, seen: map[string]int{},
		transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}},
	}
	go deliver(post, s.mailbox.receive)
	if s.sydent, err = newSydent(folder("sydent"), installed, a, f, post.Addr().(*net.TCPAddr).Port); err != nil {
		return nil, err
	}
	if s.synapse, err = newSynapse(folder("synapse"), installed, a, f); err != nil {
		return nil, err
	}
	s.dendrite, err = newDendrite(folder("dendrite"), installed, a, f)
	return s, err
}

// start starts all servers at the same time.
func (s *servers) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var all sync.WaitGroup
	errs := make([]error, 3)
	all.Go(func() { errs[0] = s.sydent.start(ctx, false) })
	all.Go(func() { errs[1] = s.synapse.start(ctx, unlimited) })
	all.Go(func() { errs[2] = s.dendrite.start(ctx) })
	all.Wait()
	return errors.Join(errs...)
}

func (s *servers) processes() []*process {
	var running []*process
	for _, p := range []*process{s.sydent.process, s.synapse.process, s.dendrite.process} {
		if p != nil {
			running = append(running, p)
		}
	}
	return running
}

// A realWorld is one of the homeservers with Sydent.
type realWorld struct {
	*servers
	name       string
	homeserver homeserver
	lag        *lag // nil if the homeserver does not lag
}

type homeserver interface {
	url() string
	serverName() string
	secret() string
	stop() error
	resume(ctx context.Context) error // starts it with the configuration that it had before stop
}

func (w *realWorld) Name() string                 { return w.name }
func (w *realWorld) Homeserver() string           { return w.homeserver.url() }
func (w *realWorld) ServerName() string           { return w.homeserver.serverName() }
func (w *realWorld) IdentityServer() string       { return w.sydent.settings.BaseURL }
func (w *realWorld) Transport() http.RoundTripper { return w.transport }

// User registers a user by the shared secret, as register_new_matrix_user does.
func (w *realWorld) User(tb testing.TB, localpart string) (userID, password string) {
	tb.Helper()
	url := w.Homeserver() + "/_synapse/admin/v1/register"
	_, nonce := call(tb, w, http.MethodGet, url, nil)
	password = "correct horse of " + localpart
	mac := hmac.New(sha1.New, []byte(w.homeserver.secret()))
	fmt.Fprintf(mac, "%s\x00%s\x00%s\x00notadmin", nonce["nonce"], localpart, password)
	status, answer := call(tb, w, http.MethodPost, url, object{
		"nonce": nonce["nonce"], "username": localpart, "password": password, "admin": false,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	})
	if status != http.StatusOK {
		tb.Fatalf("register %s: %d %v", localpart, status, answer)
	}
	return answer["user_id"].(string), password
}

func (w *realWorld) Mails(tb testing.TB, address string, atLeast int) []mail {
	tb.Helper()
	var mails []mail
	eventually(tb, fmt.Sprintf("%d mails to %s", atLeast, address), func() bool {
		var err error
		if mails, err = w.mailbox.to(address); err != nil {
			tb.Fatal(err)
		}
		return len(mails) >= atLeast
	})
	return mails
}

func (w *realWorld) Bind(tb testing.TB, address, userID, accessToken string) {
	tb.Helper()
	mails := w.Mails(tb, address, 0)
	isInvite := func(m mail) bool { return m.SignURL != "" }
	if err := w.sydent.forget(slices.ContainsFunc(mails[w.seen[address]:], isInvite)); err != nil {
		tb.Fatal(err)
	}
	p := &person{t: tb, w: w, ID: userID, token: accessToken}
	secret := hex.EncodeToString(randomBytes(16))
	session := p.mustIdentity(http.MethodPost, "/validate/email/requestToken", object{
		"email": address, "client_secret": secret, "send_attempt": 1,
	})
	mails = w.Mails(tb, address, len(mails)+1)
	w.seen[address] = len(mails)
	p.mustIdentity(http.MethodPost, "/validate/email/submitToken", object{
		"sid": session["sid"], "client_secret": secret, "token": mails[len(mails)-1].Token,
	})
	before := w.sydent.logged()
	p.mustIdentity(http.MethodPost, "/3pid/bind", object{"sid": session["sid"], "client_secret": secret, "mxid": userID})
	eventually(tb, "the homeserver is notified of the binding", func() bool {
		return strings.Contains(w.sydent.log(before), "on bind for "+userID) // the log has this line if the server refused it
	})
}

func (w *realWorld) BindsItself(tb testing.TB) {
	tb.Helper()
	if err := w.sydent.forget(true); err != nil {
		tb.Fatal(err)
	}
}

func (w *realWorld) SetTerms(tb testing.TB, on bool) {
	tb.Helper()
	if err := w.sydent.restart(on); err != nil {
		tb.Fatal(err)
	}
}

func (w *realWorld) SetIdentityServerDown(tb testing.TB, down bool) {
	tb.Helper()
	change := w.sydent.front.up
	if down {
		change = w.sydent.front.down
	}
	if err := change(); err != nil {
		tb.Fatal(err)
	}
}

func (w *realWorld) LimitInvites(tb testing.TB, perSecond float64, burst int) {
	tb.Helper()
	if w.homeserver != homeserver(w.synapse) {
		tb.Fatalf("%s has no limit on invites that could be set", w.name)
	}
	change := func(l limit) {
		if err := w.synapse.restart(l); err != nil {
			tb.Fatal(err)
		}
	}
	tb.Cleanup(func() { change(unlimited) })
	change(limit{perSecond, burst})
}

func (w *realWorld) LimitMails(tb testing.TB, perSecond float64, burst int) {
	tb.Helper()
	change := func(l limit) {
		if err := w.sydent.limitMails(l); err != nil {
			tb.Fatal(err)
		}
	}
	if burst == 0 {
		change(unlimited)
		return
	}
	tb.Cleanup(func() { change(unlimited) })
	change(limit{perSecond, burst})
}

func (w *realWorld) SetHomeserverDown(tb testing.TB, down bool) {
	tb.Helper()
	change := w.homeserver.stop
	if !down {
		change = func() error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			return w.homeserver.resume(ctx)
		}
	}
	if err := change(); err != nil {
		tb.Fatal(err)
	}
}

func (w *realWorld) Settle(tb testing.TB) {
	tb.Helper()
	if w.lag != nil {
		w.lag.settle(tb, w)
	}
}

// Watch records the sizes of the logs.
func (w *realWorld) Watch(tb testing.TB) {
	tb.Helper()
	begin := map[string]int64{}
	for _, p := range w.processes() {
		begin[p.name] = p.logged()
	}
	tb.Cleanup(func() {
		if !tb.Failed() {
			return
		}
		for _, p := range w.processes() {
			if text := p.log(begin[p.name]); strings.TrimSpace(text) != "" {
				tb.Logf("%s meanwhile:\n%s", p.name, text)
			}
		}
	})
}
