package roomstate

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Newest lists the invites of all rooms, the newest first. The list and its invites
// belong to Rooms and do not change: a later call returns another list if anything has
// changed.
func (s *Rooms) Newest() []*invite.Invite {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest.update(s.rooms)
	return s.newest.list
}

// Invites lists the invites of all rooms, or of the given ones, the newest first.
func (s *Rooms) Invites(rooms ...id.RoomID) []invite.Invite {
	if len(rooms) == 0 {
		return copies(s.Newest())
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []dated
	for _, room := range slices.Compact(slices.Sorted(slices.Values(rooms))) {
		if r, ok := s.rooms[room]; ok {
			found = appendDated(found, r.invites)
		}
	}
	return copies(sorted(found))
}

func copies(list []*invite.Invite) []invite.Invite {
	all := make([]invite.Invite, len(list))
	for n, i := range list {
		all[n] = *i
	}
	return all
}

// newest is the list of all invites, the newest first. An update costs little if few
// rooms have changed.
type newest struct {
	list  []*invite.Invite
	rooms map[id.RoomID][]invite.Invite // whose invites are in the list
}

func (l *newest) update(rooms map[id.RoomID]*events) {
	changed := map[id.RoomID]bool{}
	var added []dated
	for room := range l.rooms {
		if rooms[room] == nil {
			changed[room] = true
			delete(l.rooms, room)
		}
	}
	if l.rooms == nil {
		l.rooms = make(map[id.RoomID][]invite.Invite, len(rooms))
	}
	for room, r := range rooms {
		if !identical(l.rooms[room], r.invites) {
			changed[room] = true
			added = appendDated(added, r.invites)
			l.rooms[room] = r.invites
		}
	}
	if len(changed) == 0 {
		return
	}
	kept := make([]*invite.Invite, 0, len(l.list)+len(added))
	for _, i := range l.list {
		if !changed[i.RoomID] {
			kept = append(kept, i)
		}
	}
	l.list = merge(kept, sorted(added), compareNewest)
}

// identical reports whether two slices have the same elements in memory: fold makes a
// new slice and never changes one.
func identical(a, b []invite.Invite) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// dated is an invite with its time, in milliseconds: comparing numbers is fast, and they
// nearly always decide.
type dated struct {
	at int64
	*invite.Invite
}

func appendDated(list []dated, invites []invite.Invite) []dated {
	for n := range invites {
		i := &invites[n]
		list = append(list, dated{i.At().UnixMilli(), i})
	}
	return list
}

func compareDated(a, b dated) int {
	if a.at != b.at {
		return cmp.Compare(b.at, a.at)
	}
	return invite.Compare(a.Invite, b.Invite)
}

func compareNewest(a, b *invite.Invite) int {
	return compareDated(dated{a.At().UnixMilli(), a}, dated{b.At().UnixMilli(), b})
}

// largeList is the number of invites from which two goroutines sort faster than one.
const largeList = 4096

// sorted sorts a list and returns its invites.
func sorted(list []dated) []*invite.Invite {
	if half := len(list) / 2; half >= largeList/2 {
		var g panicgroup.Group
		g.Go(func() error { slices.SortFunc(list[:half], compareDated); return nil })
		slices.SortFunc(list[half:], compareDated)
		_ = g.Wait() // it has no error
		list = merge(list[:half], list[half:], compareDated)
	} else {
		slices.SortFunc(list, compareDated)
	}
	invites := make([]*invite.Invite, len(list))
	for n, i := range list {
		invites[n] = i.Invite
	}
	return invites
}

// merge merges two sorted lists.
func merge[T any](a, b []T, compare func(a, b T) int) []T {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	merged := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(b[0], a[0]) < 0 {
			merged, b = append(merged, b[0]), b[1:]
		} else {
			merged, a = append(merged, a[0]), a[1:]
		}
	}
	return append(append(merged, a...), b...)
}
