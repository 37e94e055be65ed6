package host

import (
	"context"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// An AcceptedRevoker revokes accepted links in the background of a command (see
// [client.Account.RevokeAccepted]).
type AcceptedRevoker struct {
	account *client.Account
	report  func(error)

	ctx     context.Context
	stop    context.CancelFunc
	running panicgroup.Group
}

// RevokeAccepted returns a revoker for an account. It calls report, in another goroutine,
// with the reason why a link cannot be revoked.
func RevokeAccepted(ctx context.Context, account *client.Account, report func(error)) *AcceptedRevoker {
	r := &AcceptedRevoker{account: account, report: report}
	r.ctx, r.stop = context.WithCancel(ctx)
	return r
}

// Check revokes the links that were accepted before the last sync. It does not wait.
func (r *AcceptedRevoker) Check() {
	r.running.Go(func() error {
		if err := r.account.RevokeAccepted(r.ctx); err != nil {
			r.report(err)
		}
		return nil
	})
}

// Close stops the revoker and waits for its end.
func (r *AcceptedRevoker) Close() {
	r.stop()
	_ = r.running.Wait() // report was called with the errors
}
