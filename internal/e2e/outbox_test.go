package e2e

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
)

// An outbox is the outbox of a user with a room. Its clock can be set forward, and it
// counts the requests to invite.
type outbox struct {
	*client.Account
	t    testing.TB
	w    world
	room room
	opt  client.Options

	ahead     atomic.Int64 // nanoseconds
	mu        sync.Mutex
	responses map[int]int // number of responses to requests to invite, by HTTP status
}

// newOutbox signs the person in with a store.
func newOutbox(tb testing.TB, w world, room room) *outbox {
	tb.Helper()
	s, err := store.Open(tb.Context(), filepath.Join(tb.TempDir(), "store.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	o := &outbox{t: tb, w: w, room: room, opt: clientOptions(w), responses: map[int]int{}}
	o.opt.Store, o.opt.Transport, o.opt.RevokeAccepted = s, o, true
	o.opt.Now = func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) }
	o.resume(room.account().Session())
	return o
}

func (o *outbox) resume(session client.Session) {
	o.t.Helper()
	a, err := client.Resume(o.opt, session)
	if err != nil {
		o.t.Fatal(err)
	}
	refresh(o.t, o.w, a)
	o.Account = a
}

func (o *outbox) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := o.w.Transport().RoundTrip(r)
	if err == nil && isInvite(r) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.responses[res.StatusCode]++
	}
	return res, err
}

// isInvite reports whether a request sends an invite: by e-mail, to a Matrix ID or by link.
func isInvite(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/invite") ||
		r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/state/"+inviteEvent+"/")
}

// plan plans invites for addresses as users type them.
func (o *outbox) plan(typed ...string) []client.Plan {
	o.t.Helper()
	var people []recipients.Invitee
	for _, s := range typed {
		l := recipients.Parse(s)
		if len(l.Recipients) != 1 {
			o.t.Fatalf("%q: %+v", s, l)
		}
		people = append(people, l.Recipients[0].Invitee)
	}
	plans, err := o.PlanAll(o.t.Context(), client.ByIdentityServer, []id.RoomID{id.RoomID(o.room.RoomID)}, people, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return plans
}

func (o *outbox) queue(plans []client.Plan) {
	o.t.Helper()
	if _, err := o.Enqueue(o.t.Context(), plans); err != nil {
		o.t.Fatal(err)
	}
}

func (o *outbox) items() client.Outbox {
	o.t.Helper()
	now, err := o.Outbox(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return now
}

// run runs a runner until nothing is queued or an error is final, and calls turn after
// each turn.
func (o *outbox) run(turn func(client.Turn)) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 2*time.Minute)
	defer cancel()
	r := o.Runner("the test")
	defer r.Close()
	for o.items().Count(client.ItemQueued, client.ItemSending) > 0 {
		got := r.Next(ctx)
		if ctx.Err() != nil {
			o.t.Fatalf("it is stuck: %+v", o.items())
		}
		if turn != nil {
			turn(got)
		}
		if got.Final {
			return
		}
	}
}

// checkMails checks that the mails to all addresses and the invites of the room match the
// outbox.
func (o *outbox) checkMails() {
	o.t.Helper()
	refresh(o.t, o.w, o.Account)
	inRoom := o.room.invites()
	for _, i := range o.items().Items {
		to := i.Address.Address
		var invites []mail
		for _, m := range o.w.Mails(o.t, to, 0) {
			if m.RoomID == o.room.RoomID {
				invites = append(invites, m)
			}
		}
		var ok bool
		switch i.State {
		case client.ItemSent:
			name, _ := content(inRoom[i.Token])["display_name"].(string)
			known, _ := o.AddressOf(i.Room, i.Token)
			ok = len(invites) == 1 && invites[0].Token == i.Token && invite.Matches(name, to) && known == i.Address
		case client.ItemUncertain:
			ok = len(invites) <= 1
		case client.ItemResolved:
			ok = len(invites) == 0 && content(o.room.member(string(i.UserID)))["membership"] == "invite"
		default:
			ok = len(invites) == 0
		}
		if !ok {
			o.t.Errorf("%s is %s (%s) and has %d mails", to, i.State, i.Reason, len(invites))
		}
	}
}

