package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// checkKeys calls ask to check the keys of an account's invites, until it is
// interrupted, and reports the servers that were not asked.
func checkKeys(ctx context.Context, a *host.Program, account *client.Account, invites []invite.Invite, ask func(context.Context)) error {
	err := a.During(ctx, "Asking about keys", func(ctx context.Context) error {
		ask(ctx)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	var hosts []string
	var refusals []*keycheck.RefusedError
	for _, i := range invites {
		hosts = append(hosts, account.Untrusted(i)...)
		refusals = append(refusals, account.Refusals(i)...)
	}
	noteUntrusted(a, hosts)
	noteRefused(a, refusals)
	return nil
}

// noteUntrusted lists the hosts that were not asked about keys because they are not
// trusted.
func noteUntrusted(a *host.Program, hosts []string) {
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if len(hosts) == 0 {
		return
	}
	more := ""
	if n := len(hosts) - out.MaxShown; n > 0 {
		hosts, more = hosts[:out.MaxShown], fmt.Sprintf(" and %d more", n)
	}
	a.Note("These hosts were not asked about keys, because they are not trusted: %s%s.", strings.Join(hosts, ", "), more)
	a.Note("To trust one, run: mxinvite trust HOST")
}

// noteRefused reports each trusted host that was not asked about keys, with a hint.
func noteRefused(a *host.Program, refusals []*keycheck.RefusedError) {
	said := map[string]bool{}
	for _, r := range refusals {
		if !said[r.Host] && len(said) < out.MaxShown {
			said[r.Host] = true
			a.Note("Not asked about keys: %s. %s", r.Error(), exit.ClientHint(a, r))
		}
	}
}

// An offlineChecker checks keys without an account.
type offlineChecker struct {
	checker *keycheck.Checker
	answers map[keycheck.Question]invite.Validity
	unasked []string // hosts
	refused []*keycheck.RefusedError
}

func newOfflineChecker(a *host.Program, trusted *host.TrustedHosts) *offlineChecker {
	return &offlineChecker{
		checker: keycheck.New(keycheck.Options{Transport: a.KeyTransportTo(trusted), Trusted: trusted.Has, Now: a.Now}),
		answers: map[keycheck.Question]invite.Validity{},
	}
}

// ask checks the keys of all invites that are pending or accepted.
func (c *offlineChecker) ask(ctx context.Context, findings []out.Finding) {
	var questions []keycheck.Question
	for _, f := range findings {
		for _, k := range f.Invite.Keys {
			if f.Invite.Live() && k.Usable() && k.ValidityURL != "" {
				questions = append(questions, questionAbout(k))
			}
		}
	}
	c.checker.Ask(ctx, questions, func(q keycheck.Question, v invite.Validity) {
		c.answers[q] = v
		if v == invite.Unchecked {
			c.unasked = append(c.unasked, q.Host())
		}
		if r := c.checker.Refusal(q); r != nil {
			c.refused = append(c.refused, r)
		}
	})
}

// validity returns the result for a key.
func (c *offlineChecker) validity(k invite.Key) invite.Validity {
	if v, ok := c.answers[questionAbout(k)]; ok {
		return v
	}
	return invite.Unchecked
}

func questionAbout(k invite.Key) keycheck.Question {
	return keycheck.Question{URL: k.ValidityURL, PublicKey: k.Public}
}
