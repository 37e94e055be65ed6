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

// A payload is the part of an outbox entry that identifies the invitee. It is stored
// encrypted.
type payload struct {
	Medium  string    `json:"medium,omitempty"` // empty for a Matrix ID, like Address
	Address string    `json:"address,omitempty"`
	UserID  id.UserID `json:"user_id,omitempty"` // if the invite is for a Matrix ID
	Name    string    `json:"name,omitempty"`

	// Similar has the tokens of the similar invites that the user had seen when
	// queueing this one.
	Similar []string `json:"similar,omitempty"`
	// ToReplaced is set if the user has confirmed to invite to the room although it was
	// replaced.
	ToReplaced bool `json:"to_replaced,omitempty"`
	// Before has the tokens of the user's invites in the room before the last attempt
	// to send. A matching invite that is not in Before is this one.
	Before []string `json:"before,omitempty"`

	// Reason and Advice belong to the last failure.
	Reason string `json:"reason,omitempty"`
	Advice Advice `json:"advice,omitzero"`
}

// forget removes the fields that are only needed until the invite is sent, since
// entries are kept for a long time.
func (p *payload) forget() { p.Similar, p.Before = nil, nil }

func (p payload) threePID() threepid.ID {
	return threepid.ID{Medium: p.Medium, Address: p.Address}
}

// invitee returns the invitee; zero if the payload could not be decrypted.
func (p payload) invitee() recipients.Invitee {
	return recipients.Invitee{Address: p.threePID(), UserID: p.UserID}
}

// An envelope is an outbox entry with its payload decrypted.
type envelope struct {
	store.Entry
	payload payload
}

// A dataKey is the [Session.DataKey]. Data that identifies invitees is encrypted with
// keys that are derived from it, one for each purpose.
type dataKey struct{ seal.Key }

func (k dataKey) outbox() seal.Key      { return k.Derive("mxinvite outbox") }
func (k dataKey) addressBook() seal.Key { return k.Derive("mxinvite address book") }
func (k dataKey) limits() seal.Key      { return k.Derive("mxinvite invitees") }
func (k dataKey) stall() seal.Key       { return k.Derive("mxinvite stall") }
func (k dataKey) draft() seal.Key       { return k.Derive("mxinvite draft") }

// mark identifies an address or a Matrix ID in a room without revealing it.
func (k dataKey) mark(room id.RoomID, who recipients.Invitee) []byte {
	who = who.Canonical()
	kind := who.Address.Medium
	if who.UserID != "" {
		kind = "matrix"
	}
	return k.Derive("mxinvite outbox marks").Mark(fmt.Sprintf("%s\n%s\n%s", room, kind, who))
}

// encrypt encrypts the payload of an entry. A Matrix ID that the user typed is stored
// in the payload only.
func (k dataKey) encrypt(e envelope) store.Entry {
	if e.payload.UserID != "" {
		e.UserID = ""
	}
	text, _ := json.Marshal(e.payload) // cannot fail: it has only strings
	e.Sealed = k.outbox().Seal(string(e.Room), text)
	return e.Entry
}

// decrypt decrypts an entry. The payload is empty if it was encrypted with another key.
func (k dataKey) decrypt(e store.Entry) envelope {
	env := envelope{Entry: e}
	text, err := k.outbox().Open(string(e.Room), e.Sealed)
	if err != nil || json.Unmarshal(text, &env.payload) != nil {
		env.payload = payload{}
	}
	if env.payload.UserID != "" {
		env.UserID = env.payload.UserID
	}
	return env
}

func (k dataKey) encryptAddress(room id.RoomID, token string, address threepid.ID) store.Address {
	text, _ := json.Marshal([2]string{address.Medium, address.Address}) // cannot fail
	return store.Address{Room: room, Token: token, Sealed: k.addressBook().Seal(string(room)+"\n"+token, text)}
}

func (k dataKey) decryptAddress(sealed store.Address) (threepid.ID, bool) {
	var parts [2]string
	text, err := k.addressBook().Open(string(sealed.Room)+"\n"+sealed.Token, sealed.Sealed)
	if err != nil || json.Unmarshal(text, &parts) != nil {
		return threepid.ID{}, false
	}
	return threepid.ID{Medium: parts[0], Address: parts[1]}, true
}
