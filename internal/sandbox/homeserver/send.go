package homeserver

import (
	"fmt"
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// A transaction is a request with a transaction ID, and its answer.
type transaction struct {
	done  chan struct{}
	value any
	err   error
}

// once handles a request with a transaction ID once for an access token, and repeats its answer. As in Synapse a failed
// request is handled again.
func (h *Homeserver) once(c *request, do func() (any, error)) (any, error) {
	if c.Args["txn"] == "" {
		return do()
	}
	key := c.session.Token + " " + c.URL.EscapedPath()
	h.Mu.Lock()
	t := h.txns[key]
	if t != nil {
		h.Mu.Unlock()
		select {
		case <-t.done:
			return t.value, t.err
		case <-c.Context.Done():
			return nil, c.Context.Err()
		}
	}
	t = &transaction{done: make(chan struct{})}
	h.txns[key] = t
	h.Mu.Unlock()
	t.value, t.err = do()
	h.Mu.Lock()
	defer h.Mu.Unlock()
	close(t.done)
	if t.err != nil {
		delete(h.txns, key)
	}
	return t.value, t.err
}

// accept adds an event to a room if the rules allow it. If the same state is there already, it returns the old event and
// does not check the rules.
func (h *Homeserver) accept(r *room, e *event) (*event, error) {
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

// checkContent checks the few fields that Synapse validates.
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
			return api.BadRequest("'" + n + "' not in content")
		}
		if _, ok := v.(string); !ok {
			return api.BadRequest("'" + n + "' not a string type")
		}
	}
	return nil
}

// plant adds an event to a room without checking the rules.
func (h *Homeserver) plant(r *room, e *event) *event {
	h.stream++
	e.pos, e.ts = h.stream, h.Now().UnixMilli()
	e.identify(h.Random.Seed)
	r.add(e)
	h.Changed()
	return e
}

const maxEvent = 65536 // bytes

// post accepts an event, other than of membership, that a user of this homeserver sends.
func (h *Homeserver) post(e *event) (*event, error) {
	r := h.rooms[e.room]
	if r == nil || r.membership(e.sender) != "join" {
		return nil, api.Forbidden(fmt.Sprintf("User %s not in room %s", e.sender, e.room))
	}
	if len(e.content) > maxEvent-1024 { // room for the rest of the event
		return nil, api.Fail(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "event too large")
	}
	if e.isState() && len(*e.stateKey) > 255 {
		return nil, api.Fail(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "'state_key' too large")
	}
	return h.accept(r, e)
}

func (h *Homeserver) putStateEvent(c *request) (any, error) {
	content, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	typ, key, me := c.Args["type"], c.Args["key"], c.session.User.ID
	if typ != typeMember {
		if err := h.limitEvents(c.Context, me); err != nil {
			return nil, err
		}
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if typ == typeMember {
		return h.putMember(c, key, content)
	}
	e, err := h.post(draft(c.Args["room"], typ, me, &key, content))
	if err != nil {
		return nil, err
	}
	return object{"event_id": e.id}, nil
}

func (h *Homeserver) putMember(c *request, target string, content object) (any, error) {
	membership, ok := content["membership"].(string)
	if !ok {
		return nil, api.BadRequest("Invalid membership (must be a string)")
	}
	r, err := h.roomForMembership(c.Args["room"], membership)
	if err != nil {
		return nil, err
	}
	e, err := h.setMembership(r, c.session.User.ID, target, membership, content)
	if err != nil {
		return nil, err
	}
	return object{"event_id": e.id}, nil
}

func (h *Homeserver) send(c *request) (any, error) {
	content, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	e := draft(c.Args["room"], c.Args["type"], c.session.User.ID, nil, content)
	return h.postOnce(c, e)
}

// postOnce posts an event, unless this device has sent it before.
func (h *Homeserver) postOnce(c *request, e *event) (any, error) {
	e.device, e.txn = c.session.Device, c.Args["txn"]
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

func (h *Homeserver) redactEvent(c *request) (any, error) {
	content, err := c.Object(true)
	if err != nil {
		return nil, err
	}
	me, id := c.session.User.ID, c.Args["event"]
	r := h.rooms[c.Args["room"]]
	if r == nil || r.membership(me) != "join" {
		return nil, api.Forbidden(fmt.Sprintf("User %s not in room %s", me, c.Args["room"]))
	}
	target := r.byID[id]
	if target != nil && target.sender != me && r.powerOf(me) < r.namedLevel("redact", 50) {
		return nil, api.Forbidden("You don't have permission to redact events")
	}
	if r.version >= 11 {
		content["redacts"] = id
	}
	e := draft(r.id, typeRedaction, me, nil, content)
	e.redacts = id
	return h.postOnce(c, e)
}
