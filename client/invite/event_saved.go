package invite

import (
	"encoding/json"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// ReadSavedEvent is like [ReadEvent], for an event from a file. It also reads
// members beside the content:
//
//   - depth, in the format of the federation;
//   - user_id, replaces_state, prev_content and redacted_because of old responses:
//     Synapse still writes them in /initialSync
//     (format_event_for_client_v1 in synapse/events/utils.py).
//
// [ReadEvent] ignores them: a server can put any member beside the content of its
// events, and other servers pass it on.
func ReadSavedEvent(raw []byte) (Event, error) {
	ev, err := ReadEvent(raw)
	if err != nil {
		return ev, err
	}
	var old Event
	old.readUnsigned(raw)
	if ev.Replaces == "" {
		ev.Replaces = old.Replaces
	}
	if len(ev.PrevContent) == 0 {
		ev.PrevContent = old.PrevContent
	}
	if ev.PrevSender == "" {
		ev.PrevSender = old.PrevSender
	}
	if ev.Redactor == "" {
		ev.Redactor, ev.RedactedAt = old.Redactor, old.RedactedAt
	}
	for w := rawjson.Object(json.RawMessage(raw)); w.Next(); {
		switch string(w.Name) {
		case "depth":
			ev.Depth, _ = rawjson.Integer(w.Value)
		case "user_id":
			if user, ok := rawjson.Text(w.Value); ok && ev.Sender == "" {
				ev.Sender = id.UserID(user)
			}
		}
	}
	return ev, nil
}
