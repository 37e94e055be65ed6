package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// inviteFault is a response to all invites.
func inviteFault(status int, body string, headers ...string) sandbox.Fault {
	f := sandbox.Fault{Method: "POST", Path: invitePath, Status: status, Body: body, Header: http.Header{}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		f.Header.Add(name, value)
	}
	return f
}

// A list never becomes uncertain or fails as a whole, whatever the servers respond to
// all of it. While they do, a runner runs for three hours.
func TestListStopsAtAnAnswerThatConcernsAllInvites(t *testing.T) {
	const html = `<html>`
	on := func(path string, f sandbox.Fault) sandbox.Fault { f.Method, f.Path = "", path; return f }
	for _, tc := range []struct {
		name     string
		fault    sandbox.Fault
		lost     int    // entries that are uncertain or failed
		posts    int    // requests to invite, at most
		decision bool   // the user has to decide
		says     string // in the reason
	}{
		{"tuwunel", inviteFault(403, `{"errcode":"M_THREEPID_DENIED","error":"Third party identifiers are not implemented"}`), 0, 1, true, "does not accept invites by e-mail"},
		{"Synapse without lookups", inviteFault(403, `{"errcode":"M_UNKNOWN","error":"Looking up third-party identifiers is denied from this server"}`), 0, 1, true, "does not send invites by e-mail"},
		{"Synapse without invites", inviteFault(403, `{"errcode":"M_FORBIDDEN","error":"Invites have been disabled on this server"}`), 0, 1, true, "accepts no invites"},
		{"Dendrite without trust", inviteFault(400, `{"errcode":"M_SERVER_NOT_TRUSTED","error":"no"}`), 0, 1, true, "does not trust the identity server"},
		{"the terms of the homeserver", inviteFault(403, `{"errcode":"M_CONSENT_NOT_GIVEN","error":"see https://example.org/consent"}`), 1, 1, true, "https://example.org/consent"},
		{"a full homeserver", inviteFault(403, `{"errcode":"M_RESOURCE_LIMIT_EXCEEDED","error":"full"}`), 1, 1, true, "limit of its resources"},
		{"refused with an unknown code", inviteFault(403, `{"errcode":"ORG_POLICY","error":"not today"}`), 2, 2, true, "not today"},
		{"a firewall", inviteFault(403, html), 0, 1, true, "does not let the request pass"},
		{"no OpenID", on("/_matrix/client/v3/user/*/openid/request_token", sandbox.Fault{Status: 404, Body: `{"errcode":"M_UNRECOGNIZED","error":"no"}`}), 0, 0, true, "gives no token for the identity server"},
		{"an identity server that is gone", on("/_matrix/identity/", sandbox.Fault{Status: 404, Body: html}), 0, 0, true, "identity server"},
		{"an identity server that refuses", on("/_matrix/identity/", sandbox.Fault{Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`}), 0, 0, true, "identity server"},

		{"502", inviteFault(502, html), 2, 2, true, "uncertain"},
		{"503 with a time", inviteFault(503, html, "Retry-After: 2400"), 2, 2, true, "uncertain"},
		{"504", inviteFault(504, html), 2, 2, true, "uncertain"},
		{"524 of Cloudflare", inviteFault(524, html), 2, 2, true, "uncertain"},
		{"500 with HTML", inviteFault(500, html), 2, 2, true, "uncertain"},
		{"500 of Synapse", inviteFault(500, `{"errcode":"M_UNKNOWN","error":"Internal server error"}`), 2, 2, true, "uncertain"},
		{"a captive portal", inviteFault(200, html), 2, 2, true, "uncertain"},
		{"connections that break", sandbox.Fault{Method: "POST", Path: invitePath, Lose: true}, 0, 5, false, ""}, // the room shows them
		{"everything is away", on("/_matrix/client/", sandbox.Fault{Status: 503, Body: html, Header: http.Header{"Retry-After": {"2400"}}}), 0, 0, false, "503"},
		{"a redirect", inviteFault(302, "", "Location: https://portal.example/"), 0, 300, false, "302"},
		{"a proxy without a backend", inviteFault(404, "404 page not found"), 0, 300, false, "404"},
		{"an origin that is down", inviteFault(521, html), 0, 300, false, "521"},
		{"no connection", sandbox.Fault{Method: "POST", Path: invitePath, Refuse: true}, 0, 0, false, "refused"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a, session, path := n.storedSession()
				addresses := []string{"a@navy.example", "b@kernel.example", "c@lunar.example", "d@code.example", "e@byte.example"}
				n.queue(a, addresses...)
				a = n.start(session, path) // it has not used the identity server yet
				mend := n.Inject(tc.fault)
				ctx, cancel := context.WithCancel(t.Context())
				turns := n.startRunner(ctx, a)
				time.Sleep(3 * time.Hour)
				synctest.Wait()
				o := n.outbox(a)
				if lost := o.Count(client.ItemUncertain, client.ItemFailed); lost != tc.lost {
					t.Errorf("%d are lost: %v", lost, n.states(a))
				}
				if posts := n.Count("POST", invitePath); posts > tc.posts {
					t.Errorf("%d requests", posts)
				}
				if o.Stall.Decision() != tc.decision || o.Paused != tc.decision || !strings.Contains(o.Stall.Reason, tc.says) {
					t.Errorf("%+v", o.Stall)
				}
				if o.Stall.Reason != "" && o.Stall.Advice.Kind == "" {
					t.Errorf("no advice: %+v", o.Stall)
				}
				// The cause ends, and the user resumes.
				mend()
				n.must(a.RetryNow(t.Context()))
				time.Sleep(time.Hour)
				synctest.Wait()
				o = n.outbox(a)
				if sent := o.Count(client.ItemSent); sent != len(addresses)-tc.lost || o.Paused || o.Stall.Reason != "" {
					t.Errorf("%d sent: %v, %+v, %v", sent, n.states(a), o.Stall, turnErrors(turns))
				}
				for _, address := range addresses {
					if mails := len(n.invites(address)); mails > 1 {
						t.Errorf("%s got %d mails", address, mails)
					}
				}
				cancel()
				synctest.Wait()
			})
		})
	}
}

func TestPersonalRefusalsDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		f := inviteFault(403, `{"errcode":"M_INVITE_BLOCKED","error":"no"}`)
		f.Times = 3
		n.Inject(f)
		n.queue(a, hundredAddresses()[:5]...)
		n.runOutbox(a)
		if o := n.outbox(a); o.Count(client.ItemFailed) != 3 || o.Count(client.ItemSent) != 2 || o.Stall.Reason != "" {
			t.Errorf("%v, %+v", n.states(a), o.Stall)
		}
	})
}

// However a server or a proxy says that a limit was exceeded, the invite is sent once,
// at that time.
func TestRateLimitsInEveryForm(t *testing.T) {
	const limited = `{"errcode":"M_LIMIT_EXCEEDED","error":"slow down"%s}`
	body := func(more string) string { return fmt.Sprintf(limited, more) }
	date := func(d time.Duration) string { return "Retry-After: " + time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tc := range []struct {
		name  string
		fault func() sandbox.Fault
		wait  time.Duration
	}{
		{"a date", func() sandbox.Fault { return inviteFault(429, body(""), date(40*time.Minute)) }, 40 * time.Minute},
		{"a date in the past", func() sandbox.Fault { return inviteFault(429, body(""), date(-time.Hour)) }, time.Minute},
		{"HTML", func() sandbox.Fault { return inviteFault(429, "<html>", "Retry-After: 2400") }, 40 * time.Minute},
		{"no body", func() sandbox.Fault { return inviteFault(429, "", "Retry-After: 2400") }, 40 * time.Minute},
		{"HTML without a time", func() sandbox.Fault { return inviteFault(429, "<html>") }, time.Minute},
		{"another code", func() sandbox.Fault { return inviteFault(429, `{"errcode":"M_UNKNOWN"}`, "Retry-After: 2400") }, 40 * time.Minute},
		{"status 403", func() sandbox.Fault { return inviteFault(403, body(`,"retry_after_ms":2400000`)) }, 40 * time.Minute},
		{"status 400", func() sandbox.Fault { return inviteFault(400, body(`,"retry_after_ms":"2400000"`)) }, 40 * time.Minute},
		{"status 503", func() sandbox.Fault { return inviteFault(503, body(`,"retry_after_ms":2400000.5`)) }, 40 * time.Minute},
		{"null", func() sandbox.Fault { return inviteFault(429, body(`,"retry_after_ms":null`)) }, time.Minute},
		{"negative", func() sandbox.Fault { return inviteFault(429, body(`,"retry_after_ms":-5`)) }, time.Minute},
		{"huge", func() sandbox.Fault { return inviteFault(429, body(`,"retry_after_ms":100000000000000`)) }, 7 * 24 * time.Hour},
		{"an overflow", func() sandbox.Fault { return inviteFault(429, body(""), "Retry-After: 10000000000000") }, 7 * 24 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				n.queue(a, "a@navy.example", "b@kernel.example", "c@lunar.example")
				f := tc.fault()
				f.Times = 1
				n.Inject(f)
				if tc.wait > time.Hour { // the user does not wait for so long
					r := a.Runner("test")
					r.Next(t.Context())
					r.Close()
					if wait := n.outbox(a).Stall.Wait; wait != tc.wait {
						t.Errorf("waits %s", wait)
					}
					n.must(a.RetryNow(t.Context()))
					tc.wait = 0
				}
				begun := time.Now()
				n.runOutbox(a)
				if took := time.Since(begun); took < tc.wait || took > max(5*tc.wait, time.Minute) {
					t.Errorf("took %s", took)
				}
				if o := n.outbox(a); o.Count(client.ItemSent) != 3 || n.Count("POST", invitePath) != 4 {
					t.Errorf("%v after %d requests", n.states(a), n.Count("POST", invitePath))
				}
			})
		})
	}
}

// The limit of a proxy, and a wait that no limit needs, say nothing about the limit of
// the homeserver: the invites after it are not spread over days.
func TestLimitOfAProxyIsNotLearned(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"a proxy":     inviteFault(429, "<html>", "Retry-After: 2400"),
		"absurd wait": inviteFault(429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1e15}`),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				n.queue(a, hundredAddresses()[:20]...)
				f.Times = 1
				n.Inject(f)
				r := a.Runner("test")
				r.Next(t.Context())
				r.Close()
				n.must(a.RetryNow(t.Context())) // an absurd wait takes seven days
				n.runOutbox(a)
				o := n.outbox(a)
				first, last := o.Items[0].Changed, o.Items[19].Changed
				if limits, err := a.Limits(t.Context()); last.Sub(first) > time.Minute || len(limits) > 0 || err != nil {
					t.Errorf("the invites were sent over %s; learned %+v, %v", last.Sub(first), limits, err)
				}
			})
		})
	}
}

