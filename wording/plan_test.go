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
			term := wording.PlanGroup(string(o), again, string(client.ByIdentityServer), "id.example.org")
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

func TestEveryWayHasWords(t *testing.T) {
	pending, words := map[string]bool{}, map[string]bool{}
	for _, way := range client.Ways() {
		pending[wording.PlanGroup(string(client.PlanPending), true, string(way), "id.example.org").Text] = true
		words[wording.Way(string(way), "id.example.org")] = true
	}
	if len(pending) != len(client.Ways()) || len(words) != len(client.Ways()) {
		t.Errorf("%v, %v", pending, words)
	}
	if several := wording.PlanGroup(string(client.PlanPending), true, "", "id.example.org").Text; pending[several] {
		t.Errorf("invites in several ways have the text %q of one way", several)
	}
}
