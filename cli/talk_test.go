package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLongWorkSaysSo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		takes time.Duration
		want  string
	}{
		{"short work", patience / 2, ""},
		{"long work", 2 * patience, "Counting…\r         \r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var err bytes.Buffer
				a := newApp(World{Err: &err, ErrTTY: true})
				failure := errors.New("lost count")
				got := a.during(t.Context(), "Counting", func(context.Context) error {
					time.Sleep(tt.takes)
					return failure
				})
				if !errors.Is(got, failure) || err.String() != tt.want {
					t.Errorf("%v, and said %q; want %q", got, err.String(), tt.want)
				}
			})
		})
	}
}

func TestQuestionLeavesTheNextLineAlone(t *testing.T) {
	in := strings.NewReader("ada\nsecret\n")
	a := newApp(World{In: in, Err: io.Discard})
	if answer, err := a.ask(t.Context(), "Who?"); answer != "ada" || err != nil {
		t.Fatalf("got %q, %v", answer, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "secret\n" {
		t.Errorf("%q is left", rest)
	}
}

func TestInterruptEndsAQuestion(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, w := io.Pipe()
	defer w.Close()
	a := newApp(World{In: in, Err: io.Discard})
	if yes, err := a.confirm(ctx, "Really?"); yes || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", yes, err)
	}
}
