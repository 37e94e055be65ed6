package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// An outputBuffer keeps the output of a command until the test reads it.
type outputBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *outputBuffer) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

// take waits until all goroutines are blocked and returns the output since the last
// call.
func (t *outputBuffer) take() string {
	synctest.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.buf.Reset()
	return t.buf.String()
}

// A testAccount is a user of a world in memory who runs commands.
type testAccount struct {
	*sandbox.World
	t          *testing.T
	w          host.World
	ada, grace string
	password   string // of the user
	room       string
	out, err   outputBuffer
	stop       context.CancelFunc
	ended      chan int
}

// newTestAccount returns Ada's account, signed in.
func newTestAccount(t *testing.T) *testAccount {
	t.Helper()
	world := sandbox.New(sandbox.Options{Seed: 1, Now: time.Now})
	ada, grace := world.AddUser("ada", password, "Ada"), world.AddUser("grace", password, "Grace")
	room := world.CreateRoom(ada, sandbox.RoomOptions{Name: "Ops", Alias: "ops", Preset: "private_chat"})
	v := newTestAccountIn(t, world, ada, password)
	v.grace, v.room = grace, room
	return v
}

// newTestAccountIn signs in a user of an existing world.
func newTestAccountIn(t *testing.T, world *sandbox.World, user, password string) *testAccount {
	t.Helper()
	v := &testAccount{t: t, World: world, ada: user, password: password, ended: make(chan int, 1)}
	v.w = host.World{
		Streams: out.Streams{
			In:  strings.NewReader(password),
			Out: &v.out,
			Err: &v.err,
			Now: time.Now, Location: time.UTC,
			Env: []string{"MXINVITE_HOME=" + t.TempDir(), "MXINVITE_VAULT_KIND=plain"},
		},
		Machine: host.Machine{
			Transport:    v.World,
			KeyTransport: func(keycheck.TransportOptions) http.RoundTripper { return v.World },
		},
	}
	if code := Run(t.Context(), v.w, []string{"login", v.ada}); code != exit.OK {
		t.Fatalf("login ended with %d: %s", code, v.err.take())
	}
	v.err.take()
	return v
}

// watch starts the command watch.
func (v *testAccount) watch(args ...string) {
	ctx, stop := context.WithCancel(v.t.Context())
	v.stop = stop
	go func() { v.ended <- Run(ctx, v.w, append([]string{"watch"}, args...)) }()
}

// inputPassword makes the next command read the password.
func (v *testAccount) inputPassword() { v.w.In = strings.NewReader(password) }

// run runs a command that must end with an exit code, and returns its output.
func (v *testAccount) run(code int, args ...string) (out, said string) {
	v.t.Helper()
	if got := Run(v.t.Context(), v.w, args); got != code {
		v.t.Errorf("%v ended with %d: %s", args, got, v.err.take())
	}
	return v.out.take(), v.err.take()
}

func (v *testAccount) invite(address string) (token string) {
	v.t.Helper()
	token, err := v.InviteByEmail(v.room, v.ada, address)
	v.must(err)
	return token
}

func (v *testAccount) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// wantOutput compares the output since the last call.
func (v *testAccount) wantOutput(lines ...string) {
	v.t.Helper()
	want := strings.Join(append(lines, ""), "\n")
	if d := cmp.Diff(want, v.out.take()); d != "" {
		v.t.Errorf("(-want +got):\n%s", d)
	}
}

// now returns the time in a line of output.
func now() string { return time.Now().UTC().Format(time.RFC3339Nano) }

func TestWatchReportsEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		before := v.invite("before@bell.example")
		v.must(v.Bind("before@bell.example", v.grace))
		v.must(v.Join(v.room, v.grace))
		v.watch()
		v.wantOutput()
		if said := v.err.take(); said != "Watching the invites of @ada:example.org.\n" {
			t.Errorf("said %q", said)
		}
		line := func(what, name, taker, status, token string) string {
			return strings.Join([]string{now(), what, name, v.room, v.ada, taker, status, token, "Ops", "#ops:example.org"}, "\t")
		}

		token := v.invite("lin@kernel.example")
		v.wantOutput(line("new", "l...@ker...", "", "pending", token))
		time.Sleep(time.Hour) // nothing changes
		v.wantOutput()
		lin := v.AddUser("lin", password, "Lin")
		v.must(v.Bind("lin@kernel.example", lin))
		v.wantOutput(line("accepted", "l...@ker...", lin, "invited", token))
		v.must(v.Join(v.room, lin))
		v.wantOutput(line("joined", "l...@ker...", lin, "joined", token))
		v.must(v.Kick(v.room, v.ada, lin))
		v.wantOutput(line("left", "l...@ker...", lin, "left", token))
		v.must(v.Ban(v.room, v.ada, lin))
		v.wantOutput(line("banned", "l...@ker...", lin, "banned", token))
		v.must(v.Ban(v.room, v.ada, v.grace))
		v.wantOutput(line("banned", "bef...@bel...", v.grace, "banned", before))

		token = v.invite("rob@bell.example")
		v.wantOutput(line("new", "r...@bel...", "", "pending", token))
		_, err := v.SendState(v.room, v.ada, "m.room.third_party_invite", token, struct{}{})
		v.must(err)
		v.wantOutput(line("revoked", "r...@bel...", "", "revoked", token))

		side := v.CreateRoom(v.grace, sandbox.RoomOptions{Name: "Side", Members: []string{v.ada}})
		v.wantOutput()
		v.must(v.Kick(side, v.grace, v.ada))
		v.wantOutput(strings.Join([]string{now(), "room-left", "", side, "", "", "", "", "Side", ""}, "\t"))

		v.stop()
		if code := <-v.ended; code != exit.OK {
			t.Errorf("ended with %d", code)
		}
	})
}

func TestWatchReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.watch("--json", "--quiet")
		v.wantOutput()
		restore := v.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Refuse: true})
		time.Sleep(10 * time.Minute)
		var lost jsonChange
		v.must(json.Unmarshal([]byte(v.out.take()), &lost)) // reported once
		if lost.Change != "offline" || !strings.Contains(lost.Reason, "matrix.example.org cannot be reached") || lost.Invite != nil {
			t.Errorf("%+v", lost)
		}
		token := v.invite("lin@kernel.example")
		restore()
		time.Sleep(2 * time.Minute)
		var back, sent jsonChange
		dec := json.NewDecoder(strings.NewReader(v.out.take()))
		v.must(dec.Decode(&back))
		v.must(dec.Decode(&sent))
		if back.Change != "online" || sent.Change != "new" || sent.Invite == nil || sent.Invite.Token != token || dec.More() {
			t.Errorf("%+v, %+v", back, sent)
		}
		if sent.Invite.RoomName != "Ops" || sent.Invite.Verdict != "unknown" || sent.Invite.Keys[0].Validity != "unchecked" {
			t.Errorf("%+v", sent.Invite)
		}
		if said := v.err.take(); said != "" {
			t.Errorf("said %q", said)
		}
		v.stop()
		<-v.ended
	})
}

func TestWatchListsAllFirstAndEndsOnLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		token := v.invite("lin@kernel.example")
		v.watch("--all", "--header")
		v.wantOutput(strings.Join(strings.Fields(scriptColumns()["watch"]), "\t"), strings.Join([]string{now(), "present", "l...@ker...", v.room, v.ada, "", "pending", token, "Ops", "#ops:example.org"}, "\t"))
		v.SignOutEverywhere(v.ada, false)
		if code := <-v.ended; code != exit.SignedOut {
			t.Errorf("ended with %d", code)
		}
		v.wantOutput()
		if said := v.err.take(); !strings.Contains(said, "signed @ada:example.org out") {
			t.Errorf("said %q", said)
		}
	})
}

func TestWatchShowsTheTimeOfTheUser(t *testing.T) {
	for _, tc := range []struct {
		zone *time.Location
		want string
	}{{time.FixedZone("Asia/Tokyo", 9*60*60), "09:00:00  "}, {nil, "00:00:00 UTC  "}} {
		synctest.Test(t, func(t *testing.T) {
			v := newTestAccount(t)
			v.w.OutTTY, v.w.Width, v.w.Location = true, 120, tc.zone
			v.watch("--no-color", "-q")
			v.wantOutput()
			v.invite("bob@bell.example")
			if got := v.out.take(); !strings.HasPrefix(got, tc.want+"+ new ") {
				t.Errorf("in %v it writes %q", tc.zone, got)
			}
			v.stop()
			<-v.ended
		})
	}
}

func TestWatchAtATerminalIsClean(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.w.OutTTY, v.w.Width = true, 100
		v.watch("--no-color", "-q")
		v.wantOutput()
		_, err := v.PlantState(v.room, v.ada, "m.room.third_party_invite", "t\x1b[2J", json.RawMessage(
			`{"display_name":"Bob\u001b[31m\u202e","public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}`))
		v.must(err)
		clock := time.Now().Format(time.TimeOnly)
		v.wantOutput(fmt.Sprintf("%s  + new        %-20s  %-20s  @ada", clock, "Bob�", "#ops"))
		v.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Status: 502, Times: 1, Body: "\x1b[2J"})
		time.Sleep(2 * time.Minute)
		got := v.out.take()
		if strings.Contains(got, "\x1b") || !strings.Contains(got, "! offline") || !strings.Contains(got, "✓ online") {
			t.Errorf("%q", got)
		}
		v.stop()
		<-v.ended
	})
}
