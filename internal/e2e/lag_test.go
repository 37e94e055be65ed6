//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"testing"
)

// lag waits for the /sync and /messages of Dendrite, which lag behind its responses: it
// sends an event to a room for this purpose, and returns when /sync has that event.
type lag struct {
	marker *person
	roomID string
	since  string
	count  int
}

func (l *lag) settle(tb testing.TB, w world) {
	tb.Helper()
	if l.marker == nil {
		l.marker = newPerson(tb, w, "marker")
		l.roomID = l.marker.createRoom().RoomID
	}
	l.marker.t = tb
	l.count++
	room := room{l.marker, l.roomID}
	id := room.setState("m.marker", "", object{"count": l.count})
	eventually(tb, "Dendrite catches up", func() bool {
		news := l.marker.must(http.MethodGet, "/sync?timeout=1000&since="+url.QueryEscape(l.since), nil).Body
		l.since = news["next_batch"].(string)
		for _, event := range timelineOf(news, l.roomID) {
			if event["event_id"] == id {
				return true
			}
		}
		return false
	})
}
