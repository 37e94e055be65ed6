package ui

import (
	"regexp"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// The header, the outbox page and the status line show the same time until the next
// send, in every second.
func TestCountdownIsTheSameEverywhere(t *testing.T) {
	header := regexp.MustCompile(`to send, next in ((?:\d+h )?\d+[ms])`)
	words := regexp.MustCompile(`(?:The next invite is sent|Next) in ((?:\d+h )?\d+[ms])`)
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.LimitInvites(sandbox.StockInvitesPerSecond, 2)
		term := n.startAsAda(t, 120, 32)
		send(term, people(5)...)
		term.Press("o")
		waited, onPage, inStatus := 0, 0, 0
		for second := range 3 * 400 {
			screen := term.Screen()
			top := header.FindStringSubmatch(screen)
			others := words.FindAllStringSubmatch(screen, -1)
			if (top == nil) != (len(others) == 0) {
				t.Fatalf("second %d: only one of them counts down:\n%s", second, screen)
			}
			for _, other := range others {
				if other[1] != top[1] {
					t.Fatalf("second %d: %s and %s:\n%s", second, top[1], other[1], screen)
				}
			}
			if top != nil {
				waited++
			}
			if len(others) > 0 {
				onPage++
			}
			if len(others) > 1 {
				inStatus++
			}
			term.Wait(time.Second)
		}
		if waited < 1000 || onPage < 1000 || inStatus < 500 {
			t.Errorf("the header counted for %d seconds, the page for %d, the status line for %d", waited, onPage, inStatus)
		}
	})
}
