// Package dump reads saved room state: files of events and of a homeserver's
// answers. It gives the invites in them and the names of the rooms, and reports
// what it could not read.
package dump

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Dump collects the events that matter to invites from saved answers of a
// homeserver.
//
// A file is any number of JSON values: arrays of events, as /state gives them;
// objects with such arrays, as from /messages, of one room in a sync or of a whole
// sync; and single events. Events are looked for only where one of these forms has
// them: a homeserver passes on members of an event that it does not know, and the
// sender may have put whole rooms there.
type Dump struct {
	// Report is called for everything that should be an event, or hold events,
	// and does not, unless it is nil. where is its path in the file, in the syntax
	// of jq.
	Report func(where string, reason error)

	Events     int // events read, with those that have nothing to do with invites
	Unreadable int // values that could not be read

	answers int // lists and objects that hold events, even empty ones
	found   []roomEvent
}

// A roomEvent is an event and its room, which is empty if the file does not name it.
type roomEvent struct {
	room  id.RoomID
	event invite.Event
}

// Empty reports whether the files held no answer of a homeserver.
func (d *Dump) Empty() bool { return d.Events == 0 && (d.answers == 0 || d.Unreadable > 0) }

var (
	errNoEvents = errors.New("neither an event nor an answer of a homeserver that holds some")
	errNoList   = errors.New("not a list of events")
	errNoObject = errors.New("not an object")
)

// byteOrderMark is what some editors put at the beginning of a file.
const byteOrderMark = "\uFEFF"

// Read reads a file to its end. The events before an error are kept.
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

// value reads what begins with t at the top of a file.
func (d *Dump) value(dec *json.Decoder, t json.Token, at place) error {
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
func (d *Dump) object(dec *json.Decoder, at place) error {
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
func (d *Dump) events(dec *json.Decoder, at place) error {
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

// members reads an object and calls f where the value of each member begins.
func (d *Dump) members(dec *json.Decoder, at place, f func(name string) error) error {
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
func (d *Dump) list(dec *json.Decoder, at place) error {
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
