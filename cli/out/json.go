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

// WriteJSON writes v as indented JSON.
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

// EscapeJSON writes control and invisible characters in JSON strings as \u escapes.
// The decoded value stays the same, but a terminal that shows the JSON obeys no
// control characters. Package json does not escape DEL, the C1 controls and most
// bidirectional controls.
func EscapeJSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == '\n' || unicode.IsGraphic(r): // JSON strings contain no unescaped line breaks
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
	Address       string      `json:"address,omitempty"`    // if the address of the invitee is known
	OwnKey        bool        `json:"own_key,omitempty"`    // if this program issued it, without an identity server
	ExpiresAt     string      `json:"expires_at,omitempty"` // of its link
	Uses          int         `json:"uses,omitempty"`       // for how many people its link works
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

// NewJSONInvite returns the stable JSON form of an invite.
func NewJSONInvite(f Finding) JSONInvite {
	i := f.Invite
	j := JSONInvite{
		RoomID: string(i.RoomID), RoomName: f.RoomName, Token: i.Token, EventID: string(i.EventID),
		DisplayName: i.DisplayName, Sender: string(i.Sender), SentAt: Timestamp(i.SentAt), Status: string(i.Status), StatusCertain: f.Certain,
		Keys: []jsonKey{}, Verdict: string(f.Verdict), Checks: []jsonCheck{}, Warnings: []string{},
		Address: f.Address, OwnKey: f.OwnKey, Uses: f.Limits.Uses, ExpiresAt: Timestamp(f.Limits.Expires),
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

// NewJSONInvites returns the JSON output of list and inspect. It is an empty array
// if there are no invites.
func NewJSONInvites(findings []Finding) []JSONInvite {
	all := make([]JSONInvite, 0, len(findings))
	for _, f := range findings {
		all = append(all, NewJSONInvite(f))
	}
	return all
}

// Timestamp returns a time in RFC 3339. It is empty if the time is zero or has a
// year that RFC 3339 does not allow: homeservers can send any time.
func Timestamp(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
