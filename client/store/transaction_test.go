package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestTransactionIsTriedAnewWhileAnotherIsInTheWay(t *testing.T) {
	other := errors.New("something else")
	for _, c := range []struct {
		what  string
		errs  []error // of each time; nil after that
		want  error
		tried int
	}{
		{"nothing in the way", nil, nil, 1},
		{"twice in the way", []error{ErrBusy, ErrBusy}, nil, 3},
		{"always in the way", []error{ErrBusy, ErrBusy, ErrBusy, ErrBusy, ErrBusy, ErrBusy}, ErrBusy, turns},
		{"a failure", []error{other}, other, 1},
		{"in the way, then a failure", []error{ErrBusy, other}, other, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			tried := 0
			err := takeTurns(t.Context(), func() error {
				tried++
				if tried > len(c.errs) {
					return nil
				}
				return c.errs[tried-1]
			})
			if !errors.Is(err, c.want) || tried != c.tried {
				t.Errorf("%s: tried %d times, %v; want %d, %v", c.what, tried, err, c.tried, c.want)
			}
		})
	}
}

func TestContextEndsTheWaitForATurn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := takeTurns(ctx, func() error {
		cancel()
		return ErrBusy
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
