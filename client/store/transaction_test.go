package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestRetryBusy(t *testing.T) {
	other := errors.New("something else")
	for _, c := range []struct {
		what  string
		errs  []error // results of the first calls; nil after that
		want  error
		tried int
	}{
		{"not busy", nil, nil, 1},
		{"busy twice", []error{ErrBusy, ErrBusy}, nil, 3},
		{"always busy", []error{ErrBusy, ErrBusy, ErrBusy, ErrBusy, ErrBusy, ErrBusy}, ErrBusy, maxTries},
		{"another error", []error{other}, other, 1},
		{"busy, then another error", []error{ErrBusy, other}, other, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			tried := 0
			err := retryBusy(t.Context(), func() error {
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

func TestRetryBusyStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := retryBusy(ctx, func() error {
		cancel()
		return ErrBusy
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
