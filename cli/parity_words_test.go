package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/client/invite"
)

// termLine matches the first line of a term in the details of an invite: a glyph
// and words. More lines of the term are indented further.
var termLine = regexp.MustCompile(`(?m)^ *(?:Status|Verdict|Warning)? *([◔◑●○✓✗!?·] \S.*)$`)

// termsIn returns the first words of each term above the fields.
func termsIn(details, until string) []string {
	details, _, _ = strings.Cut(details, until)
	var all []string
	for _, found := range termLine.FindAllStringSubmatch(details, -1) {
		all = append(all, strings.TrimSpace(found[1][:min(len(found[1]), 40)]))
	}
	return all
}

// wordCases returns the parity cases, and invites with each fault.
func wordCases() map[string]func(*testAccount) (room, token string) {
	all := parityCases()
	plant := func(name, key string) func(v *testAccount) (string, string) {
		return func(v *testAccount) (string, string) {
			token := v.invite(parityFor)
			_, err := v.PlantState(v.room, v.grace, invite.TypeThirdPartyInvite, token, map[string]any{"display_name": name, "public_key": key})
			v.must(err)
			return v.room, token
		}
	}
	delete(all, "without power") // it is in another room
	all["overwritten"] = plant("l...@ker...", "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
	all["overwritten with an address"] = plant(parityFor, "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
	all["overwritten with no key"] = plant("l...@ker...", "none")
	return all
}

// The page of an invite and show use the same words and glyphs for its status,
// verdict, checks and warnings, and list finds the same invites that need a look.
func TestScreenAndCommandsUseTheSameWords(t *testing.T) {
	for name, make := range wordCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				room, token := make(v)
				v.w.OutTTY, v.w.Width, v.w.Height = true, 200, 50
				term := v.shownToAda()
				home := term.Screen()
				term.Press("enter")
				shown, _ := v.run(exit.OK, "show", "--check", "--no-color", room, token)
				words := termsIn(shown, "\nRoom ")
				if d := cmp.Diff(words, termsIn(term.Screen(), "\n  Name ")); d != "" || len(words) == 0 {
					t.Errorf("show (-) and the screen (+) differ:\n%s\n%s", d, shown)
				}

				looks, _ := v.run(exit.OK, "list", "--check", "--needs-look", "--no-color")
				if onScreen := strings.Contains(home, " a look"); onScreen != (looks != "") {
					t.Errorf("list --needs-look writes %q, the screen shows:\n%s", looks, home)
				}
				if statuses := []string{"!dup", "!over", "!leak", "!void"}; !strings.Contains(home, "malformed 1") &&
					slices.ContainsFunc(statuses, func(s string) bool { return strings.Contains(home, s) }) != (looks != "") {
					t.Errorf("list --needs-look writes %q, the rows of the screen:\n%s", looks, home)
				}
			})
		})
	}
}