func fresh(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = address("person")
	}
	return list
}

func TestOutboxKeepsToTheLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a rate limit in real time")
	}
	everywhere(t, func(t *testing.T, w world) {
		const interval, burst = 2 * time.Second, 3
		o := newOutbox(t, w, newPerson(t, w, "ada").createRoom())
		w.LimitInvites(t, 1/interval.Seconds(), burst)
		o.queue(o.plan(fresh(10)...))
		begun := time.Now()
		o.run(nil)
		o.checkMails()
		check(t, w, "sent", o.items().Count(client.ItemSent), `10`)
		took, ideal := time.Since(begun), (10-burst)*interval
		t.Logf("took %s, ideal is %s; answers by status: %v", took, ideal, o.responses)
		// One refusal is enough to learn the limit. On a busy machine the time of requests varies, so one or two more are allowed.
		if o.responses[http.StatusTooManyRequests] > 3 || o.responses[http.StatusOK] != 10 {
			t.Errorf("answers by status: %v", o.responses)
		}
		if took < ideal-100*time.Millisecond || took > ideal+ideal/10+time.Second {
			t.Errorf("took %s, ideal is %s", took, ideal)
		}
	})
}

func TestOutboxOfEveryKindOfAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		bound := func() (string, *person) {
			p, to := newPerson(t, w, "grace"), address("grace")
			w.Bind(t, to, p.ID, p.token)
			return to, p
		}
		outside, _ := bound()
		named, _ := bound()
		member, joined := bound()
		invited, waiting := bound()
		banned, thrown := bound()
		room.inviteAndJoin(joined)
		room.must(http.MethodPost, room.path("/invite"), object{"user_id": waiting.ID})
		room.must(http.MethodPost, room.path("/ban"), object{"user_id": thrown.ID})
		pending := address("pending")
		room.inviteByEmail(pending)

		o := newOutbox(t, w, room)
		twice, shout := address("twice"), address("shout")
		long := strings.Repeat("l", 50) + "-" + address("long")
		list := append([]string{
			outside, "Grace Hopper <" + named + ">", member, invited, banned, pending, twice, twice,
			strings.ToUpper(shout), shout, "plus+" + address("tag"), long, "Lin <" + address("lin") + ">",
			strings.Replace(address("punycode"), "example", "xn--bcher-kva", 1), "mailto:" + address("link"),
		}, fresh(35)...)
		check(t, w, "addresses", len(list), `50`)
		plans := o.plan(list...)
		wanted := plans[:0:0]
		for _, p := range plans {
			var e *client.MemberError
			membership := ""
			if errors.As(p.Err(), &e) {
				membership = e.Membership
			}
			want := map[string]string{member: "join", invited: "invite", banned: "ban"}[p.Address.Address]
			if membership != want || (p.UserID != "") != slices.Contains([]string{outside, named, member, invited, banned}, p.Address.Address) {
				t.Errorf("%s: %q, planned for %q", p.Address.Address, membership, p.UserID)
			}
			if p.Address.Address == pending && len(p.Similar) != 1 {
				t.Errorf("pending: %d similar", len(p.Similar))
			}
			if p.Err() == nil && p.Address.Address != pending {
				wanted = append(wanted, p)
			}
		}
		o.queue(wanted)
		o.run(nil)
		o.checkMails()
		now := o.items()
		check(t, w, "in the outbox", len(now.Items), `44`) // four are missing, and two are repeated
		check(t, w, "sent", now.Count(client.ItemSent), `42`)
		check(t, w, "invited by user ID", now.Count(client.ItemResolved), `2`)
		check(t, w, "in the room", len(room.invites()), `43`)
		check(t, w, "mails to the one from before", len(w.Mails(t, pending, 1)), `1`)
	})
}

