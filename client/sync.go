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

	"github.com/mxinvite/mxinvite/client/firstsync"
	"github.com/mxinvite/mxinvite/client/internal/polling"
	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/roomstate"
	"github.com/mxinvite/mxinvite/client/session"
)

// firstLimit and nextLimit are the maximum numbers of events in a room's timeline in
// the first and in later syncs. The first sync has the whole state. If a later sync
// leaves out events, the room is traced again.
const (
	firstLimit = 1
	nextLimit  = 100
)

// syncFilter returns a filter for the events that invites need
// (https://spec.matrix.org/v1.19/client-server-api/#filtering). Members are loaded
// lazily: the user and the senders of the events in the timeline. Synapse caches the
// response to a sync for two minutes and returns it for an equal request, so a
// restarted program would read old state. The nonce makes each filter unique.
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
	data, _ := json.Marshal(filter) // cannot fail: it has only strings and numbers
	return string(data)
}

// sync sends one /sync request and applies the response, or reads all rooms if none are
// known. After the first sync the homeserver may delay the response by up to wait. It
// returns the rooms that have changed.
func (a *Account) sync(ctx context.Context, wait time.Duration) ([]id.RoomID, error) {
	if err := a.syncing.Lock(ctx); err != nil {
		return nil, err
	}
	defer a.syncing.Unlock()
	since := a.rooms.Since()
	if since == "" && a.mayReadWindows() {
		rooms, err := a.readWindows(ctx)
		if !errors.Is(err, firstsync.ErrUnusable) {
			return rooms, err
		}
		a.first.Store(nil)
		a.noWindows = true
	}
	polled, wait := a.poll.Begin(ctx, wait)
	changed, left, err := a.askSync(polled, since, wait)
	a.poll.End()
	if err != nil && errors.Is(context.Cause(polled), polling.ErrGaveWay) {
		return nil, nil // the next sync continues from the same token
	}
	if since != "" && (badSince(err) || errors.Is(err, roomstate.ErrEvents)) {
		// The homeserver no longer knows the token, or the store does not have the events
		// that the response changes. The next sync requests everything; until its response
		// the rooms do not change.
		since = ""
		changed, left, err = a.askSync(ctx, since, wait)
	}
	if err != nil {
		return nil, err
	}
	a.storeSync(ctx, since == "", changed, left)
	return append(changed, left...), nil
}

// mayReadWindows reports whether the rooms may be read in windows: none are known but
// those of earlier windows.
func (a *Account) mayReadWindows() bool {
	return !a.noWindows && (a.first.Load() != nil || len(a.rooms.IDs()) == 0)
}

// readWindows reads the rooms in windows, and stores them when it has all. The error is
// [firstsync.ErrUnusable] if that is not possible.
func (a *Account) readWindows(ctx context.Context) ([]id.RoomID, error) {
	if a.first.Load() == nil {
		v, err := a.Versions(ctx)
		switch {
		case ctx.Err() != nil || is[*UnreachableError](err):
			return nil, err
		case err != nil || !v.SlidingSync:
			return nil, firstsync.ErrUnusable
		}
		a.first.Store(firstsync.New(a.hs, a.addWindow, a.readMore))
	}
	since, err := a.first.Load().Run(ctx, a.opt.Now().UnixNano())
	if err == nil {
		err = ctx.Err() // after a sign-out nothing may be stored
	}
	if err != nil {
		return nil, err
	}
	a.rooms.Finish(since, a.opt.Now())
	a.first.Store(nil)
	rooms := a.rooms.IDs()
	a.storeSync(ctx, true, rooms, nil)
	return rooms, a.opt.Memory.Keep(a.rooms.Size())
}

// addWindow adds the rooms of a window, and returns those that the user has joined.
func (a *Account) addWindow(window map[id.RoomID]json.RawMessage) ([]id.RoomID, error) {
	during := allowance{limit: a.opt.Memory}
	defer during.giveBack()
	added, err := a.rooms.Add(window, during.take)
	if err != nil {
		return nil, err
	}
	return added, a.opt.Memory.Keep(a.rooms.Size())
}

// readMore tells a Watcher that the first sync has read another window.
func (a *Account) readMore() {
	select {
	case a.moreRead <- struct{}{}:
	default: // the Watcher has not received the last one, which counts for both
	}
}

// Reading returns how many of the joined rooms the first sync has read. Both numbers are
// zero if no first sync runs, or if they are not known.
func (a *Account) Reading() (done, total int) {
	if first := a.first.Load(); first != nil {
		return first.Progress()
	}
	if whole := a.whole.Load(); whole != nil {
		return whole.Progress()
	}
	return 0, 0
}

// syncNow syncs without a long poll. It cancels a long poll in progress.
func (a *Account) syncNow(ctx context.Context) error {
	done := a.poll.GiveWay()
	defer done()
	_, err := a.sync(ctx, 0)
	return err
}

// askSync requests a sync and updates the rooms with the response. Without since it is
// a first sync.
func (a *Account) askSync(ctx context.Context, since string, wait time.Duration) (changed, left []id.RoomID, err error) {
	nonce := a.opt.Now().UnixNano()
	query := url.Values{"set_presence": {"offline"}, "filter": {syncFilter(firstLimit, nonce)}, "timeout": {"0"}}
	if since != "" {
		query.Set("since", since)
		query.Set("filter", syncFilter(nextLimit, nonce))
		query.Set("timeout", strconv.FormatInt(wait.Milliseconds(), 10))
	}
	arrived := func([]byte) {}
	if since == "" {
		whole := new(firstsync.Whole)
		a.whole.Store(whole)
		defer a.whole.Store(nil)
		defer whole.CountTotal(ctx, a.hs)()
		arrived = whole.Arrived
	}
	err = a.hs.GetLong(ctx, session.Path{"v3", "sync"}, query, arrived, func(raw []byte) error {
		reply, ok := syncreply.Read(raw)
		if !ok {
			return &ServerError{Server: a.hs.Host(), Status: http.StatusOK, Message: "the response is not that of a sync"}
		}
		if since == "" {
			a.rooms.Restart()
		}
		changed, left, err = a.apply(since, reply, a.opt.Now())
		return err
	})
	return changed, left, err
}

// badSince reports whether the error may mean that the homeserver does not know the
// since token: Synapse and Dendrite respond with M_UNKNOWN then. A request that is
// malformed in another way would fail again.
func badSince(err error) bool {
	var e *ServerError
	return errors.As(err, &e) && e.Status == http.StatusBadRequest && (e.Code == "M_UNKNOWN" || e.Code == "M_INVALID_PARAM")
}
