package identity

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"maunium.net/go/mautrix/id"
)

// PublicKey returns the server's key with an ID such as "ed25519:0", in base64 as
// sent by the server
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeykeyid).
func (s *Server) PublicKey(ctx context.Context, keyID string) (string, error) {
	var reply struct {
		PublicKey string `json:"public_key"`
	}
	err := s.call(ctx, http.MethodGet, "/pubkey/"+url.PathEscape(keyID), nil, &reply)
	return reply.PublicKey, err
}

// KeyValid asks whether a long-term key of the server is valid. The key is sent
// unchanged because servers compare the encoded strings
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyisvalid).
func (s *Server) KeyValid(ctx context.Context, publicKey string) (bool, error) {
	return s.isValid(ctx, "/pubkey/isvalid", publicKey)
}

// EphemeralKeyValid asks whether the ephemeral key of an invite is valid
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyephemeralisvalid).
func (s *Server) EphemeralKeyValid(ctx context.Context, publicKey string) (bool, error) {
	return s.isValid(ctx, "/pubkey/ephemeral/isvalid", publicKey)
}

func (s *Server) isValid(ctx context.Context, path, publicKey string) (bool, error) {
	var reply struct {
		Valid bool `json:"valid"`
	}
	err := s.call(ctx, http.MethodGet, path+"?"+url.Values{"public_key": {publicKey}}.Encode(), nil, &reply)
	return reply.Valid, err
}

// Sign asks the server to sign that user accepts the invite with this token.
// privateKey is the key from the link in the mail. The result is the
// third_party_signed of a join. It is returned unchanged because the signature
// covers all of its members
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
func (s *Server) Sign(ctx context.Context, user id.UserID, token, privateKey string) (json.RawMessage, error) {
	body := struct {
		MXID       id.UserID `json:"mxid"`
		Token      string    `json:"token"`
		PrivateKey string    `json:"private_key"`
	}{user, token, privateKey}
	var signed json.RawMessage
	err := s.call(ctx, http.MethodPost, "/sign-ed25519", body, &signed)
	return signed, err
}
