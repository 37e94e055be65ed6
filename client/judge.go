package client

import "github.com/mxinvite/mxinvite/client/invite"

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
