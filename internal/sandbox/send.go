package sandbox

import (
	"fmt"
	"net/http"
)

// A transaction is a request that must not happen twice, and its answer.
type transaction struct {
	done  chan struct{}
	value any
	err   error
}

// once carries out a request with a transaction ID once per access token, and repeats its answer. As in Synapse an
// attempt that failed may be made again.
func (h *homeserver) once(c *call, do func() (any, error)) (any, error) {
	if c.args["txn"] == "" {
		return do()
	}
	key := c.session.token + " " + c.url.EscapedPath()
	h.mu.Lock()
	t := h.txns[key]
	if t != nil {
		h.mu.Unlock()
		select {
		case <-t.done:
			return t.value, t.err
		case <-c.ctx.Done():
			return nil, c.ctx.Err()
		}
	}
	t = &transaction{done: make(chan struct{})}
	h.txns[key] = t
	h.mu.Unlock()
	t.value, t.err = do()
	h.mu.Lock()
	defer h.mu.Unlock()
	close(t.done)
	if t.err != nil {
		delete(h.txns, key)
	}
	return t.value, t.err
}

// accept puts an event into a room, where all will hear of it, if the rules allow. State that says what was said
// before is not said again: the old event is returned, and not even the rules are asked.
func (h *homeserver) accept(r *room, e *event) (*event, error) {
	if err := checkContent(e); err != nil {
		return nil, err
	}
	if old := r.same(e); old != nil {
		return old, nil
	}
	if err := h.refusesSuspended(r, e); err != nil {
		return nil, err
	}
	if err := r.authorize(e); err != nil {
		return nil, err
	}
	return h.plant(r, e), nil
}

// checkContent looks at the few fields whose shape Synapse cares for.
func checkContent(e *event) error {
	var names []string
	switch e.typ {
	case typePowerLevels:
		return checkLevelShapes(e)
	case "m.room.message":
		names = []string{"body", "msgtype"}
	case "m.room.topic":
		names = []string{"topic"}
	case typeName:
		names = []string{"name"}
	}
	for _, n := range names {
		v, ok := e.fields[n]
		if !ok {
			return badRequest("'" + n + "' not in content")
		}
		if _, ok := v.(string); !ok {
			return badRequest("'" + n + "' not a string type")
		}
	}
	return nil
}

// plant is accept without rules.
func (h *homeserver) plant(r *room, e *event) *event {
	h.stream++
	e.pos, e.ts = h.stream, h.now().UnixMilli()
	e.identify(h.opts.Seed)
	r.add(e)
	h.changed()
	return e
}

const maxEvent = 65536 // bytes

// post is what becomes of an event, other than of membership, that a user of this homeserver sends.
func (h *homeserver) post(e *event) (*event, error) {
	r := h.rooms[e.room]
	if r == nil || r.membership(e.sender) != "join" {
		return nil, forbidden(fmt.Sprintf("User %s not in room %s", e.sender, e.room))
	}
	if len(e.content) > maxEvent-1024 { // room for the rest of the event
		return nil, fail(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "event too large")
	}
	if e.isState() && len(*e.stateKey) > 255 {
		return nil, fail(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "'state_key' too large")
	}
	return h.accept(r, e)
}

func (h *homeserver) putStateEvent(c *call) (any, error) {
	content, err := c.object(false)
	if err != nil {
		return nil, err
	}
	typ, key, me := c.args["type"], c.args["key"], c.session.user.id
	if typ == typeMember {
		return h.putMember(c, key, content)
	}
	e, err := h.post(draft(c.args["room"], typ, me, &key, content))
	if err != nil {
		return nil, err
	}
	return object{"event_id": e.id}, nil
}

func (h *homeserver) putMember(c *call, target string, content object) (any, error) {
	membership, ok := content["membership"].(string)
	if !ok {
		return nil, badRequest("Invalid membership (must be a string)")
	}
	r, err := h.roomForMembership(c.args["room"], membership)
	if err != nil {
		return nil, err
	}
	e, err := h.setMembership(r, c.session.user.id, target, membership, content)
	if err != nil {
		return nil, err
	}
	return object{"event_id": e.id}, nil
}

func (h *homeserver) send(c *call) (any, error) {
	content, err := c.object(false)
	if err != nil {
		return nil, err
	}
	e := draft(c.args["room"], c.args["type"], c.session.user.id, nil, content)
	return h.postOnce(c, e)
}

// postOnce posts an event unless this device has sent it before.
func (h *homeserver) postOnce(c *call, e *event) (any, error) {
	e.device, e.txn = c.session.device, c.args["txn"]
	if r := h.rooms[e.room]; r != nil && e.txn != "" {
		for _, old := range r.events {
			if old.txn == e.txn && old.device == e.device && old.sender == e.sender {
				return object{"event_id": old.id}, nil
			}
		}
	}
	e, err := h.post(e)
	if err != nil {
		return nil, err
	}
	return object{"event_id": e.id}, nil
}

func (h *homeserver) redactEvent(c *call) (any, error) {
	content, err := c.object(true)
	if err != nil {
		return nil, err
	}
	me, id := c.session.user.id, c.args["event"]
	r := h.rooms[c.args["room"]]
	if r == nil || r.membership(me) != "join" {
		return nil, forbidden(fmt.Sprintf("User %s not in room %s", me, c.args["room"]))
	}
	target := r.byID[id]
	if target != nil && target.sender != me && r.powerOf(me) < r.namedLevel("redact", 50) {
		return nil, forbidden("You don't have permission to redact events")
	}
	if r.version >= 11 {
		content["redacts"] = id
	}
	e := draft(r.id, typeRedaction, me, nil, content)
	e.redacts = id
	return h.postOnce(c, e)
}
