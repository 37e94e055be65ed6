package exit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

func TestExitCodes(t *testing.T) {
	limit := &client.RateLimitError{Server: "hs"}
	homeserver := &client.ServerError{Status: 500, Code: "M_UNKNOWN"}
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"anything", errors.New("anything"), 1},
		{"interrupted", context.Canceled, 1},
		{"wrong password", client.ErrPassword, 1},
		{"uncertain", &client.UncertainError{Err: errors.New("no answer")}, 1},
		{"usage", &fail.UsageError{Err: errors.New("no such flag")}, 2},
		{"not an address", threepid.ErrNotAddress, 2},
		{"some of a batch", &fail.BatchError{Total: 2, Failures: []fail.Failure{{Err: limit}}}, 3},
		{"a file cut short", &fail.TruncatedError{}, 3},
		{"all of a batch", &fail.BatchError{Total: 1, Failures: []fail.Failure{{Err: limit}}}, 7},
		{"not signed in", fail.ErrNotSignedIn, 4},
		{"signed out", &client.SignedOutError{}, 4},
		{"terms", &client.TermsError{}, 5},
		{"new terms meanwhile", &client.IdentityTroubleError{Homeserver: homeserver, Err: &client.TermsError{}}, 5},
		{"no link", link.ErrNotInvite, 2},
		{"a link to no room", client.ErrNoRoomNamed, 2},
		{"revoked", &client.RefusedError{Reason: client.RefusedRevoked}, 6},
		{"key not checked", &client.RefusedError{Reason: client.RefusedUnchecked}, 1},
		{"not signed", &client.SigningError{Err: client.ErrForgotten}, 1},
		{"power", &client.PowerError{}, 6},
		{"not joined", client.ErrNotJoined, 6},
		{"forbidden", &client.ServerError{Status: 403, Code: "M_FORBIDDEN"}, 6},
		{"rate limited", limit, 7},
		{"rate limited by the identity server", &client.IdentityTroubleError{Homeserver: homeserver, Err: &identity.Error{ServerError: client.ServerError{Status: 429}}}, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.err
			if err != nil {
				err = fmt.Errorf("wrapped: %w", err)
			}
			if got := Code(err); got != tt.want {
				t.Errorf("%v ends with %d, want %d", err, got, tt.want)
			}
		})
	}
}
