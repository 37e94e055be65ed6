package client

import (
	"errors"
	"net/http"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Advise returns advice on what a user can do about an error.
func Advise(err error) Advice {
	for _, advise := range []func(error) Advice{kindOf(hintPending), kindOf(hintAccept), kindOf(hintReason), adviseSignIn, adviseHomeserver, adviseIdentity, adviseKeys, kindOf(hintMail)} {
		if a := advise(err); a.Kind != "" {
			return a
		}
	}
	return Advice{}
}

// kindOf returns a function that gives advice without values.
func kindOf(hint func(error) HintKind) func(error) Advice {
	return func(err error) Advice { return Advice{Kind: hint(err)} }
}

// hintPending is checked first: it is the only hint about a decision of the user.
func hintPending(err error) HintKind {
	if is[*PendingError](err) {
		return HintPending
	}
	return ""
}

func hintReason(err error) HintKind {
	for _, h := range []struct {
		reason error
		hint   HintKind
	}{
		{session.ErrLockBusy, HintOtherProgram},
		{ErrPassword, HintPassword},
		{ErrToken, HintToken},
		{ErrLoginToken, HintLoginToken},
		{ErrNotOffered, HintOtherWay},
		{oauth.ErrDenied, HintApprove},
		{oauth.ErrExpired, HintNewCode},
		{oauth.ErrNotRedirect, HintCopyAddress},
		{oauth.ErrState, HintNewAddress},
		{oauth.ErrMixUp, HintMixUp},
		{ErrNoPassword, HintNoPassword},
		{discovery.ErrNoServerNamed, HintServerName},
		{ErrNotJoined, HintNotJoined},
		{ErrNoIdentityServer, HintSetIdentityServer},
		{ErrIdentityServerOff, HintIdentityServerOff},
		{ErrNoInvite, HintListInvites},
		{ErrNoStore, HintStore},
		{ErrNotWaiting, HintOutbox},
		{threepid.ErrNotAddress, HintAddress},
		{recipients.ErrNoAddress, HintAddress},
		{recipients.ErrPhone, HintPhone},
	} {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}

func hintMail(err error) HintKind {
	if unmailed, ok := errors.AsType[*UnmailedError](err); ok && unmailed.Uncertain {
		return HintMailUncertain
	}
	if is[*NoMailError](err) {
		return HintMailSettings
	}
	if failed, ok := errors.AsType[*mail.Error](err); ok {
		switch failed.Result {
		case mail.Unusable:
			return HintMailSettings
		case mail.Deferred, mail.Unavailable:
			return HintMailDeferred
		case mail.Rejected, mail.Failed:
			return HintMailFailed
		case mail.Uncertain:
			return HintMailUncertain
		}
	}
	return ""
}

func adviseSignIn(err error) Advice {
	var other *OtherUserError
	var unsaved *SessionNotSavedError
	var renewal *RenewalError
	var refused *oauth.Error
	switch {
	case errors.As(err, &other):
		return Advice{HintOtherUser, HintValues{User: string(other.Want)}}
	case errors.As(err, &unsaved):
		return Advice{Kind: HintDisk}
	case !errors.As(err, &refused):
		return Advice{}
	case errors.As(err, &renewal):
		return Advice{Kind: HintSignInLater}
	}
	switch refused.Code {
	case "invalid_redirect_uri", "invalid_client_metadata":
		return Advice{Kind: HintWayRefused}
	case "invalid_grant":
		return Advice{Kind: HintGrant}
	case "server_error", "temporarily_unavailable":
		return Advice{Kind: HintTryAgain}
	}
	return Advice{Kind: HintSignInRefused}
}

func adviseHomeserver(err error) Advice {
	var notFound *discovery.Error
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
	case is[*UnclearError](err), is[*RefusedInvitesError](err):
		return Advice{Kind: HintUnclear}
	case errors.Is(err, errOpenID) && is[*ServerError](err):
		return Advice{Kind: HintOpenID}
	case is[*BlockedError](err):
		return Advice{Kind: HintBlocked}
	case errors.As(err, &notFound) && notFound.LoopbackOverHTTPS():
		return Advice{HintLoopback, HintValues{Host: notFound.Server}}
	case errors.As(err, &notFound):
		return Advice{Kind: HintSpelling}
	case errors.As(err, &gone):
		return Advice{HintSignIn, HintValues{User: string(gone.UserID), Homeserver: gone.Homeserver}}
	case errors.As(err, &unconfirmed):
		return Advice{HintEndSession, HintValues{Where: unconfirmed.Where()}}
	case is[*AccountLockedError](err), is[*AccountSuspendedError](err):
		return Advice{Kind: HintAccountLocked}
	case errors.As(err, &limit):
		if limit.RetryAfter > 0 {
			return Advice{HintWait, HintValues{Wait: limit.RetryAfter}}
		}
		return Advice{Kind: HintTryAgain}
	case errors.As(err, &power):
		return Advice{HintPower, HintValues{Room: power.Room, Level: power.Need}}
	case is[*ReplacedError](err):
		return Advice{Kind: HintReplaced}
	case is[*LinkUnsupportedError](err):
		return Advice{Kind: HintInviteUserID}
	case is[*NoSuccessorError](err):
		return Advice{Kind: HintJoinSuccessor}
	case errors.As(err, &member):
		if member.Membership == "ban" {
			return Advice{Kind: HintLiftBan}
		}
		return Advice{Kind: HintNothing}
	case errors.As(err, &terms):
		return Advice{Kind: HintTerms}
	case errors.As(err, &uncertain):
		return Advice{Kind: HintUncertain}
	case errors.As(err, &unreachable):
		return Advice{Kind: HintConnection}
	case errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests:
		return Advice{Kind: HintTryAgain}
	case errors.As(err, &refused) && refused.Code == "M_FORBIDDEN":
		return Advice{Kind: HintForbidden}
	}
	return Advice{}
}

func adviseIdentity(err error) Advice {
	var trouble *IdentityTroubleError
	var unreachable *identity.UnreachableError
	var refused *identity.Error
	switch {
	case errors.As(err, &unreachable):
		return Advice{Kind: HintIdentityLater}
	case errors.As(err, &refused):
		if refused.RetryAfter > 0 {
			return Advice{HintWait, HintValues{Wait: refused.RetryAfter}}
		}
		return Advice{Kind: HintIdentityRefused}
	case errors.As(err, &trouble):
		return Advice{Kind: HintIdentityBusy}
	}
	return Advice{}
}

func adviseKeys(err error) Advice {
	var refused *keycheck.RefusedError
	if !errors.As(err, &refused) {
		return Advice{}
	}
	return Advice{HintTrust, HintValues{Host: refused.Host, HTTP: refused.HTTP, Private: refused.Private}}
}
