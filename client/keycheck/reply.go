package keycheck

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/mxinvite/mxinvite/client/invite"
)

// maxReply is the maximum size of a response, in bytes. It should be
// {"valid":true}.
const maxReply = 64 << 10

// read returns the validity in a response. It is Valid or Invalid only if the
// response says so explicitly
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyisvalid).
func read(res *http.Response) invite.Validity {
	if res.StatusCode != http.StatusOK {
		return invite.Unreachable
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if err != nil || len(data) > maxReply {
		return invite.Unreachable
	}
	// The Content-Type is ignored, as homeservers do. The JSON is decoded into a
	// map because the field of a struct would also match "Valid".
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
