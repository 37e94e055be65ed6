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

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("failed") }

func TestAnswersAndQueuesAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Transport: failing{}, Trusted: func(string) bool { return true }, Now: time.Now})
		ask := func(n int) {
			var qs []Question
			for i := range n {
				qs = append(qs, Question{URL: fmt.Sprintf("https://host%d.example/", i), PublicKey: "k"})
			}
			c.Ask(t.Context(), qs, func(Question, invite.Validity) {})
		}
		ask(1_000)
		synctest.Wait()
		if len(c.inFlight) != 0 || len(c.queue.hosts) != 0 || c.queue.running != 0 {
			t.Errorf("%d in flight, %d hosts, %d running", len(c.inFlight), len(c.queue.hosts), c.queue.running)
		}
		time.Sleep(keepFailure)
		ask(1)
		if n := len(c.cache.answers); n != 1 {
			t.Errorf("%d answers", n)
		}
	})
}
