package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
)

// A reply is what a server answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// object is a JSON object in the making.
type object = map[string]any

func jsonReply(status int, v any) *reply {
	return &reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: encode(v)}
}

// encode writes JSON. Everything that gets here was JSON before or is made of plain types; what cannot be written
// reads as null.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// A failure is a Matrix error: a status, an errcode, a text, and what else some errors carry.
type failure struct {
	status int
	code   string
	text   string
	extra  object
	header http.Header
}

func fail(status int, code, text string) *failure {
	return &failure{status: status, code: code, text: text}
}

func forbidden(text string) *failure { return fail(http.StatusForbidden, "M_FORBIDDEN", text) }

func badRequest(text string) *failure { return fail(http.StatusBadRequest, "M_UNKNOWN", text) }

// errInternal is what Synapse says about every exception it did not expect, among them all troubles of the identity
// server: https://github.com/element-hq/synapse/issues/19257.
var errInternal = fail(http.StatusInternalServerError, "M_UNKNOWN", "Internal server error")

// Error makes a failure an error.
func (f *failure) Error() string { return f.code + ": " + f.text }

func (f *failure) body() object {
	o := object{"errcode": f.code, "error": f.text}
	maps.Copy(o, f.extra)
	return o
}

func (f *failure) reply() *reply {
	r := jsonReply(f.status, f.body())
	maps.Copy(r.header, f.header)
	return r
}
