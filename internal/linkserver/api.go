package linkserver

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// sign signs that a user accepts an invite, in the shape of the identity service
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
// Unlike there, the private key is encrypted, and no access token is needed. Element Web
// has all parameters in the query; the specification has them in a JSON body. With the
// additional parameter binding=true the signed object has no sender, as a homeserver
// expects it at /3pid/onbind.
func (s *Server) sign(w http.ResponseWriter, r *http.Request) {
	signed, why := s.signed(r)
	if why != nil {
		s.metrics.signed(why.status)
		s.refuse(w, r, *why)
		return
	}
	s.metrics.signed(http.StatusOK)
	allowAllOrigins(w)
	writeJSON(w, http.StatusOK, signed)
}

func (s *Server) signed(r *http.Request) (json.RawMessage, *refusal) {
	if why := s.limitSource(r); why != nil {
		return nil, why
	}
	params, why := parameters(r)
	if why != nil {
		return nil, why
	}
	for _, name := range []string{"mxid", "token", "private_key"} {
		if params.Get(name) == "" {
			return nil, &refusal{status: http.StatusBadRequest, code: "M_MISSING_PARAMS", text: "the parameter " + name + " is missing"}
		}
	}
	user, why := parseUser(params.Get("mxid"))
	if why != nil {
		return nil, why
	}
	i, why := s.open(params.Get("token"), params.Get("private_key"))
	if why != nil {
		return nil, why
	}
	if why := s.limit(i); why != nil {
		return nil, why
	}
	if why := s.take(r.Context(), i, user); why != nil {
		return nil, why
	}
	signed, err := i.signFor(user, params.Get("binding") == "true")
	if err != nil {
		return nil, errInternal
	}
	return signed, nil
}

// parameters returns those of the query and of a JSON body.
func parameters(r *http.Request) (url.Values, *refusal) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, code: "M_INVALID_PARAM", text: "the query cannot be parsed"}
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return params, nil
	}
	var body map[string]any
	switch err := json.NewDecoder(r.Body).Decode(&body); {
	case errors.Is(err, io.EOF): // no body
	case isTooBig(err):
		return nil, errTooBig
	case err != nil:
		return nil, &refusal{status: http.StatusBadRequest, code: "M_NOT_JSON", text: "the body is not a JSON object"}
	}
	for name, value := range body {
		if text, ok := value.(string); ok {
			params.Set(name, text)
		}
	}
	return params, nil
}

func isTooBig(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// isValid tells a homeserver whether it may accept a signature of a key
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyephemeralisvalid).
// Its rate is not limited: a homeserver that gets no response refuses the invite.
func (s *Server) isValid(w http.ResponseWriter, r *http.Request) {
	text := r.URL.Query().Get("public_key")
	if text == "" {
		s.refuse(w, r, refusal{status: http.StatusBadRequest, code: "M_MISSING_PARAMS", text: "the parameter public_key is missing"})
		return
	}
	valid := false
	public, ok := linkkey.ParsePublicKey(text)
	terms, known := linkkey.Terms{}, false
	if ok {
		terms, known = s.opt.Key.Verify(r.PathValue("terms"), public)
	}
	if now := s.opt.Now(); known && !terms.Expired(now) {
		c, err := s.uses.count(r.Context(), public)
		if err != nil {
			s.opt.Log.Error("the uses cannot be read", "err", safetext.Line(err.Error()))
			s.refuse(w, r, *errInternal)
			return
		}
		valid = !c.over(terms, now)
	}
	s.metrics.checked(valid)
	allowAllOrigins(w)
	writeJSON(w, http.StatusOK, map[string]bool{"valid": valid})
}

// limitSource limits the requests of a network.
func (s *Server) limitSource(r *http.Request) *refusal {
	if wait := s.sources.take(limitedNetwork(s.sourceOf(r)).String(), sourceRate, s.opt.Now()); wait > 0 {
		return errLimited(wait)
	}
	return nil
}
