package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// password is the password of all users in scripts.
const password = "correct horse battery staple"

func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../client/invite/testdata") // recorded responses of real servers
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			s := newScriptWorld()
			server := httptest.NewServer(s.world)
			env.Defer(server.Close)
			env.Values[scriptWorldKey{}] = s
			env.Setenv("TZ", "UTC")
			env.Setenv(envServer, server.Listener.Addr().String())
			env.Setenv(envTime, s.now().Format(time.RFC3339))
			env.Setenv("HS", server.URL)
			env.Setenv("OPS", s.rooms["Ops"])
			env.Setenv("UNNAMED", s.rooms["unnamed"])
			env.Setenv("BOARD", s.rooms["Board"])
			env.Setenv("HOME", env.WorkDir)
			env.Setenv(envKeyring, filepath.Join(env.WorkDir, "keyring"))
			env.Setenv("SAMPLES", samples)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // otherwise every command takes a second longer
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "later": later, "mails": mails, "token": token, "linktoken": linkToken, "mail": mail,
			"bind": bind, "join": join, "kick": kick, "plant": plant,
			"terms": terms, "identity": identityServer, "limit": limit, "fault": fault, "signout": signOut,
			"mode": mode, "demo": demo, "replace": replace, "links": linksServer,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// A scriptWorld has the servers of a script. Ada is in three rooms: Ops, where
// everyone may invite; a room without a name, with Grace; and Ken's Board, where
// Ada may not invite. The identity server knows Grace's address.
type scriptWorld struct {
	world *sandbox.World
	clock atomic.Pointer[time.Time] // read by the servers while the script sets it
	rooms map[string]string         // room IDs, by their name in scripts
}

func (s *scriptWorld) now() time.Time { return *s.clock.Load() }

type scriptWorldKey struct{}

func newScriptWorld() *scriptWorld {
	s := &scriptWorld{rooms: map[string]string{}}
	s.clock.Store(new(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)))
	s.world = sandbox.New(sandbox.Options{Now: s.now})
	ada := s.world.AddUser("ada", password, "Ada")
	grace := s.world.AddUser("grace", password, "Grace")
	ken := s.world.AddUser("ken", password, "Ken")
	s.rooms["Ops"] = s.world.CreateRoom(ada, sandbox.RoomOptions{Name: "Ops", Alias: "ops", RoomVersion: "11", Members: []string{ken}})
	s.rooms["unnamed"] = s.world.CreateRoom(ada, sandbox.RoomOptions{Members: []string{grace}})
	s.rooms["Board"] = s.world.CreateRoom(ken, sandbox.RoomOptions{Name: "Board", Preset: "public_chat", RoomVersion: "11", Members: []string{ada}})
	if err := s.world.Bind("grace@navy.example", grace); err != nil {
		panic(err)
	}
	return s
}

func of(ts *testscript.TestScript) *scriptWorld { return ts.Value(scriptWorldKey{}).(*scriptWorld) }

// want ends a script that uses a command wrongly.
func want(ts *testscript.TestScript, neg bool, args []string, n int, form string) {
	if neg || len(args) != n {
		ts.Fatalf("usage: %s", form)
	}
}

// exits runs a program that must end with an exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("the exit code was %d", code)
	}
}

// later moves the clock of the servers and the program.
func later(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "later DURATION")
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	s := of(ts)
	s.clock.Store(new(s.now().Add(d)))
	ts.Setenv(envTime, s.now().Format(time.RFC3339))
}

// mails checks how many mails were sent to an address.
func mails(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "mails ADDRESS N")
	if n := len(of(ts).world.Mails(args[0])); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s got %d mails", args[0], n)
	}
}

// token stores the token of the last mail to an address in a variable.
func token(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "token ADDRESS VARIABLE")
	ms := of(ts).world.Mails(args[0])
	if len(ms) == 0 {
		ts.Fatalf("%s got no mail", args[0])
	}
	ts.Setenv(args[1], ms[len(ms)-1].Token)
}

// linkToken puts the token of the link with a label, in saved output of mxinvite link,
// into a variable.
func linkToken(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "linktoken FILE LABEL VARIABLE")
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if cells := strings.Split(line, "\t"); len(cells) > 3 && cells[0] == args[1] {
			ts.Setenv(args[2], cells[3])
			return
		}
	}
	ts.Fatalf("no link is labelled %s", args[1])
}

// mail stores the text of the last mail to an address in a file, and its link in a
// variable.
func mail(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "mail ADDRESS FILE VARIABLE")
	ms := of(ts).world.Mails(args[0])
	if len(ms) == 0 {
		ts.Fatalf("%s got no mail", args[0])
	}
	last := ms[len(ms)-1]
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(last.Text), 0o600))
	ts.Setenv(args[2], last.Link)
}

func bind(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "bind ADDRESS USER")
	ts.Check(of(ts).world.Bind(args[0], args[1]))
}

func join(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "join ROOM USER")
	ts.Check(of(ts).world.Join(of(ts).rooms[args[0]], args[1]))
}

