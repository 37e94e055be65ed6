package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/roomstate"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	tracePage     = 100
	maxPages      = 1000
	traceParallel = 4  // rooms traced at the same time
	askParallel   = 4  // concurrent requests for memberships of a room
	maxRecall     = 16 // earlier events of an invite to fetch
)

// traceAll traces rooms concurrently. A room whose trace fails is traced again after
// the next sync, so that it does not delay events of other rooms.
func (a *Account) traceAll(ctx context.Context, rooms []id.RoomID) error {
	count := &traceCount{total: len(rooms)}
	a.tracing.Store(count)
	defer a.tracing.CompareAndSwap(count, nil)
	var g panicgroup.Group
	g.SetLimit(traceParallel)
	for _, room := range rooms {
		g.Go(func() error {
			defer count.done.Add(1)
			err := a.trace(ctx, room)
			if err == nil {
				return nil
			}
			a.rooms.SetStuck(room)
			if ctx.Err() != nil || session.HasEnded(err) || is[*AccountLockedError](err) {
				return err
			}
			return nil // if the homeserver cannot be reached, the next sync fails, too
		})
	}
	return g.Wait()
}

// A traceCount is the progress of traceAll.
type traceCount struct {
	done  atomic.Int64
	total int
}

// Tracing returns how many of the rooms with invites that look pending were traced. Both
// numbers are zero if none is being traced.
func (a *Account) Tracing() (done, total int) {
	if count := a.tracing.Load(); count != nil {
		return int(count.done.Load()), count.total
	}
	return 0, 0
}

// trace finds the invites of a room that were accepted before the first sync. When a
// user joins, the new member event no longer contains the token; the event that it
// replaced does. The sender of that event is the inviter. So trace reads the events of
// the inviters backwards, up to the oldest invite that looks pending, that was revoked, or
// of which only the join says that it was accepted, and not when: an invite cannot be
// accepted before its own event.
func (a *Account) trace(ctx context.Context, room id.RoomID) error {
	if err := a.fetchReplaced(ctx, room); err != nil {
		return err
	}
	senders, open := a.rooms.Unexplained(room)
	filter := traceFilter(senders)

	var found []invite.Event
	during := allowance{limit: a.opt.Memory}
	defer during.giveBack()
	empty, seen := 0, map[string]bool{}
	for from := ""; len(open) > 0 && len(seen) < maxPages; {
		page, err := a.messages(ctx, room, filter, from)
		if err != nil {
			return fmt.Errorf("trace invites in %s: %w", room, err)
		}
		for _, raw := range page.Chunk {
			ev, err := invite.ParseEvent(raw)
			if err == nil && (ev.Type == invite.TypeThirdPartyInvite || roomstate.MentionsInvite(ev)) {
				if err := during.take(roomstate.SizeOf(ev)); err != nil {
					return err
				}
				found = append(found, ev)
				delete(open, ev.ID)
			}
		}
		if empty++; len(page.Chunk) > 0 {
			empty = 0
		}
		// A filtered page may be empty although there are more events. Some servers
		// always return an end token, and some return a token again.
		seen[from] = true
		if page.End == "" || seen[page.End] || empty > 3 {
			break
		}
		from = page.End
	}
	a.rooms.AddHistory(room, found)
	if err := a.opt.Memory.Keep(a.rooms.Size()); err != nil {
		return err
	}
	if err := a.askMemberships(ctx, room); err != nil {
		return err
	}
	if a.rooms.FinishTrace(room) {
		a.storeUnsynced(ctx, []id.RoomID{room})
	}
	return nil
}

// fetchReplaced fetches the events that were revoked or replaced: they have the sender,
// the time and the display name.
func (a *Account) fetchReplaced(ctx context.Context, room id.RoomID) error {
	for range maxRecall {
		missing := a.rooms.Missing(room)
		if len(missing) == 0 {
			return nil
		}
		var found []invite.Event
		during := allowance{limit: a.opt.Memory}
		defer during.giveBack()
		for _, ev := range missing {
			var raw json.RawMessage
			err := a.hs.Get(ctx, session.Path{"v3", "rooms", room, "event", ev}, nil, &raw)
			if err != nil && !isGone(err) {
				return fmt.Errorf("fetch an earlier event of %s: %w", room, err)
			}
			if past, parseErr := invite.ParseEvent(raw); err == nil && parseErr == nil && past.ID == ev {
				if err := during.take(roomstate.SizeOf(past)); err != nil {
					return err
				}
				found = append(found, past)
			}
		}
		if len(found) == 0 {
			return nil // the homeserver does not return them
		}
		a.rooms.AddHistory(room, found)
	}
	return nil
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

// messages reads a page of a room's history, the newest events first
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages).
func (a *Account) messages(ctx context.Context, room id.RoomID, filter, from string) (page messagesPage, err error) {
	query := url.Values{"dir": {"b"}, "limit": {strconv.Itoa(tracePage)}, "filter": {filter}}
	if from != "" {
		query.Set("from", from)
	}
	err = a.hs.Get(ctx, session.Path{"v3", "rooms", room, "messages"}, query, &page)
	return page, err
}

// isGone reports whether the error says that the homeserver does not have something or
// does not show it.
func isGone(err error) bool { return HasCode(err, "M_FORBIDDEN") || HasCode(err, "M_NOT_FOUND") }

// askMemberships requests the memberships that are not known from events, a few at a
// time. It stops at the first error, because of rate limits. The memberships read so
// far are kept.
func (a *Account) askMemberships(ctx context.Context, room id.RoomID) error {
	g, ctx := panicgroup.WithContext(ctx)
	g.SetLimit(askParallel)
	for _, user := range a.rooms.UnknownMembers(room) {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			content, err := a.member(ctx, room, user)
			if err != nil {
				return fmt.Errorf("ask for the membership of %s in %s: %w", user, room, err)
			}
			a.rooms.SetMember(room, user, content)
			return a.opt.Memory.Keep(a.rooms.Size())
		})
	}
	return g.Wait()
}

// member returns the content of a user's member event; empty if there is none.
func (a *Account) member(ctx context.Context, room id.RoomID, user id.UserID) (json.RawMessage, error) {
	var content json.RawMessage
	err := a.hs.Get(ctx, session.Path{"v3", "rooms", room, "state", invite.TypeMember, user}, nil, &content)
	if HasCode(err, "M_NOT_FOUND") {
		return json.RawMessage("{}"), nil
	}
	return content, err
}
