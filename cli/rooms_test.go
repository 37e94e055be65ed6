package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client"
)

func TestRoomJSONCountsUnreadEvents(t *testing.T) {
	for n, want := range map[int]bool{0: false, 3: true} {
		got, err := json.Marshal(newJSONRoom(client.Room{Unread: n}, 0))
		if err != nil || strings.Contains(string(got), `"unread_events":3`) != want || strings.Contains(string(got), "unread") != want {
			t.Errorf("%d: %s, %v", n, got, err)
		}
	}
}
