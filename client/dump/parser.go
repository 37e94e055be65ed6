package dump

import (
	"bytes"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A parser reads the JSON values of a file in one pass and finds the events in them.
// The file may be cut or damaged: the events before the error are found.
type parser struct {
	dump *Dump
	text []byte
	at   int // index in text

	values int  // number of the top-level value, from 1
	path   path // of the current value
	base   int  // index in the file of the string that text is from

	refused  []complaint // the first values that were refused, except the missed ones
	missed   []complaint // the first missed ones
	mentions []complaint // mentions of the type of invites outside of events
	inside   []complaint // the same inside of events that are not invites
}

// A scope is what the values around a value say about it.
type scope struct {
	depth   int
	room    id.RoomID // from the name of a member
	section section
	name    string // of the member, or of the string's member for the value in a string
	events  bool   // a list of events is expected
	whole   bool   // it is a member of a top-level value or of a room
	listed  bool   // it is an element of a list of events
}

type kind byte

const (
	isNothing kind = iota
	isObject
	isArray
	isString
	isNumber
	isOther // true, false or null
)

// A value is a value that was read.
type value struct {
	kind  kind
	raw   []byte
	event bool // it is an event that was read
	used  bool // it is an event, contains one, or was reported
}

// file reads all values of a file.
func (p *parser) file() error {
	for p.skipSeparators() {
		p.values++
		start := p.at
		v, err := p.value(scope{events: true})
		switch {
		case err != nil:
			return err
		case v.kind != isObject && v.kind != isArray && !v.used:
			p.refuse(p.complain(start, errNotEvents), false)
		}
	}
	return nil
}

func (p *parser) value(in scope) (value, error) {
	start := p.at
	c := p.peek()
	switch c {
	case '{', '[':
		if in.depth == maxDepth {
			raw, err := p.skipDeep()
			p.refuse(p.complain(start, errTooDeep), true)
			if bytes.Contains(raw, []byte(invite.TypeThirdPartyInvite)) {
				p.mentions = append(p.mentions, p.complain(start, errMention))
			}
			return value{kind: isObject, raw: raw, used: true}, err
		}
		in.depth++
		if c == '{' {
			return p.object(in)
		}
		return p.array(in)
	case '"':
		return p.textValue(in)
	default:
		raw, err := p.scalar()
		v := value{kind: isOther, raw: raw}
		if err == nil && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9') {
			v.kind = isNumber
		}
		return v, err
	}
}

// object reads an object: an event, or an object that may contain events.
func (p *parser) object(in scope) (value, error) {
	start, mark := p.at, p.mark()
	p.dump.objects++
	response := p.dump.objects
	var s shape
	err := p.each('}', func() error {
		raw, err := p.string()
		if err != nil {
			return err
		}
		if err := p.expect(':'); err != nil {
			return err
		}
		p.peek()
		return p.member(in, &s, response, text(raw))
	})
	v := value{kind: isObject, raw: p.text[start:p.at:p.at]}
	switch {
	case err != nil && s.resemblesEvent():
		p.reset(mark) // the values in the rest of an event are ignored
		return v, err
	case s.isEvent():
		p.close(mark, s.isInvite())
		v.used = true
		v.event = p.event(v.raw, s.isInvite(), in, start)
		return v, nil
	}
	if err == nil && in.listed && s.resemblesAccountData() && p.mark() == mark {
		p.dump.Events++
		v.event, v.used = true, true
		return v, nil
	}
	p.complete(mark, &s, response)
	v.used = p.mark() != mark
	if err == nil && (!v.used || s.isInvite() && p.dump.invites == mark.invites) {
		v.used = p.refuseObject(in, &s, start, v.raw)
	}
	return v, err
}

