package out

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// WriteJSON writes v for a program to read.
func (p *Printer) WriteJSON(v any) error { return p.encode(v, "  ") }

// WriteJSONLine writes v as one line of JSON.
func (p *Printer) WriteJSONLine(v any) error { return p.encode(v, "") }

func (p *Printer) encode(v any, indent string) error {
	data, err := encodeJSON(v, indent)
	if err != nil {
		return err
	}
	_, err = p.Out.Write(data)
	return err
}

func encodeJSON(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return EscapeJSON(b.Bytes()), err
}

// EscapeJSON spells everything in JSON that is not to be seen as \u: the text stays
// exactly what a stranger wrote, and a terminal is shown nothing that it obeys.
// Package json leaves DEL, the C1 controls and all bidirectional ones as they are.
func EscapeJSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == '\n' || unicode.IsGraphic(r): // a raw line break is never inside a string
			out = append(out, data[:n]...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		data = data[n:]
	}
	return out
}

// JSONInvite is the stable JSON form of an invite in list, show, inspect and
// watch. Unknown values are omitted; the lists are always present.
type JSONInvite struct {
	RoomID      string `json:"room_id,omitempty"`
	RoomName    string `json:"room_name,omitempty"`
	Token       string `json:"token"`
	EventID     string `json:"event_id,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	Sender      string `json:"sender,omitempty"`
	SentAt      string `json:"sent_at,omitempty"`
	Status      string `json:"status"`
	// StatusCertain is absent as long as an invite that looks pending may have
	// been accepted before.
	StatusCertain bool        `json:"status_certain,omitempty"`
	Keys          []jsonKey   `json:"keys"`
	AcceptedBy    string      `json:"accepted_by,omitempty"`
	AcceptedAt    string      `json:"accepted_at,omitempty"`
	Proof         string      `json:"proof,omitempty"`
	RevokedBy     string      `json:"revoked_by,omitempty"`
	RevokedAt     string      `json:"revoked_at,omitempty"`
	Verdict       string      `json:"verdict"`
	Checks        []jsonCheck `json:"checks"`
	Warnings      []string    `json:"warnings"`
	Address       string      `json:"address,omitempty"` // if it was sent from here
}

type jsonKey struct {
	PublicKey      string `json:"public_key"`
	KeyValidityURL string `json:"key_validity_url,omitempty"`
	Validity       string `json:"validity"`
}

type jsonCheck struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Detail string `json:"detail"`
	Rule   string `json:"rule,omitempty"`
}

// NewJSONInvite is an invite as it is promised to scripts.
func NewJSONInvite(f Finding) JSONInvite {
	i := f.Invite
	j := JSONInvite{
		RoomID: string(i.RoomID), RoomName: f.RoomName, Token: i.Token, EventID: string(i.EventID),
		DisplayName: i.DisplayName, Sender: string(i.Sender), SentAt: Timestamp(i.SentAt), Status: string(i.Status), StatusCertain: f.Certain,
		Keys: []jsonKey{}, Verdict: string(f.Verdict), Checks: []jsonCheck{}, Warnings: []string{},
		Address: f.Address,
	}
	for _, k := range i.Keys {
		j.Keys = append(j.Keys, jsonKey{k.Public, k.ValidityURL, string(f.Facts.KeyValidity(k))})
	}
	if i.Acceptance != nil {
		j.AcceptedBy, j.AcceptedAt = string(i.Acceptance.UserID), Timestamp(i.Acceptance.At)
		j.Proof = string(i.Acceptance.Proof)
	}
	if i.Revocation != nil {
		j.RevokedBy, j.RevokedAt = string(i.Revocation.Sender), Timestamp(i.Revocation.At)
	}
	for _, c := range f.Checks {
		j.Checks = append(j.Checks, jsonCheck{c.Name, string(c.Result), c.Detail, c.Rule})
	}
	for _, w := range f.Warnings {
		j.Warnings = append(j.Warnings, string(w))
	}
	return j
}

// NewJSONInvites is what list and inspect promise: one array.
func NewJSONInvites(findings []Finding) []JSONInvite {
	all := make([]JSONInvite, 0, len(findings))
	for _, f := range findings {
		all = append(all, NewJSONInvite(f))
	}
	return all
}

// Timestamp is a time in RFC 3339; empty if it is not known. A homeserver may
// claim any year, and one that RFC 3339 cannot write is as good as not known.
func Timestamp(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
