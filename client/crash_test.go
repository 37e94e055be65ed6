package client_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// batch is the number of invites that are queued before a program is killed.
const batch = 3

// The tests start the test binary as the program to kill. With a session in its
// environment, it sends the invites in the outbox, and prints a line before each request
// to invite, before each mail and after each turn. It mails links by a mail server on the
// given port.
const (
	sessionVar  = "MXINVITE_TEST_SESSION"
	storeVar    = "MXINVITE_TEST_STORE"
	mailPortVar = "MXINVITE_TEST_MAIL_PORT"
)

func TestMain(m *testing.M) {
	session := os.Getenv(sessionVar)
	if session == "" {
		os.Exit(m.Run())
	}
	if err := sendForever(context.Background(), session, os.Getenv(storeVar)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sendForever(ctx context.Context, session, path string) error {
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	opt := client.Options{Transport: announcing{http.DefaultTransport}, Now: time.Now, Store: s}
	if port := os.Getenv(mailPortVar); port != "" {
		mailer, err := mailerTo(port)
		if err != nil {
			return err
		}
		opt.Mailer = announcingMailer{mailer}
	}
	var sess client.Session
	if err := json.Unmarshal([]byte(session), &sess); err != nil {
		return err
	}
	a, err := client.Resume(opt, sess)
	if err == nil {
		err = a.Refresh(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Println("sending")
	for r := a.Runner("the program"); ; {
		if turn := r.Next(ctx); turn.Final {
			return turn.Err
		}
		fmt.Println("turn")
	}
}

// announcing prints a line before each request to invite.
type announcing struct{ http.RoundTripper }

func (a announcing) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/invite") || r.Method == http.MethodPut {
		fmt.Println("request")
	}
	return a.RoundTripper.RoundTrip(r)
}

// announcingMailer prints a line before each mail.
type announcingMailer struct{ client.Mailer }

func (a announcingMailer) Deliver(ctx context.Context, i mail.Invite) error {
	fmt.Println("mail")
	return a.Mailer.Deliver(ctx, i)
}

// If a program is killed while it sends, every address gets one mail or is uncertain.
func TestKilledProgramSendsNoInviteTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many programs")
	}
	n := newServedWorld(t)
	for _, where := range []string{invitePath, "/_matrix/identity/v2/store-invite"} {
		n.Inject(sandbox.Fault{Path: where, Delay: 5 * time.Millisecond}) // so that requests are in progress when the program is killed
	}
	a := n.killWhileSending(client.ByIdentityServer)
	n.runOutbox(a) // the remaining invites

	uncertain, unsure := 0, 0
	for _, i := range n.outbox(a).Items {
		mails := n.Mails(i.Address.Address)
		switch {
		case i.State == client.ItemSent && len(mails) == 1 && mails[0].Token == i.Token:
		case i.State == client.ItemUncertain && len(mails) <= 1:
			uncertain++
			unsure += len(mails)
		default:
			t.Errorf("%s is %s (%s) and got %d mails", i.Address.Address, i.State, i.Reason, len(mails))
		}
	}
	if total := crashes * batch; len(n.outbox(a).Items) != total || uncertain > crashes {
		t.Errorf("%d of %d left, %d uncertain", len(n.outbox(a).Items), total, uncertain)
	}
	t.Logf("%d invites in %d crashes: %d uncertain, of which %d were mailed", crashes*batch, crashes, uncertain, unsure)
}

// killWhileSending queues invites, starts a program that sends them, and kills it, many
// times. It returns an account with the same store.
func (n *testWorld) killWhileSending(way client.Way, environment ...string) *client.Account {
	n.t.Helper()
	session, path := n.signIn(n.ada).Session(), filepath.Join(n.t.TempDir(), "store.db")
	a := n.start(session, path)
	n.must(a.Refresh(n.t.Context()))
	secret, err := json.Marshal(session)
	n.must(err)
	exe, err := os.Executable()
	n.must(err)

	for crash := range crashes {
		var people []recipients.Invitee
		for i := range batch {
			people = append(people, n.invitee(fmt.Sprintf("person%d-%d@example.com", crash, i)))
		}
		n.queueBy(way, a, people...)
		program := exec.CommandContext(n.t.Context(), exe)
		program.Env = append(append(os.Environ(), sessionVar+"="+string(secret), storeVar+"="+path), environment...)
		program.Stderr = os.Stderr
		out, err := program.StdoutPipe()
		n.must(err)
		n.must(program.Start())
		lines := bufio.NewScanner(out)
		// Kills are spread over the time from each line to some time after it.
		kill, turns := rand.N(linesEach[way]*batch), 0
		for line := 0; turns < batch && lines.Scan(); line++ {
			if line == kill {
				time.AfterFunc(rand.N(killSpread), func() { _ = program.Process.Kill() })
			}
			if lines.Text() == "turn" {
				turns++
			}
		}
		_ = program.Process.Kill() // it may have sent all
		_ = program.Wait()         // the error says that it was killed
	}
	return a
}

// linesEach is the number of lines that the program prints for an invite.
var linesEach = map[client.Way]int{client.ByIdentityServer: 2, client.ByMail: 3}

// killSpread is longer than a request or a mail takes.
const killSpread = 15 * time.Millisecond

// newServedWorld returns a test world that other programs can reach over HTTP.
func newServedWorld(t *testing.T) *testWorld {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	n := newTestWorldIn(t, sandbox.New(sandbox.Options{Seed: 1, Now: time.Now, HomeserverURL: base, IdentityServerURL: base}))
	server.Config.Handler = n.World
	server.Start()
	t.Cleanup(server.CloseClientConnections)
	t.Cleanup(server.Close)
	return n
}

func TestFullDiskSendsNothing(t *testing.T) {
	// Every write fails. The tests of package store show that a full disk has the same
	// effect.
	n := newTestWorld(t)
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(t.Context(), path)
	n.must(err)
	opt := n.options()
	opt.Store = s
	a, err := client.Resume(opt, n.signIn(n.ada).Session())
	n.must(err)
	n.must(a.Refresh(t.Context()))
	n.queue(a, "one@navy.example")
	n.must(s.Close())
	turn := a.Runner("test").Next(t.Context())
	if turn.Err == nil || n.Count("POST", invitePath) > 0 {
		t.Errorf("%+v after %d requests", turn, n.Count("POST", invitePath))
	}
	if _, err := a.Enqueue(t.Context(), nil); err == nil {
		t.Error("queued without a store")
	}
	opt.Store = nil
	a, err = client.Resume(opt, a.Session())
	n.must(err)
	if _, err := a.Enqueue(t.Context(), nil); !errors.Is(err, client.ErrNoStore) {
		t.Errorf("without a store: %v", err)
	}
}