// member reads a member of an object.
func (p *parser) member(in scope, s *shape, response int, name string) error {
	start, mark := p.at, p.mark()
	inner := in
	inner.name, inner.events = name, holdsEvents(name) || name == "events" && in.events && in.depth > 1
	inner.listed = false
	inner.whole = in.depth == 1 || strings.HasPrefix(in.name, "!")
	if r := rankOf(name); r != unordered && in.section.rank == unordered {
		inner.section = section{response, r}
	}
	p.path = append(p.path, step{name: name, index: -1})
	defer func() { p.path = p.path[:len(p.path)-1] }()
	if c := p.peek(); strings.HasPrefix(name, "!") && (c == '{' || c == '[') {
		inner.room = id.RoomID(name)
	}
	v, err := p.value(inner)
	if err != nil {
		return err
	}
	s.set(name, v)
	switch {
	case v.kind != isArray && v.kind != isObject && string(v.raw) != "null" && (inner.whole || name == "events") && inner.events:
		p.refuse(p.complain(start, errNotList), false)
	case name == "events" && v.kind == isObject && inner.events && !v.used:
		p.refuse(p.complain(start, errNotList), false)
	case name == "rooms" && in.depth == 1 && v.kind != isArray && v.kind != isObject && string(v.raw) != "null":
		p.refuse(p.complain(start, errNotObject), false)
	case strings.Contains(name, invite.TypeThirdPartyInvite) && v.kind != isNumber && p.mark() == mark:
		p.mentions = append(p.mentions, p.complain(start, errMention)) // a number is a power level or a count
	}
	return nil
}

// array reads an array. If it should have events, or has some, the other elements
// are refused.
func (p *parser) array(in scope) (value, error) {
	start := p.at
	v := value{kind: isArray}
	if in.events {
		p.dump.responses++
	}
	var others elements
	hasEvents, hasOthers, index, inner := false, false, -1, in
	inner.events, inner.listed = false, in.events
	if inner.name == "type" {
		inner.name = ""
	}
	err := p.each(']', func() error {
		index++
		p.path = append(p.path, step{index: index})
		defer func() { p.path = p.path[:len(p.path)-1] }()
		p.peek()
		start := p.at
		element, err := p.value(inner)
		if err != nil {
			return err
		}
		v.used = v.used || element.used
		hasEvents = hasEvents || element.event
		hasOthers = hasOthers || element.used
		if !element.used {
			others.add(index, start, element.raw)
		}
		return nil
	})
	if others.count > 0 && (hasEvents || in.events && !hasOthers) {
		p.refuseElements(others)
		v.used = true
	}
	v.raw = p.text[start:p.at:p.at]
	return v, err
}

// textValue reads a string. In databases and logs it may be the JSON of an event.
func (p *parser) textValue(in scope) (value, error) {
	start := p.at
	raw, err := p.string()
	v := value{kind: isString, raw: raw}
	if err != nil || len(raw) < len(invite.TypeThirdPartyInvite) {
		return v, err
	}
	s, mark := text(raw), p.mark()
	if (in.depth == 0 || holdsJSON(in.name)) && in.depth < maxDepth && (strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")) {
		p.decoded(in, s, start)
		v.used = p.mark() != mark
	}
	typed := in.name == "type" && strings.HasPrefix(s, invite.TypeThirdPartyInvite) // see refuseObject
	if !v.used && !typed && strings.Contains(s, invite.TypeThirdPartyInvite) {
		p.mentions = append(p.mentions, p.complain(start, errMention))
		v.used = true
	}
	return v, nil
}

// holdsJSON reports whether a string with this name is the JSON of events where a
// database or a log was saved, such as event_json of Synapse. Other strings are not
// parsed: a room name, for example, can be anything.
func holdsJSON(name string) bool {
	switch name {
	case "json", "event_json", "event", "raw", "raw_event", "pdu", "data":
		return true
	default:
		return false
	}
}

// decoded reads the JSON in a string. If it is invalid, it has no events.
func (p *parser) decoded(in scope, s string, start int) {
	outer, mark := *p, p.mark()
	p.text, p.at, p.base = []byte(s), 0, outer.base+start
	p.path = append(p.path, step{name: decoded, index: -1})
	in.depth++
	in.name, in.whole = "", false
	_, err := p.value(in)
	if err == nil && p.peek() != 0 || err != nil {
		p.reset(mark)
	}
	p.text, p.at, p.base, p.path = outer.text, outer.at, outer.base, outer.path
}

func (k kind) String() string {
	switch k {
	case isObject:
		return "an object"
	case isArray:
		return "a list"
	case isString:
		return "a string"
	case isNumber:
		return "a number"
	default:
		return "null, true or false"
	}
}
