package identity

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"maunium.net/go/mautrix/id"
)

// PublicKey returns the server's key with an ID such as "ed25519:0", in the
// base64 that the server writes
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeykeyid).
func (s *Server) PublicKey(ctx context.Context, keyID string) (string, error) {
	var reply struct {
		PublicKey string `json:"public_key"`
	}
	err := s.call(ctx, http.MethodGet, "/pubkey/"+url.PathEscape(keyID), nil, &reply)
	return reply.PublicKey, err
}

// KeyValid asks whether a long-term key of the server still counts. The key is
// sent exactly as given: the server compares letters
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyisvalid).
func (s *Server) KeyValid(ctx context.Context, publicKey string) (bool, error) {
	return s.isValid(ctx, "/pubkey/isvalid", publicKey)
}

// EphemeralKeyValid asks the same of a key made for one invite
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

// Sign has the server sign that user takes the invite with this token, by the
// private key from the mailed link. What comes back goes into a join as
// third_party_signed; it stays raw because its signature covers every member
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
