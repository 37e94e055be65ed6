package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/roomstate"
	"github.com/mxinvite/mxinvite/client/session"
)

// firstLimit and nextLimit bound a room's timeline in a sync. The first sync
// brings the state anyway; later ones bring what happened since, and a room
// where more did than fits is traced anew.
const (
	firstLimit = 1
	nextLimit  = 100
)

// syncFilter narrows a sync down to what invites need
// (https://spec.matrix.org/v1.19/client-server-api/#filtering). Members come
// lazily: one's own, and those who sent what is in the timeline.
//
// The nonce makes every filter another. Synapse answers a sync that repeats an
// earlier one to the letter out of a cache for two minutes: a program that
// starts, sends, ends and starts again would be told the past.
func syncFilter(limit int, nonce int64) string {
	type events struct {
		Types    []string `json:"types,omitempty"`
		NotTypes []string `json:"not_types,omitempty"`
		Limit    int      `json:"limit,omitempty"`
		Lazy     bool     `json:"lazy_load_members,omitempty"`
	}
	none := events{NotTypes: []string{"*"}}
	wanted := roomstate.EventTypes()
	filter := map[string]any{
		"presence":     none,
		"account_data": none,
		"nonce":        nonce,
		"room": map[string]any{
			"account_data": none,
			"ephemeral":    none,
			"state":        events{Types: wanted, Lazy: true},
			"timeline":     events{Types: wanted, Lazy: true, Limit: limit},
		},
	}
	data, _ := json.Marshal(filter) // of strings and numbers: cannot fail
	return string(data)
}

// Simplified sliding sync (MSC4186) is not used. Of the same state of 200 rooms on
// Synapse it took 0.4 s where this takes 1.0 s (BenchmarkFirstSync in
// internal/e2e), but only the very first sync asks for that much: what is stored
// goes on from its token. For one wait of a second in an account's life it would
// be a second protocol, which Dendrite does not have and whose positions /sync
// does not take.

// sync asks the homeserver once what is new and takes it in. After the first
// time the homeserver may hold the answer for as long as wait. It returns the
// rooms in which something changed.
func (a *Account) sync(ctx context.Context, wait time.Duration) ([]id.RoomID, error) {
	if err := a.syncing.Lock(ctx); err != nil {
		return nil, err
	}
	defer a.syncing.Unlock()
	since := a.rooms.Since()
	polling, wait := a.poll.begin(ctx, wait)
	reply, err := a.askSync(polling, since, wait)
	a.poll.end()
	if err != nil && errors.Is(context.Cause(polling), errGaveWay) {
		return nil, nil // the next one begins where this one did
	}
	if since != "" && badSince(err) {
		// The homeserver was set back, or has forgotten. Everything is asked anew,
		// and what is known stays until that is answered.
		since = ""
		if reply, err = a.askSync(ctx, since, wait); err == nil {
			a.rooms.Restart()
		}
	}
	if err != nil {
		return nil, err
	}
	changed, left := a.rooms.Apply(reply, a.opt.Now())
	a.keep(ctx, since, changed, left)
	return append(changed, left...), nil
}

// syncNow asks the homeserver what is new at this moment. The long poll gives way.
func (a *Account) syncNow(ctx context.Context) error {
	done := a.poll.giveWay()
	defer done()
	_, err := a.sync(ctx, 0)
	return err
}

func (a *Account) askSync(ctx context.Context, since string, wait time.Duration) (reply syncreply.Reply, err error) {
	nonce := a.opt.Now().UnixNano()
	query := url.Values{"set_presence": {"offline"}, "filter": {syncFilter(firstLimit, nonce)}, "timeout": {"0"}}
	if since != "" {
		query.Set("since", since)
		query.Set("filter", syncFilter(nextLimit, nonce))
		query.Set("timeout", strconv.FormatInt(wait.Milliseconds(), 10))
	}
	raw, err := a.hs.GetRaw(ctx, session.Path{"v3", "sync"}, query)
	if err != nil {
		return reply, err
	}
	reply, ok := syncreply.Read(raw)
	if !ok {
		return reply, &ServerError{Server: a.hs.Host(), Status: http.StatusOK, Message: "what came is no answer to a sync"}
	}
	return reply, nil
}

// badSince reports whether a homeserver may not know where a sync should go on:
// Synapse and Dendrite say M_UNKNOWN then. A request that is wrong for another
// reason would only be wrong again, and cost everything that is known.
func badSince(err error) bool {
	var e *ServerError
	return errors.As(err, &e) && e.Status == http.StatusBadRequest && (e.Code == "M_UNKNOWN" || e.Code == "M_INVALID_PARAM")
}
