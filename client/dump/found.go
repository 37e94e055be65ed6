package dump

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A complaint says why a value was not read.
type complaint struct {
	at     int // index in the file
	where  string
	reason error
}

func (p *parser) complain(start int, reason error) complaint {
	return complaint{at: p.base + start, where: where(p.values, p.path), reason: reason}
}

// refuse notes a value that was not read. missed says that it is an event or may
// contain events.
func (p *parser) refuse(c complaint, missed bool) {
	p.dump.Unreadable++
	if missed {
		p.dump.Missed++
	}
	list := &p.refused
	if missed {
		list = &p.missed
	}
	if len(*list) < MaxReports {
		*list = append(*list, c)
	}
}

// A mark is the number of things that were found so far.
type mark struct {
	events, unreadable, missed, responses, invites int
	found, refused, missing, mentions, inside      int
}

func (p *parser) mark() mark {
	d := p.dump
	return mark{
		d.Events, d.Unreadable, d.Missed, d.responses, d.invites,
		len(d.found), len(p.refused), len(p.missed), len(p.mentions), len(p.inside),
	}
}

// reset forgets what was found since the mark.
func (p *parser) reset(m mark) {
	d := p.dump
	d.Events, d.Unreadable, d.Missed, d.responses, d.invites = m.events, m.unreadable, m.missed, m.responses, m.invites
	d.found, p.refused, p.missed = d.found[:m.found], p.refused[:m.refused], p.missed[:m.missing]
	p.mentions, p.inside = p.mentions[:m.mentions], p.inside[:m.inside]
}

// close forgets what was found inside of an event, except for a mention of invites
// in an event that is none.
func (p *parser) close(m mark, isInvite bool) {
	var first []complaint
	switch {
	case isInvite:
	case len(p.inside) > m.inside:
		first = p.inside[m.inside:][:1]
	case len(p.mentions) > m.mentions:
		first = p.mentions[m.mentions:][:1]
	case p.dump.invites > m.invites, p.dump.Missed > m.missed:
		first = []complaint{p.complain(p.at, nil)}
	}
	p.reset(m)
	for _, c := range first {
		c.reason = errInside
		p.inside = append(p.inside, c)
	}
}

// complete adds what an object says about the events in it: their room, the order of
// its sections, and the ID of an event in the format of the federation.
func (p *parser) complete(m mark, s *shape, response int) {
	found := p.dump.found[m.found:]
	for i := range found {
		found[i].room = cmp.Or(found[i].room, id.RoomID(s.text("room_id")))
		if found[i].section.response == response {
			found[i].section.rank = s.correct(found[i].section.rank)
		}
	}
	if len(found) == 1 && found[0].event.ID == "" {
		found[0].event.ID = id.EventID(s.text("event_id"))
	}
}

// refuseObject notes an object that is not an event but should be, or resembles one.
func (p *parser) refuseObject(in scope, s *shape, start int, raw []byte) bool {
	switch {
	case strings.HasPrefix(s.text("type"), invite.TypeThirdPartyInvite), s.resemblesEvent():
		p.refuse(p.complain(start, s.problem(raw)), true)
		return true
	case in.depth == 1 && len(p.path) == 0 && !s.known:
		p.refuse(p.complain(start, errNotEvents), false)
		return true
	case s.known:
		p.dump.responses++
	}
	return false
}

// problem says why an object that resembles an event is none.
func (s *shape) problem(raw []byte) error {
	_, err := envelope(raw)
	content, has := s.members["content"]
	switch {
	case err != nil:
		return err
	case !has:
		return errors.New("not an event: it has no content")
	case content.kind != isObject:
		return fmt.Errorf("not an event: its content is %s", content.kind)
	default:
		return errors.New("not an event: it has no sender, event_id or state_key")
	}
}

// elements are the elements of an array that are not events, the first of them with
// their positions.
type elements struct {
	count int
	first []element
}

type element struct {
	index, start int
	raw          []byte
}

func (e *elements) add(index, start int, raw []byte) {
	if e.count++; len(e.first) < MaxReports {
		e.first = append(e.first, element{index, start, raw})
	}
}

func (p *parser) refuseElements(others elements) {
	for _, e := range others.first {
		_, reason := envelope(e.raw)
		p.path = append(p.path, step{index: e.index})
		p.refuse(p.complain(e.start, reason), false)
		p.path = p.path[:len(p.path)-1]
	}
	p.dump.Unreadable += others.count - len(others.first)
}
