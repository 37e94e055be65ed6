package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
)

// acceptTerms shows the terms that wait, and accepts them if the person does.
// Otherwise they go on waiting, which is the error.
func (o sendOptions) acceptTerms(ctx context.Context, account *client.Account, waiting *client.TermsError) error {
	o.Message("%s serves only those who accept its terms:", waiting.Server)
	var shown []identity.PolicyText
	for _, p := range waiting.Policies {
		t := p.In()
		shown = append(shown, t)
		o.Message("  %s: %s", t.Name, t.URL)
	}
	accepted := o.terms
	if !accepted && o.MayAsk() {
		var err error
		if accepted, err = o.Confirm(ctx, "Do you accept them?"); err != nil {
			return err
		}
	}
	if !accepted {
		return waiting
	}
	return account.AcceptTerms(ctx, shown)
}
