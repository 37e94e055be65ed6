package identityserver

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// A validation is a session to confirm an address.
type validation struct {
	sid    string
	email  string
	secret string
	code   string
	at     time.Time
	valid  bool
}

const validationLifetime = 24 * time.Hour

func isClientSecret(s string) bool {
	return s != "" && len(s) <= 255 && strings.Trim(s, network.Alphanumeric+".=_-") == ""
}

// requestToken mails a code: https://spec.matrix.org/latest/identity-service-api/#email-associations. Sydent never
// remembers the number of the attempt, so each one mails.
func (s *IdentityServer) requestToken(c *api.Call) (any, error) {
	sender := "127.0.0.1"
	if !isV1(c) {
		a, err := s.authenticate(c, true)
		if err != nil {
			return nil, err
		}
		sender = a.user
	}
	if _, ok := s.mailLimit.Take(sender, s.Now()); !ok {
		return nil, api.Fail(http.StatusTooManyRequests, "M_UNKNOWN", "Too many requests")
	}
	args, err := params(c, "email", "client_secret", "send_attempt")
	if err != nil {
		return nil, err
	}
	email, secret := signedjson.String(args["email"]), signedjson.String(args["client_secret"])
	if _, ok := signedjson.Int(args["send_attempt"]); !ok {
		return nil, api.InvalidParam(fmt.Sprintf("send_attempt should be an integer (got %v", args["send_attempt"]))
	}
	if !isClientSecret(secret) {
		return nil, api.InvalidParam("Invalid client_secret provided")
	}
	if n := utf8.RuneCountInString(email); n == 0 || n > maxAddress {
		return nil, api.InvalidParam("Invalid email provided")
	}
	if !validAddress(email) {
		return nil, api.Fail(http.StatusBadRequest, "M_INVALID_EMAIL", "Invalid email address")
	}
	v := s.validationOf(email, secret)
	v.at = s.Now()
	s.mailCode(v)
	return object{"sid": v.sid}, nil
}

func (s *IdentityServer) validationOf(email, secret string) *validation {
	for _, v := range s.sessions {
		if v.email == email && v.secret == secret {
			return v
		}
	}
	v := &validation{
		sid: strconv.FormatUint(s.Random.Number("sid", 1<<31), 10), email: email, secret: secret,
		code: s.Random.Pick("code", network.Alphanumeric, 32),
	}
	s.sessions[v.sid] = v
	return v
}

func (s *IdentityServer) mailCode(v *validation) {
	link := s.IdentityServerURL() + "/_matrix/identity/api/v1/validate/email/submitToken?token=" + v.code +
		"&client_secret=" + escape(v.secret) + "&sid=" + v.sid
	s.mailbox = append(s.mailbox, Mail{
		At: s.Now(), To: threepid.Fold(v.email), Subject: "Confirm your email address for Matrix", Link: link, Code: v.code,
		Text: "If this was you, please click this link to confirm the address:\n\n" + link + "\n",
	})
}

// submitToken confirms an address with the mailed code. Its errors have status 200.
func (s *IdentityServer) submitToken(c *api.Call) (any, error) {
	if !isV1(c) {
		if _, err := s.authenticate(c, true); err != nil {
			return nil, err
		}
	}
	args, err := params(c, "token", "sid", "client_secret")
	if err != nil {
		return nil, err
	}
	if !isClientSecret(signedjson.String(args["client_secret"])) {
		return nil, api.InvalidParam("Invalid client_secret provided")
	}
	refuse := func(code, text string) (any, error) {
		return object{"success": false, "errcode": code, "error": text}, nil
	}
	v := s.sessions[sidOf(args)]
	switch {
	case v == nil:
		return refuse("M_INVALID_PARAM", "The token doesn't match")
	case v.secret != args["client_secret"]:
		return refuse("M_INVALID_PARAM", "Client secret does not match the one given when requesting the token")
	case s.Now().Sub(v.at) > validationLifetime:
		return refuse("M_SESSION_EXPIRED", "This validation session has expired: call requestToken again")
	case v.code != args["token"]:
		return refuse("M_NO_VALID_SESSION", "No session could be found with this sid")
	}
	v.valid = true
	return object{"success": true}, nil
}