func TestOutboxLearnsTheLimitOfTheIdentityServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		o := newOutbox(t, w, newPerson(t, w, "ada").createRoom())
		w.LimitMails(t, 0.0001, 3)
		o.queue(o.plan(fresh(6)...))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r := o.Runner("the test")
		defer r.Close()
		for range 4 {
			if turn := r.Next(ctx); turn.Err != nil {
				t.Fatal(turn.Err)
			}
		}
		o.checkMails()
		check(t, w, "sent", o.items().Count(client.ItemSent), `3`)
		check(t, w, "uncertain", o.items().Count(client.ItemUncertain), `1`)
		wait := o.items().Next.Sub(o.opt.Now())
		check(t, w, "left alone for minutes", wait > 4*time.Minute && wait <= 5*time.Minute, `true`)

		w.LimitMails(t, 0, 0)
		o.ahead.Add(int64(wait))
		if turn := r.Next(ctx); turn.Item.State != client.ItemSent {
			t.Errorf("%+v", turn)
		}
		wait = o.items().Next.Sub(o.opt.Now())
		check(t, w, "has learned", wait > 4*time.Minute && wait < 6*time.Minute, `true`)
		o.ahead.Add(int64(wait))
		r.Next(ctx)
		o.checkMails()
		check(t, w, "sent in the end", o.items().Count(client.ItemSent), `5`)
		check(t, w, "requests", o.responses[http.StatusOK]+o.responses[http.StatusInternalServerError], `6`)
	})
}

func TestOutboxContinuesAfterTheSessionEnded(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		o := newOutbox(t, w, room)
		o.queue(o.plan(fresh(6)...))
		turns := 0
		var last client.Turn
		o.run(func(turn client.Turn) {
			last = turn
			if turns++; turns == 3 {
				ada.must(http.MethodPost, "/logout/all", object{})
			}
		})
		var gone *client.SignedOutError
		check(t, w, "it says so", last.Final && errors.As(last.Err, &gone), `true`)
		o.w.Settle(t)
		check(t, w, "wait", o.items().Count(client.ItemQueued), `3`)

		_, session := ada.signIn(ada.Password)
		ada.token = session["access_token"].(string)
		again := ada.account().Session()
		again.DataKey = o.Session().DataKey // as Options.FormerKey returns it
		o.resume(again)
		o.run(nil)
		o.checkMails()
		check(t, w, "sent", o.items().Count(client.ItemSent), `6`)
	})
}

func TestOutboxContinuesAfterTheIdentityServerWasDown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		o := newOutbox(t, w, newPerson(t, w, "ada").createRoom())
		o.queue(o.plan(fresh(6)...))
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		sent, failed := 0, 0
		o.run(func(turn client.Turn) {
			if turn.Item.State == client.ItemSent {
				sent++
			}
			if sent == 3 && failed == 0 {
				w.SetIdentityServerDown(t, true)
			}
			if turn.Err != nil {
				if failed++; failed == 2 {
					w.SetIdentityServerDown(t, false)
				}
			}
		})
		o.checkMails()
		check(t, w, "sent", o.items().Count(client.ItemSent), `6`)
		check(t, w, "failures", failed, `2`)
	})
}

func TestOutboxContinuesAfterTheHomeserverWasDown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		o := newOutbox(t, w, room)
		o.queue(o.plan(fresh(12)...))
		restarted := make(chan struct{})
		sent := 0
		o.run(func(client.Turn) {
			if sent++; sent == 4 { // the runner continues while the homeserver shuts down
				go func() {
					defer close(restarted)
					w.SetHomeserverDown(t, true)
					w.SetHomeserverDown(t, false)
				}()
			}
		})
		<-restarted
		o.checkMails()
		now := o.items()
		t.Logf("%d sent, %d uncertain", now.Count(client.ItemSent), now.Count(client.ItemUncertain))
		check(t, w, "sent or uncertain", now.Count(client.ItemSent, client.ItemUncertain), `12`)
		check(t, w, "at most one is uncertain", now.Count(client.ItemUncertain) <= 1, `true`)
	})
}