func kick(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "kick ROOM ACTOR USER")
	ts.Check(of(ts).world.Kick(of(ts).rooms[args[0]], args[1], args[2]))
}

// replace creates a room of Ada that replaces another one.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "replace ROOM NEW")
	s := of(ts)
	s.rooms[args[1]] = s.world.CreateRoom("@ada:example.org", sandbox.RoomOptions{Name: args[1], Preset: "private_chat"})
	_, err := s.world.SendState(s.rooms[args[0]], "@ada:example.org", "m.room.tombstone", "", map[string]any{"body": "This room was upgraded", "replacement_room": s.rooms[args[1]]})
	ts.Check(err)
	ts.Setenv("NEW", s.rooms[args[1]])
}

// linksServer starts a links server at https://invite.example.org, with the links key in
// a file, which it makes if necessary.
func linksServer(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "links KEYFILE")
	key, _, err := config.MakeLinksKey(ts.MkAbs(args[0]))
	ts.Check(err)
	s, err := linkserver.New(context.Background(), linkserver.Options{
		PublicURL: "https://invite.example.org", Key: linkkey.Key{Key: key}, Uses: ts.MkAbs("links.db"),
		Transport: of(ts).world, Now: of(ts).now, Log: slog.New(slog.DiscardHandler),
	})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	of(ts).world.AddHost("invite.example.org", s.Handler())
}

// plant sends a state event to a room, as Ken. The state key is a Go string. The
// file may contain the variables of a demo.
func plant(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 4, "plant ROOM TYPE KEY FILE")
	key, err := strconv.Unquote(`"` + args[2] + `"`)
	ts.Check(err)
	content := strings.NewReplacer("$DEMO_KEY", ts.Getenv("DEMO_KEY"), "$DEMO", ts.Getenv("DEMO")).Replace(ts.ReadFile(args[3]))
	_, err = of(ts).world.PlantState(of(ts).rooms[args[0]], "@ken:example.org", args[1], key, json.RawMessage(content))
	ts.Check(err)
}

// terms makes the identity server require that its terms are accepted.
func terms(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "terms NAME")
	of(ts).world.SetTerms(map[string]sandbox.Policy{"privacy": {
		Version: "1", Languages: map[string]sandbox.Document{"en": {Name: args[0], URL: "https://id.example.org/privacy.html"}},
	}})
}

func identityServer(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "identity down|up|off")
	if args[0] == "off" {
		of(ts).world.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: http.StatusOK, Body: `{"base_url": null}`})
		return
	}
	of(ts).world.SetIdentityServerDown(args[0] == "down")
}

// limit makes the homeserver accept a number of invites, and one more every hour.
func limit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "limit N")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	of(ts).world.LimitInvites(1.0/3600, n)
}

// fault makes one request fail: with an HTTP status, or by losing the response.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	const form = "fault METHOD PATH STATUS|lose|refuse|limit [ERRCODE|- [RETRY-AFTER]]"
	if len(args) < 3 || len(args) > 5 {
		ts.Fatalf("usage: %s", form)
	}
	want(ts, neg, args[:3], 3, form)
	f := sandbox.Fault{Method: args[0], Path: args[1], Times: 1}
	switch args[2] {
	case "lose":
		f.Lose = true
	case "refuse":
		f.Refuse = true
	case "limit": // until the request was made
		f.Status, f.Body = http.StatusTooManyRequests, `{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 50}`
	default:
		status, err := strconv.Atoi(args[2])
		ts.Check(err)
		f.Status, f.Body = status, http.StatusText(status)
	}
	if len(args) > 3 && args[3] != "-" {
		f.Body = `{"errcode": "` + args[3] + `"}`
	}
	if len(args) > 4 {
		f.Header = http.Header{"Retry-After": {args[4]}}
	}
	of(ts).world.Inject(f)
}

func signOut(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "signout USER")
	of(ts).world.SignOutEverywhere(args[0], false)
}

// mode checks the permissions of a file.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "mode PERMISSIONS FILE")
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s", args[1], got)
	}
}

// demo serves the demo at $DEMO, a port of this machine, until the script ends.
// $DEMO_KEY is the key of its identity server.
func demo(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "demo")
	ctx, interrupt := context.WithCancel(context.Background())
	stdout, w := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run(ctx, host.World{Streams: out.Streams{Out: w, Err: io.Discard, Now: time.Now}}, []string{"demo", "--listen", "127.0.0.1:0"})
	}()
	ts.Defer(func() { interrupt(); <-ended })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	ts.Check(err)
	_, base, _ := strings.Cut(strings.TrimSpace(line), "\t")
	ts.Setenv("DEMO", base)
	res, err := http.Get(base + "/_matrix/identity/v2/pubkey/ed25519:0")
	ts.Check(err)
	defer res.Body.Close()
	var answer struct {
		PublicKey string `json:"public_key"`
	}
	ts.Check(json.NewDecoder(res.Body).Decode(&answer))
	ts.Setenv("DEMO_KEY", answer.PublicKey)
	ts.Setenv(envDemo, strings.TrimPrefix(base, "http://"))
	ts.Setenv(envTime, time.Now().UTC().Format(time.RFC3339))
}
