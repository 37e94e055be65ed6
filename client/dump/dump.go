// Package dump reads files of saved room state: events and responses of a
// homeserver in JSON. It returns the invites and the room names in them, and
// reports the values that it could not read.
package dump

import (
	"errors"
	"io"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Dump collects the events about invites from files with saved responses of a
// homeserver.
//
// A file contains any number of JSON values. Events are recognized by their members
// (see [shape]) and read at any depth, so that responses of unknown endpoints and
// exports of other programs can be read as well. An event is read as a whole: events
// inside of it are ignored, because its sender can put anything into it, even events
// of another room.
//
// The type m.room.third_party_invite outside of the events that were read is
// reported, and inside of them if the file has no invites: a file that mentions
// invites never looks like one without them.
type Dump struct {
	// Report is called for each value that cannot be read and that is an event,
	// contains one, or stands where events should be. It may be nil. where is its
	// path in the file, in the syntax of jq. At most [MaxReports] values of a file
	// are reported.
	Report func(where string, reason error)

	Events     int // events that were read, including events that are not about invites
	Unreadable int // values that could not be read
	Missed     int // of these, the values that are events or may contain events

	objects   int // number of objects so far
	responses int // lists and objects for events, including empty ones
	invites   int // invite events that were read
	found     []roomEvent
}

// A roomEvent is an event, its room ID, which is empty if the file does not
// contain it, and its place.
type roomEvent struct {
	room    id.RoomID
	event   invite.Event
	section section
}

const (
	// MaxSize is the largest size of an uncompressed file that callers should allow,
	// in bytes: a file is in memory as a whole while it is read.
	MaxSize = 256 << 20
	// MaxReports is the maximum number of reports about one file.
	MaxReports = 20
	// maxDepth is the maximum number of values around a value that is read.
	maxDepth = 200
)

// Empty reports whether the files contain no response of a homeserver.
func (d *Dump) Empty() bool {
	return d.Events == 0 && d.Missed == 0 && (d.responses == 0 || d.Unreadable > 0)
}

// Read reads a file to its end, or up to maxSize bytes of uncompressed text. After an
// error, the events before the error stay in the Dump.
func (d *Dump) Read(from io.Reader, maxSize int) error {
	text, readErr := decode(from, maxSize)
	before := d.invites
	p := &parser{dump: d, text: text}
	err := p.file()
	if d.invites == before && len(p.inside) > 0 {
		p.refuse(p.inside[0], true)
	}
	for _, m := range p.mentions {
		p.refuse(m, true)
	}
	p.report()
	if readErr != nil {
		return pathless(readErr)
	}
	return err
}

// report reports the refused values in the order of the file, at most MaxReports of
// them. The missed ones are more important.
func (p *parser) report() {
	if p.dump.Report == nil {
		return
	}
	all := append(p.missed, p.refused...)
	all = all[:min(len(all), MaxReports)]
	slices.SortStableFunc(all, func(a, b complaint) int { return a.at - b.at })
	for _, c := range all {
		p.dump.Report(c.where, c.reason)
	}
}

var (
	errNotEvents = errors.New("neither an event nor a response of a homeserver with events")
	errNotList   = errors.New("not a list of events")
	errNotObject = errors.New("not an object")
	errTooDeep   = errors.New("not read: it is nested too deeply")
	errMention   = errors.New("not read: it mentions m.room.third_party_invite, but is not an event")
	errInside    = errors.New("not read: it mentions m.room.third_party_invite inside another event")
)
