package ui

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/termtest"
)

// A pasted table whose columns suit equally well is asked about; the key reads the next
// column, on the form and in the preview.
func TestComposeForATable(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		composed(t, n)
		term := start()
		term.Press("i")
		term.Paste("Project,Team A,Team B\nOne,new@person.example,lin@kernel.example\nTwo,other@person.example,ken@kernel.example\n")
		golden("unsure")
		term.Press("enter")
		golden("not without a column")
		term.Press("f2")
		golden("first column")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview")
		term.Press("f2")
		term.Wait(2 * time.Second)
		golden("preview of the next column")
		if posts := n.Count("POST", invitePath); posts != 0 {
			t.Errorf("%d requests before anything was confirmed", posts)
		}
	})
}
