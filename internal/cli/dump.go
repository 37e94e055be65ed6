package cli

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A dump is what somebody has saved of a homeserver's answers. It is read one
// event at a time, and only the events that matter to invites are kept.
//
// A file is any number of JSON values: arrays of events, as /state gives them;
// objects with such arrays, as from /messages, of one room in a sync or of a whole
// sync; and events themselves. Only where one of these forms has events are
// events looked for: a homeserver passes on members of an event that it does not
// know, and a stranger may have put whole rooms there.
type dump struct {
	// complain hears of everything that should be an event, or hold some, and
	// does not. where is its place in the file, as jq writes it.
	complain func(where string, reason error)

	found   []dumped
	read    int // events that could be read, those that do not matter included
	answers int // lists and objects where events may stand, even empty ones
	bad     int // things that could not be read
}

// A dumped event is one of a room. The room is empty if nothing told it.
type dumped struct {
	room  id.RoomID
	event invite.Event
}

// A place is where in a file something stands, and in which room.
type place struct {
	value int    // which of the file's, from 1
	path  string // within that, as jq writes it
	room  id.RoomID
}

func (p place) String() string {
	switch {
	case p.path == "":
		return "value " + strconv.Itoa(p.value)
	case p.value > 1:
		return "value " + strconv.Itoa(p.value) + " " + p.path
	default:
		return p.path
	}
}

func (p place) member(name string) place {
	p.path += "." + name
	return p
}

func (p place) element(n int) place {
	p.path += "[" + strconv.Itoa(n) + "]"
	return p
}

func (p place) inRoom(room string) place {
	p.path += "[" + strconv.Quote(room) + "]"
	p.room = id.RoomID(room)
	return p
}

var (
	errNoEvents = errors.New("neither an event nor an answer of a homeserver that holds some")
	errNoList   = errors.New("not a list of events")
	errNoObject = errors.New("not an object")
)

// byteOrderMark begins a file that some editor saved.
const byteOrderMark = "\uFEFF"

// add reads a file up to its end. What was read before an error stays.
func (d *dump) add(r *bufio.Reader) error {
	if mark, _ := r.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = r.Discard(len(byteOrderMark))
	}
	dec := json.NewDecoder(r)
	for n := 1; ; n++ {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = d.value(dec, t, place{value: n})
		}
		if err != nil {
			return unreadable(dec, err)
		}
	}
}

// unreadable says why a file cannot be read on.
func unreadable(dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends in the middle")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON from about byte %d on", dec.InputOffset())
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err // the path is told anyway
	}
	return err
}

// value reads what begins with t at the top of a file.
func (d *dump) value(dec *json.Decoder, t json.Token, at place) error {
	switch t {
	case json.Delim('['):
		return d.list(dec, at)
	case json.Delim('{'):
		return d.object(dec, at)
	default:
		d.refuse(at, errNoEvents)
		return nil
	}
}

// object reads the rest of an object at the top of a file: an event, if it has a
// type, and otherwise an answer.
func (d *dump) object(dec *json.Decoder, at place) error {
	before, event := *d, []byte{'{'}
	typed, answered := false, false
	err := eachMember(dec, func(name string) (err error) {
		switch {
		case holdsEvents(name):
			answered = true
			return d.events(dec, at.member(name))
		case name == "rooms":
			answered = true
			return d.sync(dec, at.member(name))
		}
		typed = typed || name == "type"
		event, err = copyMember(dec, event, name)
		return err
	})
	if typed {
		*d = before // what an event holds beside itself is a stranger's
	}
	switch {
	case err != nil:
		return err
	case typed:
		d.event(append(event, '}'), at)
	case !answered:
		d.refuse(at, errNoEvents)
	}
	return nil
}

// holdsEvents reports whether events are in a member of this name, of an answer
// of /messages or of a room in a sync.
func holdsEvents(name string) bool {
	switch name {
	case "chunk", "state", "state_after", "timeline":
		return true
	default:
		return false
	}
}

// events reads a list of events, or an object that has one.
func (d *dump) events(dec *json.Decoder, at place) error {
	t, err := dec.Token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('['):
		return d.list(dec, at)
	case t != json.Delim('{'):
		d.refuse(at, errNoList)
		return nil
	}
	return eachMember(dec, func(name string) error {
		if name != "events" {
			return skip(dec)
		}
		t, err := dec.Token()
		switch {
		case err != nil:
			return err
		case t == json.Delim('['):
			return d.list(dec, at.member(name))
		}
		d.refuse(at.member(name), errNoList)
		return skipRest(dec, t)
	})
}