func sidOf(args object) string {
	if n, ok := signedjson.Int(args["sid"]); ok {
		return strconv.Itoa(n)
	}
	return signedjson.String(args["sid"])
}

// bind binds a confirmed address to a Matrix ID.
func (s *IdentityServer) bind(c *api.Call) (any, error) {
	email, mxid, err := s.checkBind(c)
	if err != nil {
		return nil, err
	}
	assoc, _ := s.addBinding(c.Context, threepid.New("email", email), mxid) // Sydent does not wait for the homeserver
	return assoc, nil
}

func (s *IdentityServer) checkBind(c *api.Call) (email, mxid string, err error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	a, err := s.authenticate(c, true)
	if err != nil {
		return "", "", err
	}
	args, err := params(c, "sid", "client_secret", "mxid")
	if err != nil {
		return "", "", err
	}
	if !isClientSecret(signedjson.String(args["client_secret"])) {
		return "", "", api.InvalidParam("Invalid client_secret provided")
	}
	if a.user != args["mxid"] {
		return "", "", api.Fail(http.StatusForbidden, "M_UNAUTHORIZED", "This user is prohibited from binding to the mxid")
	}
	v := s.sessions[sidOf(args)]
	switch {
	case v == nil || v.secret != args["client_secret"]:
		return "", "", api.Fail(http.StatusNotFound, "M_NO_VALID_SESSION",
			"No valid session was found matching that sid and client secret")
	case s.Now().Sub(v.at) > validationLifetime:
		return "", "", api.Fail(http.StatusBadRequest, "M_SESSION_EXPIRED",
			"This validation session has expired: call requestToken again")
	case !v.valid:
		return "", "", api.Fail(http.StatusBadRequest, "M_SESSION_NOT_VALIDATED",
			"This validation session has not yet been completed")
	}
	return v.email, a.user, nil
}

// addBinding stores a binding and notifies the homeserver of it and of the invites of the address, each signed with the
// long-term key. Sydent retries without end, this does not; the invites count as sent in both cases.
func (s *IdentityServer) addBinding(ctx context.Context, id threepid.ID, mxid string) (object, error) {
	assoc, pending := s.associate(id, mxid)
	status, _, err := s.Ask(ctx, identityServerName, http.MethodPost,
		s.HomeserverURL()+"/_matrix/federation/v1/3pid/onbind", "", assoc)
	if err != nil {
		return assoc, err
	}
	if status != http.StatusOK {
		return assoc, fmt.Errorf("tell the homeserver about %d invites: status %d", pending, status)
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.forgetInvites(id)
	return assoc, nil
}

func (s *IdentityServer) associate(id threepid.ID, mxid string) (assoc object, pending int) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.bound[id], s.boundAt[id] = mxid, s.Now().UnixMilli()
	var invites []any
	for _, i := range s.invites {
		if i.id != id || i.sent {
			continue
		}
		signed := object{"mxid": mxid, "token": i.token}
		s.signLongTerm(signed)
		invites = append(invites, object{
			"medium": id.Medium, "address": id.Address, "room_id": i.room, "sender": i.sender, "token": i.token,
			"mxid": mxid, "signed": signed,
		})
		i.sent = true
	}
	assoc = s.association(id, mxid)
	if len(invites) > 0 {
		delete(assoc, "signatures")
		assoc["invites"] = invites
		s.signLongTerm(assoc)
	}
	return assoc, len(invites)
}

// forgetInvites is delete_tokens_on_bind: the mailed links of an address are not valid after it was bound.
func (s *IdentityServer) forgetInvites(id threepid.ID) {
	kept := s.invites[:0]
	for _, i := range s.invites {
		if i.id != id {
			kept = append(kept, i)
		}
	}
	clear(s.invites[len(kept):])
	s.invites = kept
}
