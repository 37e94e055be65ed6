package client

import (
	"cmp"
	"context"
	"hash/fnv"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

const (
	// recheckAfter is the age after which a key is checked again. For each key a part
	// of recheckSpread is added, so that keys that were checked together are not
	// checked together again.
	recheckAfter  = time.Hour
	recheckSpread = 30 * time.Minute
	// sweepAfter is how often results for keys of no pending invite are removed.
	sweepAfter = time.Minute
	// findServerAfter is the time after which an account without an identity server is
	// checked for one again.
	findServerAfter = 10 * time.Minute
)

// keyChecks has the hosts that may be asked about keys, and the results of the checks.
type keyChecks struct {
	checker    *keycheck.Checker // nil if keys are not checked
	identity   *identityServer
	configured func(host string) bool // nil if no host is trusted
	now        func() time.Time

	mu       sync.RWMutex
	trusted  map[string]bool // hosts that are trusted besides the configured ones
	results  map[keycheck.Question]keyResult
	swept    time.Time // last removal of results that are not needed
	noServer time.Time // no identity server is searched before this time
}

// A keyResult is the last response about a key.
type keyResult struct {
	validity invite.Validity
	refusal  *keycheck.RefusedError // why a trusted host was not asked
	at       time.Time
}

func newKeyChecks(opt Options, identity *identityServer) *keyChecks {
	c := &keyChecks{
		identity: identity, configured: opt.Trusted, now: opt.Now,
		trusted: map[string]bool{}, results: map[keycheck.Question]keyResult{},
	}
	if host := opt.LinksServer.host(); host != "" {
		c.trusted[host] = true
	}
	if opt.KeyTransport != nil {
		c.checker = keycheck.New(keycheck.Options{Transport: opt.KeyTransport, Trusted: c.trusts, Now: opt.Now})
	}
	return c
}

// CheckKeys checks the keys of all pending invites that were not checked recently, and
// calls changed after each result that differs from the last one. It asks the account's
// identity server and the hosts that the user trusts. It returns when all checks are
// done. It may be called every minute.
func (a *Account) CheckKeys(ctx context.Context, changed func()) {
	if a.keys.checker != nil {
		a.keys.check(ctx, a.keys.due(a.rooms.Live()), changed)
	}
}

// CheckInvite checks the keys of one invite again, unless they were checked a moment
// ago. It calls changed after each result that differs from the last one.
func (a *Account) CheckInvite(ctx context.Context, i invite.Invite, changed func()) {
	if i.Live() {
		a.keys.check(ctx, appendDue(nil, &i), changed)
	}
}

// Untrusted returns the hosts in the keys of a pending invite that are not asked
// because the user does not trust them.
func (a *Account) Untrusted(i invite.Invite) []string {
	if a.keys.checker == nil || !i.Live() {
		return nil
	}
	var hosts []string
	for _, k := range i.Keys {
		if h := question(k).Host(); k.Usable() && k.ValidityURL != "" && h != "" && !a.keys.trusts(h) && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// Refusals returns the reasons why trusted hosts in the keys of a pending invite are
// not asked.
func (a *Account) Refusals(i invite.Invite) []*keycheck.RefusedError {
	if !i.Live() {
		return nil
	}
	return a.keys.refusals(i.Keys)
}

// Trust allows a host to be asked about keys. The host is in the form that
// [Account.Untrusted] returns.
func (a *Account) Trust(host string) { a.keys.trust(host) }

// A dueKey is a key to check, with the time of its invite.
type dueKey struct {
	question keycheck.Question
	sent     int64 // in milliseconds
}

// appendDue adds the keys of an invite that have a host to ask.
func appendDue(due []dueKey, i *invite.Invite) []dueKey {
	for _, k := range i.Keys {
		if k.Usable() && k.ValidityURL != "" {
			due = append(due, dueKey{question(k), i.At().UnixMilli()})
		}
	}
	return due
}

// due returns the keys that have to be checked, of the pending invites that certainly are
// pending. It removes results for keys of no pending invite.
func (c *keyChecks) due(pending iter.Seq2[*invite.Invite, bool]) []dueKey {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep(pending, now)
	var due []dueKey
	for i, certain := range pending {
		if certain {
			due = appendDue(due, i)
		}
	}
	return slices.DeleteFunc(due, func(k dueKey) bool { return !c.results[k.question].due(k.question, now) })
}

// due reports whether a key has to be checked: the last result is neither valid nor
// invalid, or it is old. A key may become invalid at any time.
func (r keyResult) due(q keycheck.Question, now time.Time) bool {
	if r.validity != invite.Valid && r.validity != invite.Invalid {
		return true
	}
	h := fnv.New64a()
	h.Write([]byte(q.URL))
	h.Write([]byte(q.PublicKey))
	spread := time.Duration(h.Sum64() % uint64(recheckSpread))
	return now.Sub(r.at) >= recheckAfter+spread
}

// sweep removes results for keys of no pending invite, if the last removal was long
// enough ago. The caller holds mu.
func (c *keyChecks) sweep(pending iter.Seq2[*invite.Invite, bool], now time.Time) {
	if now.Sub(c.swept) < sweepAfter || len(c.results) == 0 {
		return
	}
	c.swept = now
	needed := map[keycheck.Question]bool{}
	for i := range pending {
		for _, k := range i.Keys {
			needed[question(k)] = true
		}
	}
	maps.DeleteFunc(c.results, func(q keycheck.Question, _ keyResult) bool { return !needed[q] })
}

// check asks the trusted hosts about keys, the newest first.
func (c *keyChecks) check(ctx context.Context, due []dueKey, changed func()) {
	if c.checker == nil || len(due) == 0 {
		return
	}
	c.trustIdentityServer(ctx)
	trusted := map[string]bool{}
	due = slices.DeleteFunc(due, func(k dueKey) bool {
		host := c.checker.Host(k.question)
		if _, known := trusted[host]; !known {
			trusted[host] = c.trusts(host)
		}
		return !trusted[host]
	})
	slices.SortStableFunc(due, func(a, b dueKey) int { return cmp.Compare(b.sent, a.sent) })
	questions := make([]keycheck.Question, len(due))
	for n, k := range due {
		questions[n] = k.question
	}
	c.checker.Ask(ctx, questions, func(q keycheck.Question, v invite.Validity) {
		if v != invite.Unchecked && c.record(q, v) {
			changed()
		}
	})
}

// record stores a result and reports whether it differs from the last one.
func (c *keyChecks) record(q keycheck.Question, v invite.Validity) (changed bool) {
	now, refusal := c.now(), c.checker.Refusal(q)
	c.mu.Lock()
	defer c.mu.Unlock()
	last, known := c.results[q]
	c.results[q] = keyResult{v, refusal, now}
	return !known || last.validity != v || (last.refusal == nil) != (refusal == nil)
}

// validity returns the last result for a key. The checker discards results after a
// while, so that it checks the key again.
func (c *keyChecks) validity(k invite.Key) invite.Validity {
	if c.checker == nil {
		return invite.Unchecked
	}
	q := question(k)
	if v := c.checker.Known(q); v != invite.Unchecked {
		return v
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if r, ok := c.results[q]; ok {
		return r.validity
	}
	return invite.Unchecked
}

func (c *keyChecks) refusals(keys []invite.Key) []*keycheck.RefusedError {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var refusals []*keycheck.RefusedError
	for _, k := range keys {
		r := c.results[question(k)].refusal
		if r != nil && !slices.ContainsFunc(refusals, func(e *keycheck.RefusedError) bool { return *e == *r }) {
			refusals = append(refusals, r)
		}
	}
	return refusals
}

// trustIdentityServer trusts the identity server of the account, if it has one.
func (c *keyChecks) trustIdentityServer(ctx context.Context) {
	now := c.now()
	c.mu.RLock()
	wait := now.Before(c.noServer)
	c.mu.RUnlock()
	if wait {
		return
	}
	base, _, err := c.identity.find(ctx)
	if err == nil {
		c.trust(keycheck.Question{URL: base}.Host())
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noServer = now.Add(findServerAfter)
}

func (c *keyChecks) trust(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trusted[host] = true
}

func (c *keyChecks) trusts(host string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.trusted[host] || (c.configured != nil && c.configured(host))
}

func question(k invite.Key) keycheck.Question {
	return keycheck.Question{URL: k.ValidityURL, PublicKey: k.Public}
}

// Judge reports whether a homeserver would accept an invite, and why. It uses the
// latest results of the key checks.
func (a *Account) Judge(i invite.Invite) invite.Judgement { return i.Judge(a.Facts()) }

// Facts returns what [invite.Invite.Judge] needs besides the events. A caller that
// judges many invites calls it once.
func (a *Account) Facts() invite.Facts {
	return invite.Facts{
		Validity: a.keys.validity, OtherPerson: a.otherPerson(), OwnHost: a.session.LoopbackHost(),
		Now: a.opt.Now(), StaleAfter: a.opt.StaleAfter,
	}
}
