package panicgroup

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestWaitRaisesThePanic(t *testing.T) {
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
		if s := p.Error(); !strings.Contains(s, "panicgroup_test.go") || strings.Contains(s, "navy") {
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

func TestFirstErrorCancelsTheContext(t *testing.T) {
	why := errors.New("no")
	for name, f := range map[string]func() error{
		"fails":  func() error { return why },
		"panics": func() error { panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			g, ctx := WithContext(t.Context())
			g.Go(f)
			<-ctx.Done() // otherwise this test never ends
			defer func() {
				if r := recover(); (r != nil) != (name == "panics") {
					t.Errorf("recovered %v", r)
				}
			}()
			if err := g.Wait(); !errors.Is(err, why) {
				t.Errorf("waited for %v", err)
			}
		})
	}
}

// An error caused by the end of the context is not returned in place of the
// first error.
func TestErrorAfterCancellationIsNotReturned(t *testing.T) {
	why := errors.New("no")
	for range 200 {
		g, ctx := WithContext(t.Context())
		for range 4 {
			g.Go(func() error { <-ctx.Done(); return ctx.Err() })
		}
		g.Go(func() error { return why })
		if err := g.Wait(); !errors.Is(err, why) {
			t.Fatal(err)
		}
	}
}

func TestContextEndsWithTheGroup(t *testing.T) {
	g, ctx := WithContext(t.Context())
	g.Go(func() error { return ctx.Err() })
	if err := g.Wait(); err != nil || ctx.Err() == nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}

func TestPanicHasTheOriginalStack(t *testing.T) {
	var inner, outer Group
	outer.Go(func() error {
		inner.Go(func() error { begin(); return nil })
		return inner.Wait()
	})
	defer func() {
		p, ok := recover().(*Panic)
		if !ok || p.Value != "no" || !strings.Contains(string(p.Stack), "panicgroup.begin") {
			t.Errorf("%v", p)
		}
	}()
	_ = outer.Wait()
}

func begin() { panic("no") }

func TestTryAndRaise(t *testing.T) {
	no := errors.New("no")
	Raise(nil)
	Raise(Try(func() error { return no }))
	if err := Try(func() error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	err := Try(begins)
	defer func() {
		if p, ok := recover().(*Panic); !ok || p.Value != "no" {
			t.Errorf("%v", p)
		}
	}()
	Raise(fmt.Errorf("somewhere: %w", err))
}

func begins() error { begin(); return nil }