// sync reads the rooms of a sync. Of those one is only invited to it shows a
// part, in which events have no IDs.
func (d *dump) sync(dec *json.Decoder, at place) error {
	return d.members(dec, at, func(name string) error {
		if name != "join" && name != "leave" {
			return skip(dec)
		}
		at := at.member(name)
		return d.members(dec, at, func(room string) error {
			at := at.inRoom(room)
			return d.members(dec, at, func(name string) error {
				if holdsEvents(name) {
					return d.events(dec, at.member(name))
				}
				return skip(dec)
			})
		})
	})
}

// members reads an object and calls f where the value of each member begins.
func (d *dump) members(dec *json.Decoder, at place, f func(name string) error) error {
	t, err := dec.Token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('{'):
		d.answers++
		return eachMember(dec, f)
	}
	d.refuse(at, errNoObject)
	return skipRest(dec, t)
}

// list reads the rest of a list of events.
func (d *dump) list(dec *json.Decoder, at place) error {
	d.answers++
	for n := 0; dec.More(); n++ {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		d.event(raw, at.element(n))
	}
	_, err := dec.Token()
	return err
}

// event takes in what should be an event.
func (d *dump) event(raw json.RawMessage, at place) {
	ev, err := invite.ParseEvent(raw)
	if err == nil && !matters(ev) {
		d.read++
		return
	}
	room, wrong := envelope(raw)
	switch message := errors.Is(err, invite.ErrNotState); {
	case wrong != nil:
		d.refuse(at, wrong)
	case err != nil && !message:
		d.refuse(at, err)
	default:
		d.read++
		if !message {
			ev.Raw = nil // nobody looks at it, and it is most of what an event takes
			d.found = append(d.found, dumped{cmp.Or(at.room, room), ev})
		}
	}
}

// envelope checks the members that every event has and returns the room that it
// names, if it names one.
func envelope(raw json.RawMessage) (id.RoomID, error) {
	var value any
	var members map[string]json.RawMessage // a struct's fields would also match "Room_ID"
	if json.Unmarshal(raw, &members) != nil || members == nil {
		if err := json.Unmarshal(raw, &value); err != nil {
			return "", err
		}
		return "", fmt.Errorf("not an event but %s", kindOf(value))
	}
	if _, ok := members["type"]; !ok {
		return "", errors.New("not an event: it has no type")
	}
	texts := map[string]string{}
	for _, name := range []string{"type", "state_key", "event_id", "sender", "room_id"} {
		member, ok := members[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(member, &value); err != nil {
			return "", err
		}
		if texts[name], ok = value.(string); !ok {
			return "", fmt.Errorf("its %s is %s", name, kindOf(value))
		}
	}
	return id.RoomID(texts["room_id"]), nil
}

// kindOf says what kind of JSON a value is.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// The event types that say how a room is called.
const (
	typeName           = "m.room.name"
	typeCanonicalAlias = "m.room.canonical_alias"
)

// matters reports whether an event tells of invites, or how a room is called.
func matters(ev invite.Event) bool {
	switch ev.Type {
	case invite.TypeThirdPartyInvite, invite.TypeMember, typeName, typeCanonicalAlias:
		return true
	default:
		return false
	}
}

// refuse tells of something that cannot be read.
func (d *dump) refuse(at place, reason error) {
	d.bad++
	d.complain(at.String(), reason)
}

// eachMember reads the rest of an object and calls f where the value of each
// member begins; f reads it.
func eachMember(dec *json.Decoder, f func(name string) error) error {
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if err := f(name); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// copyMember reads the value of a member and puts the member at the end of an
// object, which is open. Every byte of the value stays: signatures are over them.
func copyMember(dec *json.Decoder, object []byte, name string) ([]byte, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, quoted...)
	object = append(object, ':')
	return append(object, raw...), nil
}

// skip reads a value and drops it.
func skip(dec *json.Decoder) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	return skipRest(dec, t)
}

// skipRest reads what belongs to t, which may begin something long.
func skipRest(dec *json.Decoder, t json.Token) error {
	for depth := 0; ; {
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if t, err = dec.Token(); err != nil {
			return err
		}
	}
}
