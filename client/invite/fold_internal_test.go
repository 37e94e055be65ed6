package invite

import (
	"errors"
	"testing"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// What is folded strangers have written, and others may be folding in the same
// process.
func TestPanicWhileFoldingGoesOnWithWhoFolds(t *testing.T) {
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
