package host

import (
	"context"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
)

// AcceptTerms shows the terms of an identity server, and accepts them if agreed is
// set or the user agrees. Otherwise it returns waiting.
func (p *Program) AcceptTerms(ctx context.Context, account *client.Account, waiting *client.TermsError, agreed bool) error {
	p.Message("%s serves only users who accept its terms:", waiting.Server)
	var shown []identity.PolicyText
	for _, policy := range waiting.Policies {
		t := policy.In()
		shown = append(shown, t)
		p.Message("  %s: %s", t.Name, t.URL)
	}
	if !agreed && p.MayAsk() {
		var err error
		if agreed, err = p.Confirm(ctx, "Do you accept them?"); err != nil {
			return err
		}
	}
	if !agreed {
		return waiting
	}
	return account.AcceptTerms(ctx, shown)
}
