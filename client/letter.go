package client

import (
	"encoding/json"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/seal"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// A letter is everything about an invite in the outbox that names a person. On
// the disk it is sealed.
type letter struct {
	Medium  string    `json:"medium,omitempty"` // and Address are empty for a Matrix ID
	Address string    `json:"address,omitempty"`
	UserID  id.UserID `json:"user_id,omitempty"` // if the invite is for a Matrix ID
	Name    string    `json:"name,omitempty"`

	// Similar are the invites that the person who queued this knew of.
	Similar []string `json:"similar,omitempty"`
	// Before are our own invites that were there when it was sent last; whatever
	// else looks like it is it.
	Before []string `json:"before,omitempty"`

	// Reason and Hint are of the last failure.
	Reason string `json:"reason,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

// forget drops what no longer matters when an invite is over: for all those that
// ever were it would fill a disk.
func (l *letter) forget() { l.Similar, l.Before = nil, nil }

func (l letter) threePID() threepid.ID {
	return threepid.ID{Medium: l.Medium, Address: l.Address}
}

// invitee is zero if the letter could not be opened.
func (l letter) invitee() recipients.Invitee {
	return recipients.Invitee{Address: l.threePID(), UserID: l.UserID}
}

// An envelope is an entry of the outbox, opened.
type envelope struct {
	store.Entry
	letter letter
}

// The keys of what is kept are derived from the account's own, one for each use.
func (a *Account) outboxKey() seal.Key { return a.session.DataKey.Derive("mxinvite outbox") }
func (a *Account) bookKey() seal.Key   { return a.session.DataKey.Derive("mxinvite address book") }

// mark identifies an address or a Matrix ID in a room without revealing it.
func (a *Account) mark(room id.RoomID, who recipients.Invitee) []byte {
	who = who.Canonical()
	kind := who.Address.Medium
	if who.UserID != "" {
		kind = "matrix"
	}
	return a.session.DataKey.Derive("mxinvite outbox marks").Mark(fmt.Sprintf("%s\n%s\n%s", room, kind, who))
}

// close seals the letter of an envelope. A Matrix ID that was typed is in it and
// nowhere else.
func (a *Account) close(e envelope) store.Entry {
	if e.letter.UserID != "" {
		e.UserID = ""
	}
	text, _ := json.Marshal(e.letter) // of strings: cannot fail
	e.Sealed = a.outboxKey().Seal(string(e.Room), text)
	return e.Entry
}

// open opens an entry. One that was sealed with another key opens as nobody's.
func (a *Account) open(e store.Entry) envelope {
	env := envelope{Entry: e}
	text, err := a.outboxKey().Open(string(e.Room), e.Sealed)
	if err != nil || json.Unmarshal(text, &env.letter) != nil {
		env.letter = letter{}
	}
	if env.letter.UserID != "" {
		env.UserID = env.letter.UserID
	}
	return env
}

func (a *Account) sealAddress(room id.RoomID, token string, address threepid.ID) store.Address {
	text, _ := json.Marshal([2]string{address.Medium, address.Address}) // cannot fail
	return store.Address{Room: room, Token: token, Sealed: a.bookKey().Seal(string(room)+"\n"+token, text)}
}

func (a *Account) openAddress(sealed store.Address) (threepid.ID, bool) {
	var parts [2]string
	text, err := a.bookKey().Open(string(sealed.Room)+"\n"+sealed.Token, sealed.Sealed)
	if err != nil || json.Unmarshal(text, &parts) != nil {
		return threepid.ID{}, false
	}
	return threepid.ID{Medium: parts[0], Address: parts[1]}, true
}
