package together

import (
	"errors"
	"strings"
	"testing"
)

func TestPanicGoesOnWhereSomebodyWaits(t *testing.T) {
	var g Group
	g.SetLimit(2)
	done := 0
	g.Go(func() error { panic("grace@navy.example") })
	g.Go(func() error { done++; return nil })
	defer func() {
		p, ok := recover().(*Panic)
		if !ok || p.Value != "grace@navy.example" || done != 1 {
			t.Fatalf("%v, %d", p, done)
		}
		if s := p.Error(); !strings.Contains(s, "together_test.go") || strings.Contains(s, "navy") {
			t.Error(s)
		}
	}()
	_ = g.Wait()
}

func TestFirstErrorIsReturned(t *testing.T) {
	var g Group
	want := errors.New("no")
	g.Go(func() error { return want })
	if err := g.Wait(); !errors.Is(err, want) {
		t.Error(err)
	}
}
