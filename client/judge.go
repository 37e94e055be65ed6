package client

import (
	"context"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// Judge says whether a homeserver would honour an invite, with what is known
// of its keys now.
func (a *Account) Judge(i invite.Invite) invite.Judgement {
	return i.Judge(invite.Facts{Validity: a.validity, Now: a.opt.Now(), StaleAfter: a.opt.StaleAfter})
}

// Validities says what is known of each key of an invite, by its public key as
// the event has it.
func (a *Account) Validities(i invite.Invite) map[string]invite.Validity {
	facts := invite.Facts{Validity: a.validity}
	known := map[string]invite.Validity{}
	for _, k := range i.Keys {
		known[k.Public] = facts.Of(k)
	}
	return known
}

func (a *Account) validity(k invite.Key) invite.Validity {
	if a.keys == nil {
		return invite.Unchecked
	}
	return a.keys.Known(question(k))
}

func question(k invite.Key) keycheck.Question {
	return keycheck.Question{URL: k.ValidityURL, PublicKey: k.Public}
}

// CheckKeys asks about the keys of all invites that are out, each of them once
// and only where it is trusted, and calls tell after every answer. It returns
// when there is nothing left to ask.
func (a *Account) CheckKeys(ctx context.Context, tell func()) {
	if a.keys == nil {
		return
	}
	a.learnIdentityHost(ctx)
	var questions []keycheck.Question
	for _, i := range a.Invites() {
		if !i.Live() {
			continue
		}
		for _, k := range i.Keys {
			if k.Usable() && k.ValidityURL != "" && a.keys.Known(question(k)) != invite.Valid {
				questions = append(questions, question(k))
			}
		}
	}
	a.keys.Ask(ctx, questions, func(keycheck.Question, invite.Validity) { tell() })
}

// learnIdentityHost finds out which identity server the account uses, for that
// one is trusted. Without one, only what the user trusts is asked.
func (a *Account) learnIdentityHost(ctx context.Context) {
	if _, _, err := a.IdentityServer(ctx); err != nil {
		return
	}
	_ = a.withIdentity(ctx, func(s *identityState) error {
		a.Trust(s.server.Name())
		return nil
	})
}

// Untrusted lists the hosts that vouch for keys of an invite that is out and are
// not asked, because nobody has said that they may be.
func (a *Account) Untrusted(i invite.Invite) []string {
	if a.keys == nil || !i.Live() {
		return nil
	}
	var hosts []string
	for _, k := range i.Keys {
		if h := k.Host(); k.Usable() && h != "" && !a.trusts(h) && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// Trust has a host asked about keys from now on.
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
