package roomstate

import (
	"errors"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/digest"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
)

// A digest is what fold computes from the events of a room. It is stored with them, so
// that the next start need not read and fold the events of all rooms.

// digestVersion is the version of the format of a digest and of the rules by which it is
// computed. A digest of another version is ignored. TestDigestVersion fails if the
// digest of the same events changes and this number does not.
const digestVersion = 4

var errDigest = errors.New("a digest of another version")

// digest returns the digest of the room.
func (r *events) digest() string {
	var w digest.Writer
	w.Integer(digestVersion)
	f := r.facts
	for _, s := range []string{f.Name, string(f.Alias), string(f.Replacement), f.Version} {
		w.Text(s)
	}
	w.Integer(int64(f.Power))
	w.Integer(int64(f.InvitePower))
	w.Flag(f.Replaced)
	w.Flag(f.Local)
	invite.WriteDigest(&w, r.invites)
	return string(w.Bytes)
}

// readDigest returns a stored room whose events are not in memory.
func readDigest(room store.Room) (*events, error) {
	rest := digest.NewReader(room.Digest)
	if rest.Integer() != digestVersion {
		return nil, errDigest
	}
	r := newEvents()
	r.stored, r.heroes, r.traced = true, room.Heroes, room.Traced
	r.facts = Room{
		ID: room.ID, Name: rest.Text(), Alias: id.RoomAlias(rest.Text()), Replacement: id.RoomID(rest.Text()), Version: rest.Text(),
		Power: int(rest.Integer()), InvitePower: int(rest.Integer()), Replaced: rest.Flag(), Local: rest.Flag(),
	}
	var err error
	r.invites, err = invite.ReadDigest(rest, room.ID)
	r.measure()
	return r, err
}