func TestRetryNowSkipsTheWaitOfAServer(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"a limit":     inviteFault(429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":3600000}`),
		"a long wait": inviteFault(429, "<html>", "Retry-After: 10000000000000"),
		"no time":     inviteFault(429, `{"errcode":"M_LIMIT_EXCEEDED"}`),
		"maintenance": inviteFault(503, "<html>", "Retry-After: 86400"),
	} {
		for _, other := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, by another program: %t", name, other), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := newTestWorld(t)
					a, session, path := n.storedSession()
					user := a
					if other {
						user = n.start(session, path)
					}
					n.queue(a, "a@navy.example", "b@kernel.example")
					f.Times = 1
					n.Inject(f)
					ctx, cancel := context.WithCancel(t.Context())
					n.startRunner(ctx, a)
					time.Sleep(time.Minute - time.Second)
					synctest.Wait()
					if o := n.outbox(user); n.Count("POST", invitePath) != 1 || !o.Next.After(time.Now()) {
						t.Errorf("%d requests, next at %s", n.Count("POST", invitePath), o.Next)
					}
					n.must(user.RetryNow(t.Context()))
					time.Sleep(5 * time.Second)
					synctest.Wait()
					if n.Count("POST", invitePath) < 2 {
						t.Errorf("%v, %+v", n.states(a), n.outbox(user).Stall)
					}
					cancel()
					synctest.Wait()
				})
			})
		}
	}
}

// A program that starts while a server asked to wait does not ask earlier.
func TestRestartKeepsTheWaitOfAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, session, path := n.storedSession()
		n.queue(a, "a@navy.example", "b@kernel.example")
		f := inviteFault(503, "<html>", "Retry-After: 2400")
		f.Times = 1
		n.Inject(f)
		r := a.Runner("first")
		r.Next(t.Context())
		r.Close()
		b := n.start(session, path)
		begun := time.Now()
		n.runOutbox(b)
		if took := time.Since(begun); took < 40*time.Minute || took > 41*time.Minute || n.states(b)["b@kernel.example"] != client.ItemSent {
			t.Errorf("took %s: %v", took, n.states(b))
		}
	})
}
