package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
)

// A selection says which of an account's invites a command is for.
type selection struct {
	findingFilter

	rooms     []string // all if empty
	by        string
	olderThan ageFlag
}

func (s *selection) flags(f *pflag.FlagSet) {
	s.findingFilter.flags(f)
	f.StringVar(&s.by, "by", "", "only invites sent by `USER`: a Matrix ID, name or me")
	f.StringArrayVar(&s.rooms, "room", nil, "only invites to `ROOM`; may be repeated")
	f.Var(&s.olderThan, "older-than", "only invites older than `AGE`, such as 30d or 1d12h")
}

// everything reports whether it is for every invite there is in its rooms.
func (s *selection) everything() bool {
	return s.by == "" && s.olderThan == 0 && len(s.statuses)+len(s.verdicts)+len(s.warnings) == 0
}

// findRooms returns the rooms of these names, or all if there are no names.
func findRooms(account *client.Account, names []string) (map[id.RoomID]client.Room, error) {
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

// invites returns those of some rooms that are meant, the newest first, as far
// as that does not depend on how they are judged.
func (s *selection) invites(account *client.Account, rooms map[id.RoomID]client.Room, now time.Time) []invite.Invite {
	return slices.DeleteFunc(invitesOf(account, rooms), func(i invite.Invite) bool { return !s.meant(i, account.UserID(), now) })
}

func invitesOf(account *client.Account, rooms map[id.RoomID]client.Room) []invite.Invite {
	if len(rooms) == 0 {
		return nil
	}
	var ids []id.RoomID
	for room := range rooms {
		ids = append(ids, room)
	}
	return account.Invites(ids...)
}

// meant reports whether an invite was asked for. Of one whose sender or time is
// not known nobody can say that it was.
func (s *selection) meant(i invite.Invite, me id.UserID, now time.Time) bool {
	switch {
	case s.by != "" && !sentBy(i, s.by, me):
		return false
	case s.olderThan > 0 && (i.SentAt.IsZero() || now.Sub(i.SentAt) <= time.Duration(s.olderThan)):
		return false
	}
	return true
}

func sentBy(i invite.Invite, who string, me id.UserID) bool {
	switch {
	case who == "me":
		return i.Sender == me
	case strings.HasPrefix(who, "@") && strings.Contains(who, ":"):
		return string(i.Sender) == who
	default:
		return i.Sender != "" && i.Sender.Localpart() == strings.TrimPrefix(who, "@")
	}
}

// An ageFlag is a flag's value such as 30d.
type ageFlag time.Duration

func (f *ageFlag) Set(s string) error {
	d, err := duration.Parse(s)
	if err == nil {
		*f = ageFlag(d)
	}
	return err
}

func (f *ageFlag) String() string {
	if *f == 0 {
		return ""
	}
	return duration.Format(time.Duration(*f))
}

func (*ageFlag) Type() string { return "age" }
