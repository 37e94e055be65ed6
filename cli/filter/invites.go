package filter

import (
	"slices"
	"time"

	"github.com/spf13/pflag"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
)

// Origin selects invites of an account by room and sender.
type Origin struct {
	Rooms []string // names, aliases or IDs; all rooms if empty
	by    string
}

// AddFlags adds the flags --by and --room.
func (s *Origin) AddFlags(f *pflag.FlagSet) {
	f.StringVar(&s.by, "by", "", "only invites sent by `USER`: a Matrix ID, name or me")
	f.StringArrayVar(&s.Rooms, "room", nil, "only invites to `ROOM`; may be repeated")
}

// Select returns the invites of rooms that match --by, the newest first.
func (s *Origin) Select(account *client.Account, rooms map[id.RoomID]client.Room) []invite.Invite {
	return slices.DeleteFunc(InvitesOf(account, rooms), func(i invite.Invite) bool { return !s.matches(i, account.UserID()) })
}

// matches reports whether an invite matches --by. An invite whose sender is unknown
// does not.
func (s *Origin) matches(i invite.Invite, me id.UserID) bool {
	switch s.by {
	case "":
		return true
	case "me":
		return i.By() == me
	}
	return invite.IsNamed(i.By(), s.by)
}

// Invites selects invites of an account by room, sender and age, and by the flags
// of [Findings].
type Invites struct {
	Findings
	Origin

	olderThan age
}

// AddFlags adds the flags of [Findings] and [Origin], and --older-than.
func (s *Invites) AddFlags(f *pflag.FlagSet) {
	s.Findings.AddFlags(f)
	s.Origin.AddFlags(f)
	f.Var(&s.olderThan, "older-than", "only invites older than `AGE`, such as 30d or 1d12h")
}

// MatchesAll reports whether only --room is set, or no flag.
func (s *Invites) MatchesAll() bool {
	return s.by == "" && !s.olderThan.given && s.matchesAll()
}

// FindRooms returns the rooms with the given names, aliases or IDs, or all rooms if
// there are no names. It returns an error for an unknown room.
func FindRooms(account *client.Account, names []string) (map[id.RoomID]client.Room, error) {
	rooms := map[id.RoomID]client.Room{}
	if len(names) == 0 {
		for _, r := range account.Rooms() {
			rooms[r.ID] = r
		}
	}
	for _, name := range names {
		r, err := account.FindRoom(name)
		if err != nil {
			return nil, err
		}
		rooms[r.ID] = r
	}
	return rooms, nil
}

// Select returns the invites of rooms that match --by and --older-than, the newest
// first. The caller checks the other flags with [Findings.Match].
func (s *Invites) Select(account *client.Account, rooms map[id.RoomID]client.Room, now time.Time) []invite.Invite {
	return slices.DeleteFunc(s.Origin.Select(account, rooms), func(i invite.Invite) bool {
		return s.olderThan.given && !i.OlderThan(s.olderThan.Duration, now)
	})
}

// InvitesOf returns all invites of rooms, the newest first.
func InvitesOf(account *client.Account, rooms map[id.RoomID]client.Room) []invite.Invite {
	if len(rooms) == 0 {
		return nil
	}
	var ids []id.RoomID
	for room := range rooms {
		ids = append(ids, room)
	}
	return account.Invites(ids...)
}

// An age is the value of a flag, such as 30d.
type age struct {
	time.Duration
	given bool
}

func (f *age) Set(s string) error {
	d, err := duration.Parse(s)
	if err == nil {
		*f = age{d, true}
	}
	return err
}

func (f *age) String() string {
	if !f.given {
		return ""
	}
	return duration.Format(f.Duration)
}

func (*age) Type() string { return "age" }
