package identityserver

import (
	"crypto/ed25519"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// A storedInvite is an invite of an address that is not bound.
type storedInvite struct {
	id     threepid.ID
	room   string
	sender string
	token  string
	sent   bool // sent to a homeserver
}

const (
	maxAddress  = 500
	tokenLength = 128
)

// storeInvite stores an invite and mails it:
// https://spec.matrix.org/latest/identity-service-api/#post_matrixidentityv2store-invite.
func (s *IdentityServer) storeInvite(c *api.Call) (any, error) {
	args, err := params(c, "medium", "address", "room_id", "sender")
	if err != nil {
		return nil, err
	}
	verified := !isV1(c)
	if verified {
		a, err := s.authenticate(c, true)
		if err != nil {
			return nil, err
		}
		if a.user != args["sender"] {
			return nil, api.Fail(http.StatusForbidden, "M_UNAUTHORIZED", "'sender' doesn't match")
		}
	}
	sender, medium := signedjson.String(args["sender"]), signedjson.String(args["medium"])
	if !strings.Contains(sender, ":") {
		return nil, errSydent
	}
	if _, ok := s.mailLimit.Take(sender, s.Now()); !ok {
		return nil, api.Fail(http.StatusTooManyRequests, "M_UNKNOWN", "Limit exceeded for this sender")
	}
	if user, ok := s.bound[threepid.New(medium, signedjson.String(args["address"]))]; ok {
		f := api.Fail(http.StatusBadRequest, "M_THREEPID_IN_USE", "Binding already known")
		f.Extra = object{"mxid": user}
		return nil, f
	}
	if medium != "email" {
		return nil, api.Fail(http.StatusBadRequest, "M_UNRECOGNIZED", "Didn't understand medium '"+medium+"'")
	}
	return s.keepInvite(args, verified)
}

// keepInvite stores the token, then sends the mail, then redacts the display name, which fails without an @. A failure does
// not undo the earlier steps.
func (s *IdentityServer) keepInvite(args object, verified bool) (any, error) {
	address, ok := args["address"].(string)
	if !ok {
		return nil, errSydent
	}
	if n := utf8.RuneCountInString(address); n == 0 || n > maxAddress {
		return nil, api.InvalidParam("Invalid email provided")
	}
	id := threepid.New("email", address)
	inv := &storedInvite{
		id: id, room: signedjson.String(args["room_id"]), sender: signedjson.String(args["sender"]),
		token: s.Random.Pick("invite token", network.Letters, tokenLength),
	}
	ephemeral := s.Random.Key("ephemeral key")
	// Sydent encodes its own key in the standard alphabet and this one for URLs, and compares them as strings.
	public := signedjson.EncodeURLBase64(ephemeral.Public().(ed25519.PublicKey))
	s.ephemeral[public] = true
	s.invites = append(s.invites, inv)
	if !validAddress(id.Address) {
		return nil, api.Fail(http.StatusBadRequest, "M_INVALID_EMAIL", "Invalid email address")
	}
	s.mailInvite(inv, args, signedjson.EncodeURLBase64(ephemeral.Seed()), verified)
	redacted, err := redactAddress(address)
	if err != nil {
		return nil, err
	}
	longTerm, base := s.publicKey(), s.IdentityServerURL()+"/_matrix/identity/api/v1/pubkey"
	return object{
		"token": inv.token, "public_key": longTerm, "display_name": redacted,
		"public_keys": []any{
			object{"public_key": longTerm, "key_validity_url": base + "/isvalid"},
			object{"public_key": public, "key_validity_url": base + "/ephemeral/isvalid"},
		},
	}, nil
}

// redactAddress makes the name an invite shows to the room: three letters of each side, fewer of short ones.
func redactAddress(address string) (string, error) {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return "", errSydent
	}
	return redact(local) + "@" + redact(domain), nil
}

// revealed is the number of characters of each side of an address that the room sees:
// third_party_invite_*_obfuscate_characters.
const revealed = 3

func redact(s string) string {
	r := []rune(s)
	switch {
	case len(r) > revealed:
		return string(r[:revealed]) + "..."
	case len(r) > 1:
		return string(r[:1]) + "..."
	}
	return "..."
}

func (s *IdentityServer) publicKey() string {
	return signedjson.EncodeBase64(s.key.Public().(ed25519.PublicKey))
}

func (s *IdentityServer) pubkey(*api.Call) (any, error) {
	return object{"public_key": s.publicKey()}, nil
}

// isValid compares strings, not keys: the same key in the other alphabet is not valid.
func (s *IdentityServer) isValid(c *api.Call) (any, error) {
	args, err := params(c, "public_key")
	if err != nil {
		return nil, err
	}
	return object{"valid": args["public_key"] == s.publicKey()}, nil
}

// isEphemeralValid reports every issued key as valid, also after the invite was accepted or revoked.
func (s *IdentityServer) isEphemeralValid(c *api.Call) (any, error) {
	args, err := params(c, "public_key")
	if err != nil {
		return nil, err
	}
	return object{"valid": s.ephemeral[signedjson.String(args["public_key"])]}, nil
}

// sign signs with the private key in the request, if the token is known:
// https://spec.matrix.org/latest/identity-service-api/#post_matrixidentityv2sign-ed25519.
func (s *IdentityServer) sign(c *api.Call) (any, error) {
	if !isV1(c) {
		if _, err := s.authenticate(c, true); err != nil {
			return nil, err
		}
	}
	args, err := params(c, "private_key", "token", "mxid")
	if err != nil {
		return nil, err
	}
	return s.signWith(signedjson.String(args["private_key"]), signedjson.String(args["token"]), signedjson.String(args["mxid"]))
}

func (s *IdentityServer) signWith(privateKey, token, mxid string) (object, error) {
	inv := s.inviteWith(token)
	if inv == nil {
		return nil, api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Didn't recognize token")
	}
	seed, err := signedjson.DecodeBase64(privateKey)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errSydent
	}
	o := object{"mxid": mxid, "sender": inv.sender, "token": inv.token}
	signedjson.Sign(o, network.Host(s.IdentityServerURL()), "ed25519:0", ed25519.NewKeyFromSeed(seed))
	return o, nil
}

func (s *IdentityServer) inviteWith(token string) *storedInvite {
	for _, i := range s.invites {
		if i.token == token {
			return i
		}
	}
	return nil
}
