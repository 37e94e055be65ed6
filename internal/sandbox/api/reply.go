package api

import (
	"maps"
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A Reply is the answer of a server.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON returns a reply with a JSON body.
func JSON(status int, v any) *Reply {
	return &Reply{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: signedjson.Encode(v)}
}

// A Failure is a Matrix error.
type Failure struct {
	status int
	code   string
	text   string
	Extra  map[string]any
	Header http.Header
}

// Fail returns an error with a status, an errcode and a text.
func Fail(status int, code, text string) *Failure {
	return &Failure{status: status, code: code, text: text}
}

// Forbidden returns a 403 M_FORBIDDEN.
func Forbidden(text string) *Failure { return Fail(http.StatusForbidden, "M_FORBIDDEN", text) }

// InvalidParam returns a 400 M_INVALID_PARAM.
func InvalidParam(text string) *Failure { return Fail(http.StatusBadRequest, "M_INVALID_PARAM", text) }

// MissingParam returns a 400 M_MISSING_PARAM.
func MissingParam(text string) *Failure { return Fail(http.StatusBadRequest, "M_MISSING_PARAM", text) }

// BadRequest returns a 400 M_UNKNOWN.
func BadRequest(text string) *Failure { return Fail(http.StatusBadRequest, "M_UNKNOWN", text) }

// ErrInternal is the answer of Synapse to an unexpected exception. It is also the answer if the identity server
// fails: https://github.com/element-hq/synapse/issues/19257.
var ErrInternal = Fail(http.StatusInternalServerError, "M_UNKNOWN", "Internal server error")

// Error makes a failure an error.
func (f *Failure) Error() string { return f.code + ": " + f.text }

func (f *Failure) body() map[string]any {
	o := map[string]any{"errcode": f.code, "error": f.text}
	maps.Copy(o, f.Extra)
	return o
}

// Reply returns the failure as a reply.
func (f *Failure) Reply() *Reply {
	r := JSON(f.status, f.body())
	maps.Copy(r.Header, f.Header)
	return r
}
