package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Hint says in a sentence what a person can do about an error; empty if
// nothing comes to mind.
func Hint(err error) string {
	for _, hint := range []func(error) string{hintAccept, hintReason, hintSignIn, hintHomeserver, hintIdentity, hintKeys} {
		if s := hint(err); s != "" {
			return s
		}
	}
	return ""
}

func hintReason(err error) string {
	for _, h := range []struct {
		reason error
		hint   string
	}{
		{errLockBusy, "Wait for it, or end it: it is another mxinvite that uses your account."},
		{ErrPassword, "Check the user name and type the password again. Capital letters count."},
		{ErrToken, "Copy the token again, whole. It may also have been signed out meanwhile."},
		{ErrLoginToken, "Begin again: what single sign-on gives is good once, and for about two minutes."},
		{ErrNotOffered, "Choose another way to sign in, or look the homeserver up again: it may have changed."},
		{oauth.ErrDenied, "Begin again if that was not meant, and approve it this time."},
		{oauth.ErrExpired, "Begin again with a new code. If the server's page refused it, for example because you have too many sessions, end one of them first."},
		{oauth.ErrNotAnswer, "Copy the whole address out of the browser, after you have signed in there. The page itself may show an error."},
		{oauth.ErrState, "Begin again, and use the address that you are shown now."},
		{oauth.ErrMixUp, "Do not go on: another server stands between you and yours. Tell the people who run your homeserver."},
		{ErrNoPassword, "Sign in with an account on a homeserver that takes passwords."},
		{ErrNoServerNamed, "Type your Matrix ID, such as @you:example.org, or your homeserver's name."},
		{ErrNotJoined, "Join the room in your Matrix client first. mxinvite rooms lists those you are in."},
		{ErrNoIdentityServer, "Set an identity server in your Matrix client's settings, or give --identity-server."},
		{ErrIdentityServerOff, "Choose an identity server in your Matrix client's settings if you want to invite by e-mail."},
		{ErrNoInvite, "mxinvite list shows the invites of a room with their tokens."},
		{ErrNoStore, "Make sure that mxinvite may write to its directory: mxinvite says at the start why it cannot."},
		{ErrNotWaiting, "Look at the outbox again: mxinvite outbox."},
		{threepid.ErrNotAddress, "Type an address such as grace@navy.example, or a Matrix ID such as @grace:navy.example."},
		{recipients.ErrNoAddress, "Type an address such as grace@navy.example, or a Matrix ID such as @grace:navy.example."},
		{recipients.ErrPhone, "Matrix can invite a phone number (medium msisdn), but only through an identity server that sends SMS. Those that do are rare."},
	} {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}

func hintSignIn(err error) string {
	var other *OtherUserError
	var unsaved *SessionNotSavedError
	var renewal *RenewalError
	var refused *oauth.Error
	switch {
	case errors.As(err, &other):
		return fmt.Sprintf("Sign in as %s, in a private window of the browser if it knows you as somebody else.", other.Want)
	case errors.As(err, &unsaved):
		return "Check that the disk is not full and that the folder is yours, before you close mxinvite."
	case !errors.As(err, &refused):
		return ""
	case errors.As(err, &renewal):
		return "Try again in some minutes. If it stays so, sign in again."
	}
	switch refused.Code {
	case "invalid_redirect_uri", "invalid_client_metadata":
		return "The homeserver takes no programs like this one. Choose another way to sign in."
	case "invalid_grant":
		return "Begin again: what was approved is good once, and not for long."
	case "server_error", "temporarily_unavailable":
		return "Try again in some minutes."
	}
	return "Choose another way to sign in. If it stays so, tell the people who run the homeserver."
}

func hintHomeserver(err error) string {
	var discovery *DiscoveryError
	var unconfirmed *EndNotConfirmedError
	var gone *SignedOutError
	var limit *RateLimitError
	var power *PowerError
	var member *MemberError
	var terms *TermsError
	var uncertain *UncertainError
	var unreachable *UnreachableError
	var refused *ServerError
	switch {
	case errors.As(err, &discovery):
		return "Check the spelling, or give the homeserver's URL, such as https://matrix.example.org."
	case errors.As(err, &gone):
		return "Sign in again. Nothing else is lost."
	case errors.As(err, &unconfirmed):
		return "Nothing of it is kept here. " + unconfirmed.Where()
	case is[*AccountLockedError](err), is[*AccountSuspendedError](err):
		return "You stay signed in here. Ask the people who run your homeserver."
	case errors.As(err, &limit):
		if limit.RetryAfter > 0 {
			return fmt.Sprintf("Try again in %s.", limit.RetryAfter.Round(time.Second))
		}
		return "Try again in some minutes."
	case errors.As(err, &power):
		return fmt.Sprintf("Ask somebody in charge of %s to raise your power level to %d.", power.Room, power.Need)
	case errors.As(err, &member):
		if member.Membership == "ban" {
			return "Somebody in charge has to lift the ban first."
		}
		return "There is nothing to do."
	case is[*PendingError](err):
		return "Send it again only if that one is not to the same person, or is lost."
	case errors.As(err, &terms):
		return "Read and accept them in mxinvite, or with: mxinvite send --accept-terms."
	case errors.As(err, &uncertain):
		return "If it went out, the room shows it within minutes. Send it again only if the person has no mail."
	case errors.As(err, &unreachable):
		return "Check your connection, and that the homeserver is up."
	case errors.As(err, &refused) && refused.Code == "M_FORBIDDEN":
		return "Your place in the room may have changed. Look at the list of rooms."
	}
	return ""
}

func hintIdentity(err error) string {
	var trouble *IdentityTroubleError
	var unreachable *identity.UnreachableError
	var refused *identity.Error
	switch {
	case errors.As(err, &unreachable):
		return "Try again later, or choose another identity server in your Matrix client's settings."
	case errors.As(err, &refused):
		if refused.RetryAfter > 0 {
			return fmt.Sprintf("Try again in %s.", refused.RetryAfter.Round(time.Second))
		}
		return "Try again later. If it stays so, tell the people who run the identity server."
	case errors.As(err, &trouble):
		return "It may be asked too often, or not be in reach of the homeserver. Try again in some minutes."
	}
	return ""
}

func hintKeys(err error) string {
	var refused *keycheck.RefusedError
	if !errors.As(err, &refused) {
		return ""
	}
	how := ""
	if refused.HTTP {
		how += " --http"
	}
	if refused.Private {
		how += " --private"
	}
	return "To allow it to this host: mxinvite trust" + how + " " + refused.Host
}
