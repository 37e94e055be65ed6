package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/session"
)

func TestAnswersToInvites(t *testing.T) {
	for _, tc := range []struct {
		status int
		code   string
		text   string
		want   fate
	}{
		// Synapse
		{403, "M_FORBIDDEN", "You don't have permission to invite users", refused},
		{403, "M_FORBIDDEN", "Invites have been disabled on this server", blocked},
		{403, "M_FORBIDDEN", "Guest access not allowed", blocked},
		{403, "M_UNKNOWN", "Looking up third-party identifiers is denied from this server", blocked},
		{403, "M_UNKNOWN", "IP address blocked", blocked},
		{403, "M_CONSENT_NOT_GIVEN", "", late},
		{403, "M_RESOURCE_LIMIT_EXCEEDED", "", late},
		{403, "M_USER_DEACTIVATED", "", late},
		{403, "M_INVITE_BLOCKED", "", personal},
		{400, "M_MISSING_PARAM", "", blocked},
		{500, "M_UNKNOWN", "Internal server error", unclear},
		{500, "M_UNKNOWN", "Timed out contacting identity server", unclear},
		{502, "M_UNKNOWN", "", unclear},
		// Tuwunel, Dendrite, continuwuity
		{403, "M_THREEPID_DENIED", "Third party identifiers are not implemented", blocked},
		{400, "M_SERVER_NOT_TRUSTED", "", blocked},
		{500, "", "", unclear},
		{404, "M_NOT_FOUND", "User not found.", refused},
		// any
		{404, "M_UNRECOGNIZED", "", blocked},
		{405, "M_UNRECOGNIZED", "", blocked},
		{501, "M_UNRECOGNIZED", "", blocked},
		{400, "M_BAD_JSON", "", blocked},
		{400, "M_INVALID_PARAM", "", personal},
		{400, "M_UNKNOWN", "", refused},
		{418, "M_SOMETHING_NEW", "", refused},
		// proxies
		{200, "", "", unclear},
		{301, "", "", passing},
		{302, "", "", passing},
		{303, "", "", unclear}, // the request was carried out, says RFC 9110
		{307, "", "", passing},
		{400, "", "", blocked},
		{401, "", "", blocked},
		{403, "", "", blocked},
		{404, "", "", passing},
		{405, "", "", blocked},
		{408, "", "", passing},
		{413, "", "", blocked},
		{421, "", "", passing},
		{425, "", "", passing},
		{502, "", "", unclear},
		{503, "", "", unclear},
		{504, "", "", unclear},
		{511, "", "", passing},
		{520, "", "", unclear},
		{521, "", "", passing},
		{522, "", "", unclear},
		{523, "", "", passing},
		{524, "", "", unclear},
		{525, "", "", passing},
		{526, "", "", passing},
		{530, "", "", passing},
		{599, "", "", unclear},
	} {
		a := answerTo(&ServerError{Status: tc.status, Code: tc.code, Message: tc.text})
		if a.fate != tc.want || (a.says == "") == (a.fate == blocked || a.fate == late) {
			t.Errorf("%d %s %s: fate %d, %q; want fate %d", tc.status, tc.code, tc.text, a.fate, a.says, tc.want)
		}
	}
	for _, tc := range []struct {
		err  error
		want fate
	}{
		{&RateLimitError{Server: "hs"}, passing},
		{&AccountSuspendedError{Server: "hs"}, late},
		{&UnreachableError{Server: "hs", Err: errors.New("reset by peer")}, unclear},
		{fmt.Errorf("invite: %w", context.Canceled), unclear},
		{&session.RenewalError{Err: errors.New("no")}, refused},
	} {
		if got := fateOf(tc.err); got != tc.want {
			t.Errorf("%v: fate %d, want %d", tc.err, got, tc.want)
		}
	}
}

// What no server can have meant before an invite was sent does not stop the outbox.
func TestWhyBlockedBeforeAnInvite(t *testing.T) {
	for status, code := range map[int]string{
		http.StatusBadGateway: "", http.StatusNotFound: "", http.StatusServiceUnavailable: "M_UNKNOWN",
	} {
		if err := whyBlocked(&ServerError{Server: "hs", Status: status, Code: code}); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	err := whyBlocked(fmt.Errorf("%w: %w", errOpenID, &ServerError{Server: "hs", Status: 404, Code: "M_UNRECOGNIZED", Message: "no"}))
	if err == nil || !strings.HasPrefix(err.Error(), "hs gives no token for the identity server") {
		t.Error(err)
	}
}
