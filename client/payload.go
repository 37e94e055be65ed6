package client

import (
	"encoding/json"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/client/ratelimit"
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
	Label   string    `json:"label,omitempty"` // if the invite is for neither
	// Key and Token are those of an invite that the account issues itself (see
	// [ownkey.Invite]); otherwise empty.
	Key   string `json:"key,omitempty"`
	Token string `json:"token,omitempty"`
	// Signed is set if a links server signs for the invitee.
	Signed signedLink `json:"signed,omitzero"`
	// Mail is set if the link of that invite is mailed. The event was sent as soon as the
	// entry has its token, and only the mail is left; in the state Sending the mail may
	// have been sent then.
	Mail bool `json:"mail,omitempty"`
	// Deferrals is how often a mail server asked to send the mail later, and NotBefore is
	// when.
	Deferrals int       `json:"deferrals,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`

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
	return recipients.Invitee{Address: p.threePID(), UserID: p.UserID, Label: p.Label}
}

// issued returns the invite that the account issues itself; zero if it does not.
func (p payload) issued() ownkey.Invite { return ownkey.Invite{Token: p.Token, PrivateKey: p.Key} }

// record returns the part that the address book keeps.
func (p payload) record() bookRecord {
	return bookRecord{address: p.threePID(), label: p.Label, key: p.Key, signed: p.Signed, mailed: p.Mail}
}

// way returns how the invite is sent.
func (p payload) way() Way {
	switch {
	case p.Key == "":
		return ByIdentityServer
	case p.Mail:
		return ByMail
	}
	return ByLink
}

// An envelope is an outbox entry with its payload decrypted.
type envelope struct {
	store.Entry
	payload payload
}

// to says which rate limits apply.
func (e envelope) to() ratelimit.To {
	return ratelimit.To{User: e.UserID, Link: e.UserID == "" && e.payload.way().issues()}
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
	switch {
	case who.UserID != "":
		kind = "matrix"
	case who.Label != "":
		kind = "label"
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

func (k dataKey) encryptAddress(room id.RoomID, token string, of bookRecord) store.Address {
	parts := []string{of.address.Medium, of.address.Address}
	if of.key != "" {
		parts = append(parts, of.label, of.key)
	}
	if of.signed != (signedLink{}) || of.mailed {
		signed, _ := json.Marshal(of.signed) // cannot fail
		parts = append(parts, string(signed))
	}
	if of.mailed {
		parts = append(parts, string(ByMail))
	}
	text, _ := json.Marshal(parts) // cannot fail
	return store.Address{Room: room, Token: token, Sealed: k.addressBook().Seal(string(room)+"\n"+token, text)}
}

func (k dataKey) decryptAddress(sealed store.Address) (bookRecord, bool) {
	var parts [6]string // the last four are of invites with an own key
	text, err := k.addressBook().Open(string(sealed.Room)+"\n"+sealed.Token, sealed.Sealed)
	if err != nil || json.Unmarshal(text, &parts) != nil {
		return bookRecord{}, false
	}
	r := bookRecord{address: threepid.ID{Medium: parts[0], Address: parts[1]}, label: parts[2], key: parts[3], mailed: parts[5] == string(ByMail)}
	if parts[4] != "" && json.Unmarshal([]byte(parts[4]), &r.signed) != nil {
		return bookRecord{}, false
	}
	return r, true
}
