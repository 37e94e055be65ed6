package invite

import (
	"errors"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/digest"
)

// ErrDigest means that a digest is damaged.
var ErrDigest = errors.New("not a digest of invites")

// WriteDigest writes the invites of a room. The form has no version, and it changes with
// [Invite].
func WriteDigest(w *digest.Writer, invites []Invite) {
	keys := 0
	for _, i := range invites {
		keys += len(i.Keys)
	}
	w.Count(len(invites))
	w.Count(keys)
	for _, i := range invites {
		writeInvite(w, i)
	}
}

// ReadDigest reads what [WriteDigest] has written. The error is [ErrDigest].
func ReadDigest(r *digest.Reader, room id.RoomID) ([]Invite, error) {
	invites := make([]Invite, r.Count())
	keys := make([]Key, r.Count()) // of all invites
	for n := range invites {
		keys = readInvite(r, room, &invites[n], keys)
	}
	if !r.Done() || len(keys) > 0 {
		return nil, ErrDigest
	}
	return invites, nil
}

func writeInvite(w *digest.Writer, i Invite) {
	for _, s := range []string{i.Token, string(i.EventID), i.DisplayName} {
		w.Text(s)
	}
	for _, s := range []string{string(i.Sender), string(i.OriginalSender), string(i.Status)} {
		w.Shared(s)
	}
	w.Time(i.SentAt)
	w.Time(i.FirstSentAt)
	w.Count(len(i.Keys))
	for n := range i.Keys {
		writeKey(w, i.Keys[:n], i.Keys[n])
	}
	w.Flag(i.Acceptance != nil)
	if a := i.Acceptance; a != nil {
		for _, s := range []string{string(a.UserID), string(a.EventID), a.Key} {
			w.Text(s)
		}
		w.Shared(a.Membership)
		w.Shared(string(a.Proof))
		w.Time(a.At)
		w.Integer(int64(a.Users))
		w.Time(a.First)
		w.Integer(int64(a.sameSender))
	}
	w.Flag(i.Revocation != nil)
	if rev := i.Revocation; rev != nil {
		w.Shared(string(rev.Sender))
		w.Time(rev.At)
	}
	w.Count(len(i.Warnings))
	for _, warning := range i.Warnings {
		w.Shared(string(warning))
	}
}

// readInvite reads an invite, whose keys become the first of keys. It returns the rest of
// keys.
func readInvite(r *digest.Reader, room id.RoomID, i *Invite, keys []Key) []Key {
	i.RoomID, i.Token, i.EventID, i.DisplayName = room, r.Text(), id.EventID(r.Text()), r.Text()
	i.Sender, i.OriginalSender, i.Status = id.UserID(r.Shared()), id.UserID(r.Shared()), Status(r.Shared())
	i.SentAt, i.FirstSentAt = r.Time(), r.Time()
	n := r.Count()
	if n > len(keys) {
		r.Fail()
		return nil
	}
	if n > 0 {
		i.Keys = keys[:n:n]
		for at := range i.Keys {
			i.Keys[at] = digestKey(r, i.Keys[:at])
		}
	}
	if r.Flag() {
		i.Acceptance = &Acceptance{
			UserID: id.UserID(r.Text()), EventID: id.EventID(r.Text()), Key: r.Text(), Membership: r.Shared(), Proof: Proof(r.Shared()),
			At: r.Time(), Users: int(r.Integer()), First: r.Time(), sameSender: match(r.Integer()),
		}
	}
	if r.Flag() {
		i.Revocation = &Revocation{Sender: id.UserID(r.Shared()), At: r.Time()}
	}
	for range r.Count() {
		i.Warnings = append(i.Warnings, Warning(r.Shared()))
	}
	return keys[n:]
}

// writeKey writes a key of an invite. An event usually has each public key once more, so
// that one of the earlier keys is named instead of it.
func writeKey(w *digest.Writer, earlier []Key, k Key) {
	same := slices.IndexFunc(earlier, func(e Key) bool { return e.Public == k.Public })
	w.Index(same + 1)
	if same < 0 {
		w.Text(k.Public)
	}
	w.Shared(k.ValidityURL)
	w.Shared(k.Problem)
	w.Flag(k.invalidURL)
}

func digestKey(r *digest.Reader, earlier []Key) Key {
	var k Key
	switch same := r.Index(); {
	case same == 0:
		k.Public = r.Text()
	case same <= len(earlier):
		k.Public = earlier[same-1].Public
	default:
		r.Fail()
	}
	k.ValidityURL, k.Problem, k.invalidURL = r.Shared(), r.Shared(), r.Flag()
	return k
}
