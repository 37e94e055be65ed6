package client

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/mail"
)

// A fate is what a response to an invite means for this invite and for the others in the
// outbox.
type fate int

const (
	// refused: it was not carried out, and would be refused again. The invite fails. If
	// the next one gets the same response, the user decides about the others.
	refused fate = iota
	// personal: refused because of the invitee. The invite fails, the others are sent.
	personal
	// passing: it was not carried out, for a reason that concerns all invites and that
	// passes. The invite stays queued, and all wait.
	passing
	// blocked: it was not carried out, for a reason that concerns all invites and that
	// does not pass by itself. The invite stays queued, and the user decides about all.
	blocked
	// late: as blocked, but the homeserver may have had the mail sent before. The invite
	// fails, and the user decides about the others.
	late
	// unclear: it may have been carried out. The invite is uncertain; before the next
	// one the outbox waits and looks whether the server is back.
	unclear
)

// An answer is a response, or several that are alike, to an invite. Its says is what a
// response means that concerns all invites, after the name of the server.
type answer struct {
	status int    // 0 for any
	code   string // empty for any
	text   string // beginning of the message; empty for any
	fate   fate
	says   string
}

// notMatrix is the code of an answer that is not of Matrix: of a proxy, for example.
const notMatrix = "-"

// answers are the responses that have a meaning of their own, the first that matches
// counts. For the others see [fateOf].
//
// Synapse checks the permissions of the sender only after the identity server has sent
// the mail:
// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/room_member.py
// (do_3pid_invite) has what it checks before, and
// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/message.py
// (create_event, create_and_send_nonmember_event) what comes after.
func answers() []answer {
	return []answer{
		// After the mail, in Synapse.
		{code: "M_CONSENT_NOT_GIVEN", fate: late, says: "asks you to accept its terms of use first"},
		{code: "M_RESOURCE_LIMIT_EXCEEDED", fate: late, says: "has reached a limit of its resources"},
		{code: "M_USER_DEACTIVATED", fate: late, says: "has deactivated your account"},

		// https://github.com/matrix-construct/tuwunel/blob/main/src/api/client/membership/invite.rs
		// refuses every invite by e-mail.
		{code: "M_THREEPID_DENIED", fate: blocked, says: "does not accept invites by e-mail"},
		{code: "M_THREEPID_MEDIUM_NOT_SUPPORTED", fate: blocked, says: "does not accept invites by e-mail"},
		// https://github.com/element-hq/dendrite/blob/main/clientapi/routing/membership.go
		// (checkAndProcessThreepid): the identity server is not one of
		// trusted_third_party_id_servers. Mails are sent after that.
		{code: "M_SERVER_NOT_TRUSTED", fate: blocked, says: "does not trust the identity server"},
		// Before the mail, in Synapse: enable_3pid_lookup is off, or the address of the
		// identity server is blocked; and block_non_admin_invites.
		{status: http.StatusForbidden, code: "M_UNKNOWN", fate: blocked, says: "does not send invites by e-mail"},
		{code: "M_FORBIDDEN", text: "Invites have been disabled", fate: blocked, says: "accepts no invites"},
		{code: "M_FORBIDDEN", text: "Guest access", fate: blocked, says: "accepts no invites of guests"},
		{code: "M_GUEST_ACCESS_FORBIDDEN", fate: blocked, says: "accepts no invites of guests"},
		{code: "M_UNRECOGNIZED", fate: blocked, says: "does not know this request"},
		// The requests for all invitees have the same form.
		{code: "M_MISSING_PARAM", fate: blocked, says: "does not accept the form of the invites"},
		{code: "M_BAD_JSON", fate: blocked, says: "does not accept the form of the invites"},
		{code: "M_NOT_JSON", fate: blocked, says: "does not accept the form of the invites"},

		{code: "M_INVITE_BLOCKED", fate: personal},
		{code: "M_THREEPID_IN_USE", fate: personal},
		{code: "M_INVALID_EMAIL", fate: personal},
		{code: "M_INVALID_PARAM", fate: personal},

		// Of a proxy in front of the homeserver. With 408 and 425 the request did not
		// arrive; a proxy without a backend responds with 404 or 421 (RFC 9110, RFC 8470);
		// 511 and redirects are of a network that wants a sign-in (RFC 6585, section 6).
		{status: http.StatusRequestTimeout, code: notMatrix, fate: passing},
		{status: http.StatusNotFound, code: notMatrix, fate: passing},
		{status: http.StatusMisdirectedRequest, code: notMatrix, fate: passing},
		{status: http.StatusTooEarly, code: notMatrix, fate: passing},
		{status: http.StatusNetworkAuthenticationRequired, code: notMatrix, fate: passing},
		{status: http.StatusMovedPermanently, code: notMatrix, fate: passing},
		{status: http.StatusFound, code: notMatrix, fate: passing},
		{status: http.StatusTemporaryRedirect, code: notMatrix, fate: passing},
		{status: http.StatusPermanentRedirect, code: notMatrix, fate: passing},
		// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
		// There was no connection to the homeserver, or no TLS handshake. The others of
		// Cloudflare (520, 522, 524) leave it open.
		{status: 521, code: notMatrix, fate: passing},
		{status: 523, code: notMatrix, fate: passing},
		{status: 525, code: notMatrix, fate: passing},
		{status: 526, code: notMatrix, fate: passing},
		{status: 530, code: notMatrix, fate: passing},
		{status: http.StatusNotImplemented, fate: blocked, says: "does not know this request"},
	}
}

