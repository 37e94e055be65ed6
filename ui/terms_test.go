package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// A silent identity server keeps nobody on the page.
func TestTermsAreLeftWhileTheyWait(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/identity/v2/terms", Delay: time.Hour})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("oper\rlin@kernel.example\r")
		term.Press("a")
		if s := term.Screen(); !strings.Contains(s, "Accepting…") || !strings.Contains(s, "esc back") {
			t.Errorf("not waiting:\n%s", s)
		}
		term.Press("esc")
		if s := term.Screen(); strings.Contains(s, "Privacy Policy") || !strings.Contains(s, "lin@kernel.example") {
			t.Errorf("not back where it was typed:\n%s", s)
		}
		term.Press("esc", "esc")
		if !strings.Contains(term.Screen(), "Nobody has been invited") {
			t.Errorf("not left:\n%s", term.Screen())
		}
	})
}
