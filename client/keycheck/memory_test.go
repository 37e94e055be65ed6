package keycheck

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
)

type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("nobody") }

func TestNothingIsKeptForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Transport: nobody{}, Trusted: func(string) bool { return true }, Now: time.Now})
		ask := func(n int) {
			var qs []Question
			for i := range n {
				qs = append(qs, Question{URL: fmt.Sprintf("https://host%d.example/", i), PublicKey: "k"})
			}
			c.Ask(t.Context(), qs, func(Question, invite.Validity) {})
		}
		ask(1_000)
		synctest.Wait()
		if len(c.underway) != 0 || len(c.queue.lines) != 0 || c.queue.running != 0 {
			t.Errorf("%d under way, %d lines, %d running", len(c.underway), len(c.queue.lines), c.queue.running)
		}
		time.Sleep(keepSilence)
		ask(1)
		if n := len(c.memory.answers); n != 1 {
			t.Errorf("%d answers", n)
		}
	})
}
