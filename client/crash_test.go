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
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// crashes is how often a program is killed, and batch is the number of invites that are
// queued before each kill.
const (
	crashes = 200
	batch   = 3
)

// The tests start the test binary as the program to kill. With a session in its
// environment, it sends the invites in the outbox and prints a line for each turn.
const (
	sessionVar = "MXINVITE_TEST_SESSION"
	storeVar   = "MXINVITE_TEST_STORE"
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
	opt := client.Options{Transport: http.DefaultTransport, Now: time.Now, Store: s}
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

// If a program is killed while it sends, every address gets one mail or is uncertain.
func TestKilledProgramSendsNoInviteTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many programs")
	}
	n := newServedWorld(t)
	for _, where := range []string{invitePath, "/_matrix/identity/v2/store-invite"} {
		n.Inject(sandbox.Fault{Path: where, Delay: 5 * time.Millisecond}) // so that requests are in progress when the program is killed
	}
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	a := n.start(session, path)
	n.must(a.Refresh(t.Context()))
	secret, err := json.Marshal(session)
	n.must(err)
	exe, err := os.Executable()
	n.must(err)

	// The duration of a batch, so that kills are spread over it.
	takes := 20 * time.Millisecond
	for crash := range crashes {
		var addresses []string
		for i := range batch {
			addresses = append(addresses, fmt.Sprintf("person%d-%d@example.com", crash, i))
		}
		n.queue(a, addresses...)
		program := exec.CommandContext(t.Context(), exe)
		program.Env = append(os.Environ(), sessionVar+"="+string(secret), storeVar+"="+path)
		program.Stderr = os.Stderr
		out, err := program.StdoutPipe()
		n.must(err)
		n.must(program.Start())
		lines := bufio.NewScanner(out)
		lines.Scan() // the program is about to send
		begun := time.Now()
		timer := time.AfterFunc(rand.N(takes), func() { _ = program.Process.Kill() })
		for turns := 0; lines.Scan(); {
			if turns++; turns == batch {
				takes = (takes + 2*time.Since(begun)) / 2
				_ = program.Process.Kill()
			}
		}
		timer.Stop()
		_ = program.Wait() // the error says that it was killed
	}
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
