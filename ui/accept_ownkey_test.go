package ui

import (
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/ownkey"
)

// A link that was made without an identity server is accepted by way of the sender's
// homeserver, which the preview names.
func TestAcceptLinkWithoutIdentityServer(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		// The preview shows the public key, so the keys are always the same.
		issued := ownkey.Invite{Token: "OWNKEYTOKEN", PrivateKey: "Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q"}
		content, err := issued.Content("link 1", "")
		if err == nil {
			_, err = n.SendState(n.ops, n.ada, "m.room.third_party_invite", issued.Token, content)
		}
		l := link.Link{RoomID: id.RoomID(n.ops), Sender: id.UserID(n.ada), Token: issued.Token, RoomName: "Operations", InviterName: "Ada"}
		if err == nil {
			err = l.SetPrivateKey(issued.PrivateKey)
		}
		if err != nil {
			t.Fatal(err)
		}
		term := n.startAsGrace(t, 80, 24)
		term.Press("a")
		term.Paste(l.Format(link.DefaultBase))
		term.Press("enter")
		term.Golden("preview")
		term.Press("a")
		term.Wait(2 * time.Second)
		term.Golden("joined")
		if n.Count("POST", signPath) != 0 || n.Count("POST", "/_matrix/federation/v1/3pid/onbind") != 1 || n.Count("POST", joinPath) != 1 {
			t.Errorf("%v", n.Requests())
		}
	})
}
