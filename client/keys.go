package client

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

const (
	// askAgain is how long a yes or a no counts while somebody follows the
	// account, and askSpread by how much longer at the most. What was asked at
	// once is not asked again at once.
	askAgain  = time.Hour
	askSpread = 30 * time.Minute
	// sweepAfter is how often answers are looked through for those about keys
	// that are in no invite any more.
	sweepAfter = time.Minute
)

// said is what came of asking about a key.
type said struct {
	validity invite.Validity
	refusal  *keycheck.RefusedError // why nobody was asked, though the host is trusted
	at       time.Time
}

// due reports whether it is time to ask about a key: nobody has said yes or no
// so far, or that was long ago. A key may die at any time, and nobody tells.
func (s said) due(q keycheck.Question, now time.Time) bool {
	if s.validity != invite.Valid && s.validity != invite.Invalid {
		return true
	}
	h := fnv.New64a()
	h.Write([]byte(q.URL))
	h.Write([]byte(q.PublicKey))
	spread := time.Duration(h.Sum64() % uint64(askSpread))
	return now.Sub(s.at) >= askAgain+spread
}

// CheckKeys asks about the keys of all invites that are out, where that is due,
// and calls tell after every answer that is news. Each key is asked about once,
// and only at hosts that are trusted: the account's identity server and what the
// user named. It returns when there is nothing left to ask. Called every minute
// it asks about each key once in a while, and not about all of them at once.
func (a *Account) CheckKeys(ctx context.Context, tell func()) {
	a.askAbout(ctx, a.dueKeys(), tell)
}

// dueKeys are the keys that are to be asked about. Answers about those that
// are in no invite any more are forgotten on the way.
func (a *Account) dueKeys() []invite.Key {
	traced := map[id.RoomID]bool{}
	for _, r := range a.Rooms() {
		traced[r.ID] = r.Traced // in others it is not certain which invites are out
	}
	invites := a.Invites()
	now := a.opt.Now()
	a.trustMu.Lock()
	defer a.trustMu.Unlock()
	a.sweep(invites, now)
	var due []invite.Key
	for _, i := range invites {
		if !i.Live() || !traced[i.RoomID] {
			continue
		}
		for _, k := range i.Keys {
			if q := question(k); a.answers[q].due(q, now) {
				due = append(due, k)
			}
		}
	}
	return due
}

// sweep forgets the answers about keys that are in no invite that is out, now
// and then. The caller holds trustMu.
func (a *Account) sweep(invites []invite.Invite, now time.Time) {
	if now.Sub(a.swept) < sweepAfter {
		return
	}
	a.swept = now
	out := map[keycheck.Question]bool{}
	for _, i := range invites {
		for _, k := range i.Keys {
			if i.Live() {
				out[question(k)] = true
			}
		}
	}
	maps.DeleteFunc(a.answers, func(q keycheck.Question, _ said) bool { return !out[q] })
}

// CheckInvite asks about the keys of one invite again, unless that was done a
// moment ago.
func (a *Account) CheckInvite(ctx context.Context, i invite.Invite, tell func()) {
	if i.Live() {
		a.askAbout(ctx, i.Keys, tell)
	}
}

func (a *Account) askAbout(ctx context.Context, keys []invite.Key, tell func()) {
	var questions []keycheck.Question
	for _, k := range keys {
		if k.Usable() && k.ValidityURL != "" {
			questions = append(questions, question(k))
		}
	}
	if a.keys == nil || len(questions) == 0 {
		return
	}
	a.trustIdentityServer(ctx)
	a.keys.Ask(ctx, questions, func(q keycheck.Question, v invite.Validity) {
		if v != invite.Unchecked && a.remember(q, v) {
			tell()
		}
	})
}

// remember notes an answer and reports whether it is another than before.
func (a *Account) remember(q keycheck.Question, v invite.Validity) (news bool) {
	now, refusal := a.opt.Now(), a.keys.Refusal(q)
	a.trustMu.Lock()
	defer a.trustMu.Unlock()
	before, known := a.answers[q]
	a.answers[q] = said{v, refusal, now}
	return !known || before.validity != v || (before.refusal == nil) != (refusal == nil)
}

// tryAgain is how long an account counts as one without an identity server
// before that is looked into again.
const tryAgain = 10 * time.Minute

// trustIdentityServer has the account's identity server asked, if it has one.
func (a *Account) trustIdentityServer(ctx context.Context) {
	now := a.opt.Now()
	a.trustMu.RLock()
	known := now.Before(a.noServerUntil)
	a.trustMu.RUnlock()
	if known {
		return
	}
	base, _, err := a.IdentityServer(ctx)
	if err == nil {
		a.Trust(keycheck.Question{URL: base}.Host())
		return
	}
	a.trustMu.Lock()
	defer a.trustMu.Unlock()
	a.noServerUntil = now.Add(tryAgain)
}

// Untrusted lists the hosts that vouch for keys of an invite that is out and are
// not asked, because nobody has said that they may be.
func (a *Account) Untrusted(i invite.Invite) []string {
	if a.keys == nil || !i.Live() {
		return nil
	}
	var hosts []string
	for _, k := range i.Keys {
		if h := question(k).Host(); k.Usable() && k.ValidityURL != "" && h != "" && !a.trusts(h) && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// Refusals says of hosts that vouch for keys of an invite that is out, and that
// are trusted, why they are not asked all the same.
func (a *Account) Refusals(i invite.Invite) []*keycheck.RefusedError {
	if !i.Live() {
		return nil
	}
	a.trustMu.RLock()
	defer a.trustMu.RUnlock()
	var refusals []*keycheck.RefusedError
	for _, k := range i.Keys {
		r := a.answers[question(k)].refusal
		if r != nil && !slices.ContainsFunc(refusals, func(e *keycheck.RefusedError) bool { return *e == *r }) {
			refusals = append(refusals, r)
		}
	}
	return refusals
}

// Trust has a host, as [Account.Untrusted] names it, asked about keys from now on.
func (a *Account) Trust(host string) {
	a.trustMu.Lock()
	defer a.trustMu.Unlock()
	a.trusted[host] = true
}

func (a *Account) trusts(host string) bool {
	a.trustMu.RLock()
	defer a.trustMu.RUnlock()
	return a.trusted[host] || (a.opt.Trusted != nil && a.opt.Trusted(host))
}
