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

// A tape takes what a command writes and gives it line by line.
type tape struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tape) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

// take waits until all goroutines are blocked and returns the output.
func (t *tape) take() string {
	synctest.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.buf.Reset()
	return t.buf.String()
}

// A vigil is a run of watch on Ada's account, in a bubble.
type vigil struct {
	*sandbox.World
	t          *testing.T
	w          host.World
	ada, grace string
	password   string // Ada's
	room       string
	out, err   tape
	stop       context.CancelFunc
	ended      chan int
}

// newVigil signs Ada in; nothing is watched yet.
func newVigil(t *testing.T) *vigil {
	t.Helper()
	world := sandbox.New(sandbox.Options{Seed: 1, Now: time.Now})
	ada, grace := world.AddUser("ada", password, "Ada"), world.AddUser("grace", password, "Grace")
	room := world.CreateRoom(ada, sandbox.RoomOptions{Name: "Ops", Alias: "ops", Preset: "private_chat"})
	v := newVigilIn(t, world, ada, password)
	v.grace, v.room = grace, room
	return v
}

// newVigilIn signs a user of a world in.
func newVigilIn(t *testing.T, world *sandbox.World, user, password string) *vigil {
	t.Helper()
	v := &vigil{t: t, World: world, ada: user, password: password, ended: make(chan int, 1)}
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

// watch begins to watch.
func (v *vigil) watch(args ...string) {
	ctx, stop := context.WithCancel(v.t.Context())
	v.stop = stop
	go func() { v.ended <- Run(ctx, v.w, append([]string{"watch"}, args...)) }()
}

// typesPassword gives the next command a password to read.
func (v *vigil) typesPassword() { v.w.In = strings.NewReader(password) }

// runs runs a command to its end, which must be with this exit code, and
// returns what it wrote.
func (v *vigil) runs(code int, args ...string) (out, said string) {
	v.t.Helper()
	if got := Run(v.t.Context(), v.w, args); got != code {
		v.t.Errorf("%v ended with %d: %s", args, got, v.err.take())
	}
	return v.out.take(), v.err.take()
}

func (v *vigil) invite(address string) (token string) {
	v.t.Helper()
	token, err := v.InviteByEmail(v.room, v.ada, address)
	v.must(err)
	return token
}

func (v *vigil) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// hears checks the output since the last call.
func (v *vigil) hears(lines ...string) {
	v.t.Helper()
	want := strings.Join(append(lines, ""), "\n")
	if d := cmp.Diff(want, v.out.take()); d != "" {
		v.t.Errorf("(-want +got):\n%s", d)
	}
}

// now is what a line begins with.
func now() string { return time.Now().UTC().Format(time.RFC3339Nano) }

func TestWatchReportsEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		before := v.invite("before@bell.example")
		v.must(v.Bind("before@bell.example", v.grace))
		v.must(v.Join(v.room, v.grace))
		v.watch()
		v.hears()
		if said := v.err.take(); said != "Watching the invites of @ada:example.org.\n" {
			t.Errorf("said %q", said)
		}
		line := func(what, name, taker, status, token string) string {
			return strings.Join([]string{now(), what, name, v.room, v.ada, taker, status, token, "Ops", "#ops:example.org"}, "\t")
		}

		token := v.invite("lin@kernel.example")
		v.hears(line("new", "l...@ker...", "", "pending", token))
		time.Sleep(time.Hour) // of nothing
		v.hears()
		lin := v.AddUser("lin", password, "Lin")
		v.must(v.Bind("lin@kernel.example", lin))
		v.hears(line("accepted", "l...@ker...", lin, "invited", token))
		v.must(v.Join(v.room, lin))
		v.hears(line("joined", "l...@ker...", lin, "joined", token))
		v.must(v.Kick(v.room, v.ada, lin))
		v.hears(line("left", "l...@ker...", lin, "left", token))
		v.must(v.Ban(v.room, v.ada, lin))
		v.hears(line("banned", "l...@ker...", lin, "banned", token))
		v.must(v.Ban(v.room, v.ada, v.grace))
		v.hears(line("banned", "bef...@bel...", v.grace, "banned", before))

		token = v.invite("rob@bell.example")
		v.hears(line("new", "r...@bel...", "", "pending", token))
		_, err := v.SendState(v.room, v.ada, "m.room.third_party_invite", token, struct{}{})
		v.must(err)
		v.hears(line("revoked", "r...@bel...", "", "revoked", token))

		side := v.CreateRoom(v.grace, sandbox.RoomOptions{Name: "Side", Members: []string{v.ada}})
		v.hears()
		v.must(v.Kick(side, v.grace, v.ada))
		v.hears(strings.Join([]string{now(), "room-left", "", side, "", "", "", "", "Side", ""}, "\t"))

		v.stop()
		if code := <-v.ended; code != exit.OK {
			t.Errorf("ended with %d", code)
		}
	})
}

func TestWatchReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		v.watch("--json", "--quiet")
		v.hears()
		restore := v.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Refuse: true})
		time.Sleep(10 * time.Minute)
		var lost jsonChange
		v.must(json.Unmarshal([]byte(v.out.take()), &lost)) // once
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
		v := newVigil(t)
		token := v.invite("lin@kernel.example")
		v.watch("--all", "--header")
		v.hears(strings.Join(strings.Fields(scriptColumns()["watch"]), "\t"), strings.Join([]string{now(), "present", "l...@ker...", v.room, v.ada, "", "pending", token, "Ops", "#ops:example.org"}, "\t"))
		v.SignOutEverywhere(v.ada, false)
		if code := <-v.ended; code != exit.SignedOut {
			t.Errorf("ended with %d", code)
		}
		v.hears()
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
			v := newVigil(t)
			v.w.OutTTY, v.w.Width, v.w.Location = true, 120, tc.zone
			v.watch("--no-color", "-q")
			v.hears()
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
		v := newVigil(t)
		v.w.OutTTY, v.w.Width = true, 100
		v.watch("--no-color", "-q")
		v.hears()
		_, err := v.PlantState(v.room, v.ada, "m.room.third_party_invite", "t\x1b[2J", json.RawMessage(
			`{"display_name":"Bob\u001b[31m\u202e","public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}`))
		v.must(err)
		clock := time.Now().Format(time.TimeOnly)
		v.hears(fmt.Sprintf("%s  + new        %-20s  %-20s  @ada", clock, "Bob�", "#ops"))
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
