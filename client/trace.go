package client

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	tracePage     = 100
	maxPages      = 1000
	traceParallel = 4  // rooms at once
	askParallel   = 4  // memberships of a room at once
	maxRecall     = 16 // times that an event may have been overwritten
)

// untraced lists the rooms with invites that look pending and may have been
// taken before we looked, but for those whose trace has just failed.
func (s *state) untraced() []id.RoomID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var rooms []id.RoomID
	for room, r := range s.rooms {
		if !r.traced && !r.stuck {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// traceAll traces rooms, a few at a time. A room whose past cannot be read is
// left for after the next sync: it may not keep news of the others away.
func (a *Account) traceAll(ctx context.Context, rooms []id.RoomID) error {
	var g panicgroup.Group
	g.SetLimit(traceParallel)
	for _, room := range rooms {
		g.Go(func() error {
			err := a.trace(ctx, room)
			if err == nil {
				return nil
			}
			a.state.setStuck(room)
			if ctx.Err() != nil || session.HasEnded(err) || is[*AccountLockedError](err) {
				return err
			}
			return nil // a homeserver out of reach shows with the next sync
		})
	}
	return g.Wait()
}

// setStuck puts a room's trace off until after the next sync.
func (s *state) setStuck(room id.RoomID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[room]; ok {
		r.stuck = true
	}
}

// trace finds out which invites of a room were taken before we looked. Once a
// person has joined, their member event no longer tells: it is the one before
// that holds the token. Whoever takes an invite, the member event is sent in the
// name of the inviter, so it is the inviters' events that are paged through,
// backwards, until every invite that looks pending has been met: before its own
// event nobody can have taken it.
func (a *Account) trace(ctx context.Context, room id.RoomID) error {
	if err := a.recall(ctx, room); err != nil {
		return err
	}
	senders, open := a.state.wanted(room)
	filter := traceFilter(senders)

	var found []invite.Event
	empty, seen := 0, map[string]bool{}
	for from := ""; len(open) > 0 && len(seen) < maxPages; {
		page, err := a.messages(ctx, room, filter, from)
		if err != nil {
			return fmt.Errorf("trace invites in %s: %w", room, err)
		}
		for _, raw := range page.Chunk {
			ev, err := invite.ParseEvent(raw)
			if err == nil && (ev.Type == invite.TypeThirdPartyInvite || tellsOfInvite(ev)) {
				found = append(found, ev)
				delete(open, ev.ID)
			}
		}
		if empty++; len(page.Chunk) > 0 {
			empty = 0
		}
		// A filtered page may be empty before the end; but some servers give an
		// end for ever, and others pages that lead in a circle.
		seen[from] = true
		if page.End == "" || seen[page.End] || empty > 3 {
			break
		}
		from = page.End
	}
	a.state.addHistory(room, found)
	if err := a.askMemberships(ctx, room); err != nil {
		return err
	}
	if since, ok := a.state.finishTrace(room); ok {
		a.keep(ctx, since, []id.RoomID{room}, nil)
	}
	return nil
}

// recall fetches what stood in the room before an invite was revoked or
// overwritten: who sent it when, and to whom.
func (a *Account) recall(ctx context.Context, room id.RoomID) error {
	for range maxRecall {
		missing := a.state.missing(room)
		if len(missing) == 0 {
			return nil
		}
		var found []invite.Event
		for _, ev := range missing {
			var raw json.RawMessage
			err := a.hs.Get(ctx, session.Path{"v3", "rooms", room, "event", ev}, nil, &raw)
			if err != nil && !isGone(err) {
				return fmt.Errorf("read an earlier event of %s: %w", room, err)
			}
			if past, parseErr := invite.ParseEvent(raw); err == nil && parseErr == nil && past.ID == ev {
				found = append(found, past)
			}
		}
		if len(found) == 0 {
			return nil // the homeserver keeps them to itself
		}
		a.state.addHistory(room, found)
	}
	return nil
}

// missing are events that invites of a room replaced and that nobody has shown.
func (s *state) missing(room id.RoomID) []id.EventID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.rooms[room]
	if !ok {
		return nil
	}
	var ids []id.EventID
	rewrites := r.countRewrites()
	want := func(ev invite.Event) {
		_, known := r.history[ev.Replaces]
		if ev.Type == invite.TypeThirdPartyInvite && ev.Replaces != "" && !known && rewrites[ev.StateKey] < maxRewrites {
			ids = append(ids, ev.Replaces)
		}
	}
	for ev := range r.doubtful {
		ids = append(ids, ev)
	}
	for _, ev := range r.current {
		want(ev)
	}
	for _, ev := range r.history {
		want(ev)
	}
	return ids
}

// wanted are who may have sent what took an invite that looks pending, and the
// events before which nobody can have taken one: the oldest that each is known
// to have been.
func (s *state) wanted(room id.RoomID) (senders []id.UserID, oldest map[id.EventID]bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.rooms[room]
	if !ok {
		return nil, nil // left meanwhile
	}
	oldest = map[id.EventID]bool{}
	from := map[id.UserID]bool{}
	for _, i := range r.invites {
		if !i.Live() {
			continue
		}
		versions := r.versions(i.Token)
		for _, ev := range versions {
			from[ev.Sender] = true
		}
		oldest[versions[len(versions)-1].ID] = true
	}
	return slices.Sorted(maps.Keys(from)), oldest
}

func traceFilter(senders []id.UserID) string {
	data, _ := json.Marshal(map[string]any{
		"types":   []string{invite.TypeMember, invite.TypeThirdPartyInvite},
		"senders": senders,
	})
	return string(data)
}

type messagesPage struct {
	Chunk []json.RawMessage `json:"chunk"`
	End   string            `json:"end"`
}

// messages reads a page of a room's past, the newest first
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages).
func (a *Account) messages(ctx context.Context, room id.RoomID, filter, from string) (page messagesPage, err error) {
	query := url.Values{"dir": {"b"}, "limit": {strconv.Itoa(tracePage)}, "filter": {filter}}
	if from != "" {
		query.Set("from", from)
	}
	err = a.hs.Get(ctx, session.Path{"v3", "rooms", room, "messages"}, query, &page)
	return page, err
}

