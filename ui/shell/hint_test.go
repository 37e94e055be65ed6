package shell

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// Hints on the screen name existing keys. They name a command only where there is no
// key.
func TestEveryHintHasWordsOnTheScreen(t *testing.T) {
	own := map[string][]string{"rooms": {"f5"}, "outbox": {"f6"}, "accept": {"f7"}, "mail-pending": {"f8"}}
	withFlags := []client.HintKind{client.HintTrust, client.HintSetIdentityServer, client.HintIdentityServerOff} // not for visitors
	pressed := regexp.MustCompile(`press (\S+)`)
	for _, visitor := range []bool{false, true} {
		keys := keymap.New(own)
		sh := &Shell{Keys: keys, Options: Options{Visitor: visitor}}
		for _, kind := range client.HintKinds() {
			for _, needsFlags := range []bool{false, true} {
				hint := sh.adviceWords(client.Advice{Kind: kind, Values: client.HintValues{
					User: "@ada:example.org", Room: "Ops", Level: 50, Wait: 1e9, Host: "id.example.org", HTTP: needsFlags, Where: "End it there.",
				}})
				if hint == "" || strings.ContainsAny(hint, "{}%") {
					t.Errorf("%s reads %q", kind, hint)
				}
				for _, found := range pressed.FindAllStringSubmatch(hint, -1) {
					known := slices.ContainsFunc(keys.Table(), func(a keymap.Row) bool { return a.At.Help().Key == found[1] })
					if !known {
						t.Errorf("%s names the key %q: %s", kind, found[1], hint)
					}
				}
				if command := strings.Contains(hint, "mxinvite ") && !strings.Contains(hint, "mxinvite uses"); visitor && command || strings.Contains(hint, "--") && !slices.Contains(withFlags, kind) {
					if !slices.Contains([]client.HintKind{client.HintStore, client.HintDisk, client.HintOtherProgram}, kind) {
						t.Errorf("%s names a command: %s", kind, hint)
					}
				}
			}
		}
	}
}
