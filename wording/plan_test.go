package wording_test

import (
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/wording"
)

func TestEveryPlanOutcomeHasATerm(t *testing.T) {
	texts := map[string]client.PlanOutcome{}
	for _, o := range client.PlanOutcomes() {
		for _, again := range []bool{false, true} {
			term := wording.PlanGroup(string(o), again, "id.example.org")
			if term.Glyph == "" || term.Text == "" {
				t.Errorf("%s: %+v", o, term)
			}
			if o.Sends(again) != (term.Role == wording.Good || again && term.Role == wording.Warn && o == client.PlanPending) {
				t.Errorf("%s, again %v: sends %v, and the role is %d", o, again, o.Sends(again), term.Role)
			}
			if other, used := texts[term.Text]; used && other != o {
				t.Errorf("%s and %s have the same text", o, other)
			}
			texts[term.Text] = o
		}
	}
}
