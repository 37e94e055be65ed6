package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// soakVar sets how long programs share a session, such as 5m.
const soakVar = "MXINVITE_SOAK"

const (
	soakPrograms = 4
	soakToken    = 2 * time.Second        // lifetime of an access token
	soakJitter   = 120 * time.Millisecond // maximum delay before a request is handled, and again before its response
)

// Programs that share a session with two-second tokens stay signed in, even if
// they are killed and responses are lost. At the end the stored tokens are the
// last ones that the server issued.
func TestManyProgramsKeepOneSession(t *testing.T) {
	if testing.Short() {
		t.Skip("runs and kills many programs")
	}
	length, err := time.ParseDuration(cmp.Or(os.Getenv(soakVar), "5s"))
	if err != nil {
		t.Fatal(err)
	}
	for name, ways := range map[string]sandbox.Ways{
		"OAuth":      {OAuth: true, TokenLifetime: soakToken},
		"homeserver": {Password: true, TokenLifetime: soakToken},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSoakTest(t, ways)
			s.session = s.signIn()
			ctx, cancel := context.WithTimeout(t.Context(), length)
			defer cancel()
			var programs sync.WaitGroup
			for n := range soakPrograms {
				programs.Go(func() { s.repeat(ctx, n%2 == 0) })
			}
			programs.Wait()
			s.smooth.Store(true)
			time.Sleep(soakToken) // so that the next request needs another token
			if said, code := s.run(t.Context(), "rooms"); code != exit.OK {
				t.Errorf("ended with %d: %s", code, said)
			}
			saved, err := s.kept.Read(t.Context(), host.NameOf(s.session))
			s.must(err)
			access, refresh, err := s.world.LatestTokens(string(saved.UserID), string(saved.DeviceID))
			s.must(err)
			if saved.AccessToken != access || saved.RefreshToken != refresh {
				t.Error("what is saved is not what the server gave out last")
			}
			t.Logf("in %s: %d programs, %d of them killed, %d requests, %d exchanges, of which %d without an answer",
				length, s.started.Load(), s.killed.Load(), s.requests.Load(), s.exchanges.Load(), s.lost.Load())
			t.Logf("%d programs could not go on for a moment, %d of them since new tokens were refused", s.stumbled.Load(), s.locked.Load())
		})
	}
}

// A soakTest has a server with late or lost responses, and a vault.
type soakTest struct {
	t       *testing.T
	world   *sandbox.World
	server  string // host and port
	home    string
	kept    *host.Sessions
	session client.Session

	smooth                            atomic.Bool // set when no more responses are lost
	started, killed, stumbled, locked atomic.Int64
	requests, exchanges, lost         atomic.Int64
}

func newSoakTest(t *testing.T, ways sandbox.Ways) *soakTest {
	t.Helper()
	s := &soakTest{t: t, world: sandbox.New(sandbox.Options{Now: time.Now}), home: t.TempDir()}
	s.world.SetWays(ways)
	s.world.CreateRoom(s.world.AddUser("ada", password, "Ada"), sandbox.RoomOptions{Name: "Ops"})
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.server = server.Listener.Addr().String()
	home := config.At(s.home)
	v, err := vault.Open(vault.Options{Dir: home.Dir(), Kind: vault.KindPlain})
	s.must(err)
	s.kept = &host.Sessions{Home: home, Vault: v}
	return s
}

func (s *soakTest) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// serve delays requests and responses, and loses some responses.
func (s *soakTest) serve(w http.ResponseWriter, r *http.Request) {
	exchange := strings.HasSuffix(r.URL.Path, "/refresh") || strings.HasSuffix(r.URL.Path, "/token")
	s.requests.Add(1)
	time.Sleep(rand.N(soakJitter))
	recorded := httptest.NewRecorder()
	s.world.ServeHTTP(recorded, r)
	time.Sleep(rand.N(soakJitter))
	if exchange {
		s.exchanges.Add(1)
	}
	if !s.smooth.Load() && (exchange && rand.N(4) == 0 || rand.N(20) == 0) {
		if exchange {
			s.lost.Add(1)
		}
		panic(http.ErrAbortHandler) // this breaks the connection
	}
	for name, values := range recorded.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorded.Code)
	_, _ = io.Copy(w, recorded.Body)
}

// signIn signs Ada in and stores her session.
func (s *soakTest) signIn() client.Session {
	s.t.Helper()
	s.smooth.Store(true)
	defer s.smooth.Store(false)
	opt := client.Options{
		Transport: s.world, Now: time.Now, SaveSession: func(client.Session) error { return nil },
	}
	hs, err := discovery.Find(s.t.Context(), opt.Transport, "@ada:example.org")
	s.must(err)
	var account *client.Account
	if hs.OAuth == nil {
		account, err = login.WithPassword(s.t.Context(), opt, hs, "ada", password)
	} else {
		var b *login.Browser
		b, err = login.StartBrowser(s.t.Context(), opt, hs, login.PastedRedirectURI)
		s.must(err)
		var final string
		final, err = s.world.Approve("@ada:example.org", b.URL())
		s.must(err)
		account, err = b.Finish(s.t.Context(), final)
	}
	s.must(err)
	session := account.Session()
	if session.RefreshToken == "" {
		s.t.Fatal("the session cannot be renewed")
	}
	s.must(s.kept.Save(s.t.Context(), session))
	return session
}

// repeat runs programs one after the other: some follow the account until they are
// stopped, others send one request, like a cron job. Some are killed.
func (s *soakTest) repeat(ctx context.Context, follows bool) {
	for ctx.Err() == nil {
		program, stop := context.WithCancel(ctx)
		if rand.N(3) == 0 || follows {
			time.AfterFunc(rand.N(2*soakToken), stop)
		}
		args := []string{"rooms"}
		if follows {
			args = []string{"watch"}
		}
		said, code := s.run(program, args...)
		if program.Err() != nil && code < 0 {
			s.killed.Add(1)
		}
		stop()
		s.checkExit(said, code)
	}
}

// checkExit checks how a program ended. A response to it may have been lost.
func (s *soakTest) checkExit(said string, code int) {
	switch {
	case code == exit.SignedOut || strings.Contains(said, "signed you out") || strings.Contains(said, "signed @ada:example.org out"):
		s.t.Errorf("signed out: %s", said)
	case strings.Contains(said, "may be locked"): // its tokens expired before a response arrived
		s.locked.Add(1)
		s.stumbled.Add(1)
	case code > exit.OK:
		s.stumbled.Add(1)
		if !strings.Contains(said, "cannot be reached") && !strings.Contains(said, "interrupted") {
			s.t.Errorf("ended with %d: %s", code, said)
		}
	}
}

// run runs a program until it ends. It kills the program when ctx ends.
func (s *soakTest) run(ctx context.Context, args ...string) (said string, code int) {
	s.started.Add(1)
	cmd := exec.CommandContext(ctx, "mxinvite", args...)
	if rand.N(2) == 0 { // otherwise it is killed
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = time.Minute
	}
	cmd.Env = append(os.Environ(), "MXINVITE_HOME="+s.home, "MXINVITE_VAULT_KIND=plain", envServer+"="+s.server, envTime+"=", "GORACE=atexit_sleep_ms=0")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return fmt.Sprint(err), exit.Error
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
