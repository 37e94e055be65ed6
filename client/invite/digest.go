package invite

import (
	"crypto/ed25519"
	"errors"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/digest"
)

// ErrDigest means that a digest is damaged.
var ErrDigest = errors.New("not a digest of invites")

// WriteDigest writes the invites of a room. The form has no version, and it changes with
// [Invite].
func WriteDigest(w *digest.Writer, invites []Invite) {
	w.Count(len(invites))
	for _, i := range invites {
		writeInvite(w, i)
	}
}

// ReadDigest reads what [WriteDigest] has written. The error is [ErrDigest].
func ReadDigest(r *digest.Reader, room id.RoomID) ([]Invite, error) {
	invites := make([]Invite, r.Count())
	for n := range invites {
		invites[n] = readInvite(r, room)
	}
	if !r.Done() {
		return nil, ErrDigest
	}
	return invites, nil
}

func writeInvite(w *digest.Writer, i Invite) {
	for _, s := range []string{i.Token, string(i.EventID), i.DisplayName, string(i.Sender), string(i.OriginalSender), string(i.Status)} {
		w.Text(s)
	}
	w.Time(i.SentAt)
	w.Time(i.FirstSentAt)
	w.Count(len(i.Keys))
	for _, k := range i.Keys {
		for _, s := range []string{k.Public, k.ValidityURL, k.Problem, string(k.ed25519)} {
			w.Text(s)
		}
		w.Flag(k.invalidURL)
	}
	w.Flag(i.Acceptance != nil)
	if a := i.Acceptance; a != nil {
		for _, s := range []string{string(a.UserID), string(a.EventID), a.Membership, string(a.Proof), a.Key} {
			w.Text(s)
		}
		w.Time(a.At)
		w.Integer(int64(a.Users))
		w.Time(a.First)
		w.Integer(int64(a.sameSender))
	}
	w.Flag(i.Revocation != nil)
	if rev := i.Revocation; rev != nil {
		w.Text(string(rev.Sender))
		w.Time(rev.At)
	}
	w.Count(len(i.Warnings))
	for _, warning := range i.Warnings {
		w.Text(string(warning))
	}
}

func readInvite(r *digest.Reader, room id.RoomID) Invite {
	i := Invite{
		RoomID: room, Token: r.Text(), EventID: id.EventID(r.Text()), DisplayName: r.Text(), Sender: id.UserID(r.Text()),
		OriginalSender: id.UserID(r.Text()), Status: Status(r.Text()), SentAt: r.Time(),
		FirstSentAt: r.Time(),
	}
	if n := r.Count(); n > 0 {
		i.Keys = make([]Key, n)
	}
	for n := range i.Keys {
		i.Keys[n] = digestKey(r)
	}
	if r.Flag() {
		i.Acceptance = &Acceptance{
			UserID: id.UserID(r.Text()), EventID: id.EventID(r.Text()), Membership: r.Text(), Proof: Proof(r.Text()), Key: r.Text(),
			At: r.Time(), Users: int(r.Integer()), First: r.Time(), sameSender: match(r.Integer()),
		}
	}
	if r.Flag() {
		i.Revocation = &Revocation{Sender: id.UserID(r.Text()), At: r.Time()}
	}
	for range r.Count() {
		i.Warnings = append(i.Warnings, Warning(r.Text()))
	}
	return i
}

// digestKey reads a key. crypto/ed25519 panics on keys of other lengths.
func digestKey(r *digest.Reader) Key {
	k := Key{Public: r.Text(), ValidityURL: r.Text(), Problem: r.Text()}
	switch raw := r.Text(); len(raw) {
	case ed25519.PublicKeySize:
		k.ed25519 = []byte(raw)
	case 0:
	default:
		r.Fail()
	}
	k.invalidURL = r.Flag()
	return k
}
