package invite

import (
	"errors"
	"testing"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// The events come from other users, and other accounts may be served by the same
// process, so a panic must reach the caller.
func TestPanicInFoldReachesTheCaller(t *testing.T) {
	err := panicgroup.Try(func() error {
		each(1000, func(n int) {
			if n == 900 {
				panic(n)
			}
		})
		return nil
	})
	if p, ok := errors.AsType[*panicgroup.Panic](err); !ok || p.Value != 900 {
		t.Errorf("%v", err)
	}
}
