package keycheck

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/mxinvite/mxinvite/client/invite"
)

// maxReply bounds, in bytes, an answer that ought to be {"valid":true}.
const maxReply = 64 << 10

// read makes an answer of a response. Nothing is valid or invalid by default:
// either a server says so in so many words, or it said nothing
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyisvalid).
func read(res *http.Response) invite.Validity {
	if res.StatusCode != http.StatusOK {
		return invite.Unreachable
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if err != nil || len(data) > maxReply {
		return invite.Unreachable
	}
	// Homeservers look at what came, not at its Content-Type, and so do we. A
	// map, because a struct's fields would also match "Valid".
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return invite.Unreachable
	}
	switch string(members["valid"]) {
	case "true":
		return invite.Valid
	case "false":
		return invite.Invalid
	}
	return invite.Unreachable
}
