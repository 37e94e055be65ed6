package client

import (
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// Judge says whether a homeserver would honour an invite, and why, with what is
// known of its keys now.
func (a *Account) Judge(i invite.Invite) invite.Judgement { return i.Judge(a.Facts()) }

// Facts are what is known now beside the events. Who judges many invites asks
// for them once.
func (a *Account) Facts() invite.Facts {
	return invite.Facts{Validity: a.validity, Apart: a.apart(), OwnHost: a.session.LoopbackHost(), Now: a.opt.Now(), StaleAfter: a.opt.StaleAfter}
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

func question(k invite.Key) keycheck.Question {
	return keycheck.Question{URL: k.ValidityURL, PublicKey: k.Public}
}
