// Package dump reads files of saved room state: events and responses of a
// homeserver in JSON. It returns the invites and the room names in them, and
// reports the values that it could not read.
package dump

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Dump collects the events about invites from files with saved responses of a
// homeserver.
//
// A file contains any number of JSON values: arrays of events, as /state returns
// them; objects with such arrays, like the response of /messages, one room of a
// sync or a whole sync; and single events. Events are read only from the members
// that contain events in these responses. Other members are ignored, because the
// sender of an event can put anything into it, even a forged room, and homeservers
// pass it on.
type Dump struct {
	// Report is called for each value that cannot be read, in a place where an
	// event or a list of events should be. It may be nil. where is its path in the
	// file, in the syntax of jq.
	Report func(where string, reason error)

	Events     int // events that were read, including events that are not about invites
	Unreadable int // values that could not be read

	responses int // lists and objects for events, including empty ones
	found     []roomEvent
}

// A roomEvent is an event and its room ID, which is empty if the file does not
// contain it.
type roomEvent struct {
	room  id.RoomID
	event invite.Event
}

// Empty reports whether the files contain no response of a homeserver.
func (d *Dump) Empty() bool { return d.Events == 0 && (d.responses == 0 || d.Unreadable > 0) }

var (
	errNotEvents = errors.New("neither an event nor a response of a homeserver with events")
	errNotList   = errors.New("not a list of events")
	errNotObject = errors.New("not an object")
)

// Some editors write a byte order mark at the beginning of a file.
const byteOrderMark = "\uFEFF"

// Read reads a file to its end. After an error, the events before the error stay in
// the Dump.
func (d *Dump) Read(from io.Reader) error {
	r := bufio.NewReaderSize(from, 64<<10)
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

// value reads a top-level value, which begins with t.
func (d *Dump) value(dec *json.Decoder, t json.Token, at place) error {
	switch t {
	case json.Delim('['):
		return d.list(dec, at)
	case json.Delim('{'):
		return d.object(dec, at)
	default:
		d.refuse(at, errNotEvents)
		return nil
	}
}

// object reads the rest of a top-level object: an event if it has a type, otherwise
// a response.
func (d *Dump) object(dec *json.Decoder, at place) error {
	saved, event := *d, []byte{'{'}
	isEvent, isResponse := false, false
	err := eachMember(dec, func(name string) (err error) {
		switch {
		case holdsEvents(name):
			isResponse = true
			return d.events(dec, at.member(name))
		case name == "rooms":
			isResponse = true
			return d.sync(dec, at.member(name))
		}
		isEvent = isEvent || name == "type"
		event, err = copyMember(dec, event, name)
		return err
	})
	if isEvent {
		*d = saved // the sender of an event may have added other members
	}
	switch {
	case err != nil:
		return err
	case isEvent:
		d.event(append(event, '}'), at)
	case !isResponse:
		d.refuse(at, errNotEvents)
	}
	return nil
}

// holdsEvents reports whether the member with this name contains events, in a
// response of /messages or in a room of a sync.
func holdsEvents(name string) bool {
	switch name {
	case "chunk", "state", "state_after", "timeline":
		return true
	default:
		return false
	}
}

// events reads a list of events, or an object whose member "events" is such a list.
func (d *Dump) events(dec *json.Decoder, at place) error {
	t, err := dec.Token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('['):
		return d.list(dec, at)
	case t != json.Delim('{'):
		d.refuse(at, errNotList)
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
		d.refuse(at.member(name), errNotList)
		return skipRest(dec, t)
	})
}

// sync reads the rooms of a sync. Rooms that the user is only invited to are
// skipped: their events are stripped state without IDs.
func (d *Dump) sync(dec *json.Decoder, at place) error {
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

// members reads an object and calls f for each member, when its value has not been
// read yet.
func (d *Dump) members(dec *json.Decoder, at place, f func(name string) error) error {
	t, err := dec.Token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('{'):
		d.responses++
		return eachMember(dec, f)
	}
	d.refuse(at, errNotObject)
	return skipRest(dec, t)
}

// list reads the rest of a list of events.
func (d *Dump) list(dec *json.Decoder, at place) error {
	d.responses++
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
