package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// The state events that are asked for, and no others.
const (
	typeCreate         = "m.room.create"
	typeName           = "m.room.name"
	typeCanonicalAlias = "m.room.canonical_alias"
	typePowerLevels    = "m.room.power_levels"
	typeTombstone      = "m.room.tombstone"
	typeRedaction      = "m.room.redaction" // which changes an event without replacing it
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
	wanted := []string{
		typeCreate, typeName, typeCanonicalAlias, typePowerLevels, typeTombstone, typeRedaction,
		invite.TypeThirdPartyInvite, invite.TypeMember,
	}
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
	a.state.mu.RLock()
	since := a.state.since
	a.state.mu.RUnlock()

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
			a.state.forget()
		}
	}
	if err != nil {
		return nil, err
	}
	changed, left := a.state.apply(reply, a.opt.Now())
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

// forget has the next answer taken in as that to a first sync.
func (s *state) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = ""
}

// apply takes the answer of a sync in. It returns the rooms that it changed and
// those that are gone.
func (s *state) apply(reply syncreply.Reply, now time.Time) (changed, left []id.RoomID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.since == ""
	if first {
		for room := range s.rooms { // known from before the homeserver forgot
			if _, still := reply.Join[room]; !still {
				delete(s.rooms, room)
				left = append(left, room)
			}
		}
	}
	for room := range reply.Join {
		if s.rooms[room] == nil {
			s.rooms[room] = newRoomState()
		}
		changed = append(changed, room)
	}
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, room := range changed {
		r, raw := s.rooms[room], reply.Join[room]
		g.Go(func() error {
			r.take(s.me, room, syncreply.ReadRoom(raw), first)
			return nil
		})
	}
	_ = g.Wait() // nothing that runs there fails
	for _, room := range reply.Leave {
		if _, known := s.rooms[room]; known {
			delete(s.rooms, room)
			left = append(left, room)
		}
	}
	for _, r := range s.rooms {
		r.stuck = false
	}
	s.since, s.asOf = reply.NextBatch, now
	return changed, left
}

// take makes what a sync tells of a room part of what is known of it. gap says
// that what happened in between is not all there.
func (r *roomState) take(me id.UserID, room id.RoomID, news syncreply.Room, gap bool) {
	if len(news.Heroes) > 0 {
		r.heroes = news.Heroes
	}
	if gap = gap || news.Limited; gap {
		r.forgetMembers(me)
	}
	fresh := len(r.current) == 0
	for _, raw := range news.Events {
		ev, err := invite.ReadEvent(raw)
		switch {
		case errors.Is(err, invite.ErrNotState):
			r.doubt(raw)
		case err != nil:
			r.bad++
		default:
			r.set(me, ev)
		}
	}
	r.fold(me, room)
	if fresh || gap {
		r.traced = len(r.invites) == 0
	}
	if len(r.doubtful) > 0 {
		r.traced = false
	}
}

// doubt notes that an invite's event may be another by now: somebody has sent a
// redaction of it. What became of it the homeserver is asked. The event that is
// redacted stands in the content since room version 11
// (https://spec.matrix.org/v1.19/client-server-api/#mroomredaction).
func (r *roomState) doubt(raw json.RawMessage) {
	ev := gjson.ParseBytes(raw)
	if ev.Get("type").Str != typeRedaction {
		return
	}
	for _, redacts := range []string{ev.Get("redacts").Str, ev.Get("content.redacts").Str} {
		for k, current := range r.current {
			if redacts != "" && k.typ == invite.TypeThirdPartyInvite && string(current.ID) == redacts {
				r.doubtful[current.ID] = true
			}
		}
	}
}

// forgetMembers lets go of where people stand who took an invite: in a gap of
// the timeline they may have joined or left unseen. What they did stays known.
func (r *roomState) forgetMembers(me id.UserID) {
	for k, ev := range r.current {
		if k.typ == invite.TypeMember && k.key != string(me) {
			r.remember(ev)
			delete(r.current, k)
		}
	}
}
