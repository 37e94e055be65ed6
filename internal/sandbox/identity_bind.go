package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A validation is the attempt to show that an address is one's own.
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
	return s != "" && len(s) <= 255 && strings.Trim(s, alnum+".=_-") == ""
}

// requestToken mails a code: https://spec.matrix.org/latest/identity-service-api/#email-associations. Sydent never
// remembers the number of the attempt, so each one mails.
func (s *identityServer) requestToken(c *call) (any, error) {
	sender := "127.0.0.1"
	if !isV1(c) {
		a, err := s.authenticate(c, true)
		if err != nil {
			return nil, err
		}
		sender = a.user
	}
	if _, ok := s.mailLimit.take(sender, s.now()); !ok {
		return nil, fail(http.StatusTooManyRequests, "M_UNKNOWN", "Too many requests")
	}
	args, err := c.params("email", "client_secret", "send_attempt")
	if err != nil {
		return nil, err
	}
	email, secret := str(args["email"]), str(args["client_secret"])
	if _, ok := level(args["send_attempt"]); !ok {
		return nil, invalidParam(fmt.Sprintf("send_attempt should be an integer (got %v", args["send_attempt"]))
	}
	if !isClientSecret(secret) {
		return nil, invalidParam("Invalid client_secret provided")
	}
	if n := utf8.RuneCountInString(email); n == 0 || n > maxAddress {
		return nil, invalidParam("Invalid email provided")
	}
	if !validAddress(email) {
		return nil, fail(http.StatusBadRequest, "M_INVALID_EMAIL", "Invalid email address")
	}
	v := s.validationOf(email, secret)
	v.at = s.now()
	s.mailCode(v)
	return object{"sid": v.sid}, nil
}

func (s *identityServer) validationOf(email, secret string) *validation {
	for _, v := range s.sessions {
		if v.email == email && v.secret == secret {
			return v
		}
	}
	v := &validation{
		sid: strconv.FormatUint(s.dice.number("sid", 1<<31), 10), email: email, secret: secret,
		code: s.dice.pick("code", alnum, 32),
	}
	s.sessions[v.sid] = v
	return v
}

func (s *identityServer) mailCode(v *validation) {
	link := s.opts.IdentityServerURL + "/_matrix/identity/api/v1/validate/email/submitToken?token=" + v.code +
		"&client_secret=" + escape(v.secret) + "&sid=" + v.sid
	s.mailbox = append(s.mailbox, Mail{
		At: s.now(), To: fold(v.email), Subject: "Confirm your email address for Matrix", Link: link, Code: v.code,
		Text: "If this was you, please click this link to confirm the address:\n\n" + link + "\n",
	})
}

// submitToken hands the mailed code in. Its refusals come with status 200.
func (s *identityServer) submitToken(c *call) (any, error) {
	if !isV1(c) {
		if _, err := s.authenticate(c, true); err != nil {
			return nil, err
		}
	}
	args, err := c.params("token", "sid", "client_secret")
	if err != nil {
		return nil, err
	}
	if !isClientSecret(str(args["client_secret"])) {
		return nil, invalidParam("Invalid client_secret provided")
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
	case s.now().Sub(v.at) > validationLifetime:
		return refuse("M_SESSION_EXPIRED", "This validation session has expired: call requestToken again")
	case v.code != args["token"]:
		return refuse("M_NO_VALID_SESSION", "No session could be found with this sid")
	}
	v.valid = true
	return object{"success": true}, nil
}

func sidOf(args object) string {
	if n, ok := level(args["sid"]); ok {
		return strconv.Itoa(n)
	}
	return str(args["sid"])
}

// bind ties a confirmed address to a Matrix ID.
func (s *identityServer) bind(c *call) (any, error) {
	email, mxid, err := s.checkBind(c)
	if err != nil {
		return nil, err
	}
	assoc, _ := s.addBinding(c.ctx, foldFor("email", email), mxid) // Sydent tells the homeserver behind its answer's back
	return assoc, nil
}

func (s *identityServer) checkBind(c *call) (email, mxid string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.authenticate(c, true)
	if err != nil {
		return "", "", err
	}
	args, err := c.params("sid", "client_secret", "mxid")
	if err != nil {
		return "", "", err
	}
	if !isClientSecret(str(args["client_secret"])) {
		return "", "", invalidParam("Invalid client_secret provided")
	}
	if a.user != args["mxid"] {
		return "", "", fail(http.StatusForbidden, "M_UNAUTHORIZED", "This user is prohibited from binding to the mxid")
	}
	v := s.sessions[sidOf(args)]
	switch {
	case v == nil || v.secret != args["client_secret"]:
		return "", "", fail(http.StatusNotFound, "M_NO_VALID_SESSION",
			"No valid session was found matching that sid and client secret")
	case s.now().Sub(v.at) > validationLifetime:
		return "", "", fail(http.StatusBadRequest, "M_SESSION_EXPIRED",
			"This validation session has expired: call requestToken again")
	case !v.valid:
		return "", "", fail(http.StatusBadRequest, "M_SESSION_NOT_VALIDATED",
			"This validation session has not yet been completed")
	}
	return v.email, a.user, nil
}

// addBinding keeps an association and tells the homeserver about it with the invites that waited, each signed with
// the long-term key. Where Sydent would try again for ever, this gives up; the invites count as sent either way.
func (s *identityServer) addBinding(ctx context.Context, id threePID, mxid string) (object, error) {
	assoc, pending := s.associate(id, mxid)
	status, _, err := s.ask(ctx, fromIdentityServer, post,
		s.opts.HomeserverURL+"/_matrix/federation/v1/3pid/onbind", "", assoc)
	if err != nil {
		return assoc, err
	}
	if status != http.StatusOK {
		return assoc, fmt.Errorf("tell the homeserver about %d invites: status %d", pending, status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetInvites(id)
	return assoc, nil
}

func (s *identityServer) associate(id threePID, mxid string) (assoc object, pending int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bound[id], s.boundAt[id] = mxid, s.now().UnixMilli()
	var invites []any
	for _, i := range s.invites {
		if i.id != id || i.sent {
			continue
		}
		signed := object{"mxid": mxid, "token": i.token}
		s.signLongTerm(signed)
		invites = append(invites, object{
			"medium": id.medium, "address": id.address, "room_id": i.room, "sender": i.sender, "token": i.token,
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

// forgetInvites is delete_tokens_on_bind: the mailed links of an address die once it is bound.
func (s *identityServer) forgetInvites(id threePID) {
	kept := s.invites[:0]
	for _, i := range s.invites {
		if i.id != id {
			kept = append(kept, i)
		}
	}
	clear(s.invites[len(kept):])
	s.invites = kept
}
