package filter

import (
	"errors"
	"testing"

	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/internal/duration/durationtest"
)

func TestOlderThanParsesDurations(t *testing.T) {
	for s, want := range durationtest.Valid() {
		var f age
		if err := f.Set(s); err != nil || f.Duration != want {
			t.Errorf("%q is %v, %v; want %v", s, f.Duration, err, want)
		}
	}
	for _, s := range append(durationtest.Invalid(), "") {
		var f age
		if err := f.Set(s); !errors.Is(err, duration.ErrSyntax) {
			t.Errorf("%q is %v, %v", s, f.Duration, err)
		}
	}
}

func TestOlderThanZeroIsAFilter(t *testing.T) {
	var s Invites
	if !s.MatchesAll() {
		t.Error("no flag selects invites")
	}
	if err := s.olderThan.Set("0d"); err != nil || s.MatchesAll() {
		t.Error("0d selects all invites,", err)
	}
}
