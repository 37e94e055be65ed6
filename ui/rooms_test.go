package ui

import (
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestRoomSaysWhatWasLeftOut(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.Inject(sandbox.Fault{Path: syncPath, Times: 1, Status: 200, Body: `{"next_batch":"s1","rooms":{"join":{"!r:example.org":{"state":{"events":[
			{"type":"m.room.name","state_key":"","sender":"@ada:example.org","content":{"name":"Odd"}},{"type":5,"state_key":""},{"type":"m.room.topic","state_key":"","sender":[]}]}}}}}`})
		term := n.startAsAda(t, 80, 24)
		term.Press("r", "j")
		if s := term.Screen(); !strings.Contains(s, "! Left out because they made no sense: 2 events of this room.") {
			t.Error(s)
		}
	})
}