func (a answer) matches(e *ServerError) bool {
	return (a.status == 0 || a.status == e.Status) &&
		(a.code == "" || a.code == e.Code || a.code == notMatrix && e.Code == "") &&
		strings.HasPrefix(e.Message, a.text)
}

// answerTo returns what an error response to an invite means.
func answerTo(e *ServerError) answer {
	for _, a := range answers() {
		if a.matches(e) {
			return a
		}
	}
	switch {
	case e.Status >= 500, e.Status < 400: // also a 200 that is not JSON, as of a network that wants a sign-in
		return answer{fate: unclear}
	case e.Code == "": // of a proxy, before the request reached the homeserver
		return answer{fate: blocked, says: "does not let the request pass"}
	}
	return answer{fate: refused}
}

// fateOf returns what the error of a request means for invites.
func fateOf(err error) fate {
	if failed, ok := errors.AsType[*mail.Error](err); ok {
		return mailFate(failed)
	}
	e, ok := errors.AsType[*ServerError](err)
	switch {
	case ok:
		return answerTo(e).fate
	case is[*AccountSuspendedError](err):
		return late
	case session.NoResponse(err):
		return unclear
	case is[*RateLimitError](err):
		return passing
	}
	return refused
}

// A BlockedError says that no invite can be sent, for a reason that does not pass by
// itself.
type BlockedError struct {
	Server string
	Says   string // after the name of the server
	Err    error
}

func (e *BlockedError) Error() string {
	return fmt.Sprintf("%s %s (%s)", e.Server, e.Says, brief(e.Err))
}

func (e *BlockedError) Unwrap() error { return e.Err }

// blockedBy returns why no invite can be sent after the response to one.
func blockedBy(err error) error {
	if e, ok := errors.AsType[*ServerError](err); ok {
		return &BlockedError{Server: e.Server, Says: answerTo(e).says, Err: e}
	}
	return err
}

// brief returns what a server responded, without the server.
func brief(err error) string {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return err.Error()
	}
	detail := e.Code
	if detail == "" {
		detail = "HTTP " + strconv.Itoa(e.Status)
	}
	if e.Message != "" {
		detail += ": " + e.Message
	}
	return detail
}

// whyBlocked returns why no invite can be sent, if err says so before any request to
// invite was sent; nil otherwise.
func whyBlocked(err error) error {
	if hasNoIdentityServer(err) || is[*AccountSuspendedError](err) || is[*NoMailError](err) {
		return err
	}
	if e, ok := errors.AsType[*identity.Error](err); ok {
		if e.Status < 400 || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Code == "M_LIMIT_EXCEEDED" {
			return nil
		}
		return &BlockedError{Server: "the identity server " + e.Server, Says: "refuses to be used by your account", Err: &e.ServerError}
	}
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return nil
	}
	switch a := answerTo(e); a.fate {
	case passing, unclear:
		return nil
	default:
		return &BlockedError{Server: e.Server, Says: whatFor(err, a), Err: e}
	}
}

// whatFor says what a homeserver refuses before an invite is sent.
func whatFor(err error, a answer) string {
	switch {
	case errors.Is(err, errOpenID):
		return "gives no token for the identity server, which invites by e-mail need"
	case a.says != "":
		return a.says
	}
	return "refuses a request that invites need"
}