// isGone reports whether a homeserver keeps something to itself, or has lost it.
func isGone(err error) bool { return HasCode(err, "M_FORBIDDEN") || HasCode(err, "M_NOT_FOUND") }

func (s *state) addHistory(room id.RoomID, events []invite.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[room]
	if !ok {
		return
	}
	for _, ev := range events {
		switch k := (stateKey{ev.Type, ev.StateKey}); {
		case r.current[k].ID != ev.ID:
			r.remember(ev)
		case r.doubtful[ev.ID]:
			r.current[k] = ev
			delete(r.doubtful, ev.ID)
		}
	}
	r.fold(s.me, room)
}

// askMemberships asks where those stand now who took an invite or sent one that
// is out, if no event has told yet, of a few at a time. It ends at the first that
// is refused: a homeserver that wants to be left alone is. What was told by then
// is not asked again.
func (a *Account) askMemberships(ctx context.Context, room id.RoomID) error {
	g, ctx := panicgroup.WithContext(ctx)
	g.SetLimit(askParallel)
	for _, user := range a.state.strangers(room) {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			content, err := a.member(ctx, room, user)
			if err != nil {
				return fmt.Errorf("ask for the membership of %s in %s: %w", user, room, err)
			}
			a.state.setMember(room, user, content)
			return nil
		})
	}
	return g.Wait()
}

// strangers are those who took an invite, or sent one that is out, and of whom
// no current member event is known.
func (s *state) strangers(room id.RoomID) []id.UserID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.rooms[room]
	if !ok {
		return nil
	}
	users := map[id.UserID]bool{}
	for _, i := range r.invites {
		if i.Acceptance != nil {
			users[i.Acceptance.UserID] = true
		} else if i.Live() {
			users[i.Sender] = true
		}
	}
	maps.DeleteFunc(users, func(user id.UserID, _ bool) bool {
		return user == "" || r.content(invite.TypeMember, string(user)) != nil
	})
	return slices.Sorted(maps.Keys(users))
}

func (s *state) setMember(room id.RoomID, user id.UserID, content json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[room]
	if !ok {
		return // left meanwhile
	}
	k := stateKey{invite.TypeMember, string(user)}
	if _, told := r.current[k]; told {
		return // a sync was quicker, and knows better
	}
	// There is no event to keep, only its content.
	raw, err := json.Marshal(map[string]any{"type": k.typ, "state_key": k.key, "content": content})
	if ev, parseErr := invite.ParseEvent(raw); err == nil && parseErr == nil {
		r.current[k] = ev
	}
}

// finishTrace notes that a room is traced and says which sync that builds on.
func (s *state) finishTrace(room id.RoomID) (since string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[room]
	if ok {
		r.fold(s.me, room)
		r.traced = true
	}
	return s.since, ok
}

// member asks for the content of a user's member event; that of somebody who
// has none is empty.
func (a *Account) member(ctx context.Context, room id.RoomID, user id.UserID) (json.RawMessage, error) {
	var content json.RawMessage
	err := a.hs.Get(ctx, session.Path{"v3", "rooms", room, "state", invite.TypeMember, user}, nil, &content)
	if HasCode(err, "M_NOT_FOUND") {
		return json.RawMessage("{}"), nil
	}
	return content, err
}
