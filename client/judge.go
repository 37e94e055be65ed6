package client

import (
	"context"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// Judge says whether a homeserver would honour an invite, and why, with what is
// known of its keys now.
func (a *Account) Judge(i invite.Invite) invite.Judgement { return i.Judge(a.Facts()) }

// Facts are what is known now beside the events.
func (a *Account) Facts() invite.Facts {
	return invite.Facts{Validity: a.validity, Now: a.opt.Now(), StaleAfter: a.opt.StaleAfter}
}

// validity is what was last said of a key. The checker forgets its answers
// after a while, so that they are asked for again; until then they are shown.
func (a *Account) validity(k invite.Key) invite.Validity {
	if a.keys == nil {
		return invite.Unchecked
	}
	q := question(k)
	if v := a.keys.Known(q); v != invite.Unchecked {
		return v
	}
	a.trustMu.RLock()
	defer a.trustMu.RUnlock()
	if s, ok := a.answers[q]; ok {
		return s.validity
	}
	return invite.Unchecked
}

// said is what came of asking about a key.
type said struct {
	validity invite.Validity
	refusal  *keycheck.RefusedError // why nobody was asked, though the host is trusted
}

func question(k invite.Key) keycheck.Question {
	return keycheck.Question{URL: k.ValidityURL, PublicKey: k.Public}
}

// tracedRooms are those in which it is certain which invites are still out, and
// no room at all if there is none.
func (a *Account) tracedRooms() []id.RoomID {
	rooms := []id.RoomID{""}
	for _, r := range a.Rooms() {
		if r.Traced {
			rooms = append(rooms, r.ID)
		}
	}
	return rooms
}

// CheckKeys asks about the keys of all invites that are out, where nobody has
// said yes or no so far, and calls tell after every answer. Each key is asked
// about once, and only at hosts that are trusted: the account's identity server
// and what the user named. It returns when there is nothing left to ask.
func (a *Account) CheckKeys(ctx context.Context, tell func()) {
	var unsettled []invite.Key
	for _, i := range a.Invites(a.tracedRooms()...) {
		for _, k := range i.Keys {
			if v := a.validity(k); i.Live() && v != invite.Valid && v != invite.Invalid {
				unsettled = append(unsettled, k)
			}
		}
	}
	a.askAbout(ctx, unsettled, tell)
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
		if v != invite.Unchecked {
			a.trustMu.Lock()
			a.answers[q] = said{v, a.keys.Refusal(q)}
			a.trustMu.Unlock()
		}
		tell()
	})
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

// History is what stood in a room under an invite's token, the newest event
// first, as far as the homeserver has told.
func (a *Account) History(room id.RoomID, token string) []invite.Event {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	r, ok := a.state.rooms[room]
	if !ok {
		return nil
	}
	return r.versions(token)
}

// versions is what stood under an invite's token, the newest event first.
func (r *roomState) versions(token string) []invite.Event {
	ev, ok := r.current[stateKey{invite.TypeThirdPartyInvite, token}]
	if !ok {
		return nil
	}
	chain := []invite.Event{ev}
	seen := map[id.EventID]bool{}
	for !seen[ev.ID] {
		seen[ev.ID] = true
		prev, ok := r.history[ev.Replaces]
		if !ok {
			break
		}
		chain = append(chain, prev)
		ev = prev
	}
	return chain
}
