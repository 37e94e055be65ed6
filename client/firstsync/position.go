package firstsync

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/session"
)

// The list of joined rooms is kept until all are read. To limit its memory, accounts
// with more rooms and IDs that are longer than the specification allows are left to
// /sync, which counts what it keeps.
const (
	maxRooms  = 20_000
	maxRoomID = 255
)

// requestPosition returns the token of a /sync whose filter allows no rooms. The nonce
// makes the filter unique, because Synapse answers an equal request from a cache.
func (s *Sync) requestPosition(ctx context.Context, nonce int64) (position string, err error) {
	none := map[string]any{"not_types": []string{"*"}}
	filter, _ := json.Marshal(map[string]any{ // cannot fail: it has only strings and numbers
		"presence": none, "account_data": none, "nonce": nonce, "room": map[string]any{"rooms": []id.RoomID{}},
	})
	query := url.Values{"set_presence": {"offline"}, "filter": {string(filter)}, "timeout": {"0"}}
	err = s.hs.GetRaw(ctx, session.Path{"v3", "sync"}, query, func(raw []byte) error {
		reply, ok := syncreply.Read(raw)
		if !ok {
			return fmt.Errorf("%w: the response is not that of a sync", ErrUnusable)
		}
		position = reply.NextBatch
		return nil
	})
	return position, err
}

// requestJoined lists the joined rooms
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms). A
// room that is joined later is in the next /sync, because the position was requested
// before.
func requestJoined(ctx context.Context, hs *session.Client) (map[id.RoomID]bool, error) {
	joined := map[id.RoomID]bool{}
	err := hs.GetRaw(ctx, session.Path{"v3", "joined_rooms"}, nil, func(raw []byte) error {
		if !json.Valid(raw) {
			return fmt.Errorf("%w: the list of joined rooms is not JSON", ErrUnusable)
		}
		for reply := rawjson.Object(raw); reply.Next(); {
			if string(reply.Name) != "joined_rooms" {
				continue
			}
			for rooms := rawjson.Array(reply.Value); rooms.Next(); {
				room, ok := rawjson.Text(rooms.Value)
				if !ok || len(room) > maxRoomID || len(joined) == maxRooms {
					return fmt.Errorf("%w: the list of joined rooms has too many rooms, or no room IDs", ErrUnusable)
				}
				joined[id.RoomID(room)] = false
			}
			return nil
		}
		return fmt.Errorf("%w: the joined rooms are not known", ErrUnusable)
	})
	return joined, err
}
