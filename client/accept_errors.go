package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
)

// Reasons why an invite cannot be accepted, besides the types below.
var (
	ErrAlreadyJoined = errors.New("you are in this room already")
	ErrNoRoomNamed   = errors.New("the link does not say to which room it is an invite")
)

// A Refusal is the reason why a user with the link of an invite cannot join the room.
type Refusal string

// The refusals that the homeserver's responses distinguish.
const (
	RefusedRevoked    Refusal = "revoked"         // the invite was revoked
	RefusedOtherKey   Refusal = "other-key"       // the invite in the room has another key than the link
	RefusedNotInvited Refusal = "not-invited"     // one of the above, or there is no such invite: the homeserver does not show which
	RefusedBanned     Refusal = "banned"          // the account is banned
	RefusedKey        Refusal = "key-not-valid"   // the identity server says that the key is not valid
	RefusedUnchecked  Refusal = "key-unchecked"   // the homeserver could not ask the identity server
	RefusedRestricted Refusal = "restricted"      // only members of another room may join
	RefusedFar        Refusal = "not-forwarded"   // the inviter's homeserver refused the proof
	RefusedNoRoute    Refusal = "no-server-known" // no server is known that is in the room
)

// A RefusedError says that the account could not join the room.
type RefusedError struct {
	Reason Refusal
	Err    error // error of the homeserver; nil if no join was requested
}

func (e *RefusedError) Error() string {
	switch e.Reason {
	case RefusedRevoked:
		return "the invite was revoked"
	case RefusedOtherKey:
		return "the invite in the room was replaced after the e-mail was sent, and has another key than the link"
	case RefusedBanned:
		return "you are banned from this room"
	case RefusedKey:
		return "the identity server says that the invite's key is no longer valid"
	case RefusedUnchecked:
		return "the homeserver could not ask the identity server whether the invite's key is valid"
	case RefusedRestricted:
		return "only members of another room or space may join the room"
	case RefusedFar:
		return "the inviter's homeserver refused the proof of the invite"
	case RefusedNoRoute:
		return "your homeserver knows no server that is in the room"
	default:
		return "the room has no such invite: it was revoked or replaced, or was for another room"
	}
}

func (e *RefusedError) Unwrap() error { return e.Err }

// A NotInvitedError says that neither the sender's homeserver sent an invite for a link
// that was issued without an identity server, nor the account's homeserver accepted the
// proof.
type NotInvitedError struct {
	Homeserver  string // of the sender
	Asked, Join error
}

func (e *NotInvitedError) Error() string {
	return fmt.Sprintf("%s, the homeserver of the sender, did not invite you (%v), and your homeserver could not accept the link itself: %v", e.Homeserver, e.Asked, e.Join)
}

func (e *NotInvitedError) Unwrap() []error { return []error{e.Asked, e.Join} }

// An UncertainJoinError says that there was no response to a join request, and that the
// account was not in the room afterwards.
type UncertainJoinError struct {
	RoomID id.RoomID
	Err    error // why there is no response
}

func (e *UncertainJoinError) Error() string {
	return fmt.Sprintf("there is no response, so it is uncertain whether you joined %s: %v", e.RoomID, e.Err)
}

func (e *UncertainJoinError) Unwrap() error { return e.Err }

// explainJoin returns the reason why a homeserver refused a join. The specification has
// error codes for few of the reasons, so explainJoin also compares the messages of
// Synapse.
func explainJoin(err error) error {
	var e *ServerError
	if !errors.As(err, &e) {
		return err
	}
	says := func(words string) bool { return strings.Contains(strings.ToLower(e.Message), words) }
	for _, r := range []struct {
		reason Refusal
		is     bool
	}{
		{RefusedBanned, says("banned")},
		{RefusedKey, says("certificate was invalid")},
		{RefusedUnchecked, says("certificate could not be checked")},
		{RefusedFar, says("forward third party invite")},
		{RefusedRestricted, e.Code == "M_UNABLE_TO_AUTHORISE_JOIN" || e.Code == "M_UNABLE_TO_GRANT_JOIN" || says("required rooms")},
		{RefusedNoRoute, e.Status == http.StatusNotFound},
		{RefusedNotInvited, e.Code == "M_FORBIDDEN"},
	} {
		if r.is {
			return &RefusedError{Reason: r.reason, Err: err}
		}
	}
	return fmt.Errorf("join the room: %w", err)
}

// hintAccept returns the advice for an invite that could not be accepted.
func hintAccept(err error) HintKind {
	var refused *RefusedError
	var signing *SigningError
	var uncertain *UncertainJoinError
	switch {
	case errors.As(err, &refused):
		return refused.hint()
	case errors.As(err, &uncertain):
		return HintCheckRooms
	case errors.As(err, &signing):
		return hintSigning(signing)
	case is[*NotInvitedError](err):
		return HintAskSender
	}
	for _, h := range []struct {
		reason error
		hint   HintKind
	}{
		{ErrAlreadyJoined, HintNothing},
		{ErrNoRoomNamed, HintNameRoom},
		{ErrNoSigner, HintNameInviter},
		{ErrNoAddress, HintWithoutBind},
		{ErrOtherIdentityServer, HintOtherIdentityServer},
		{ErrCode, HintCopyCode},
		{link.ErrEmpty, HintCopyLink},
		{link.ErrKey, HintCopyWholeLink},
		{link.ErrNoKey, HintCopyWholeLink},
		{link.ErrNoToken, HintCopyWholeLink},
		{link.ErrNotInvite, HintLongLink},
	} {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}

func (e *RefusedError) hint() HintKind {
	switch e.Reason {
	case RefusedBanned:
		return HintLiftBan
	case RefusedUnchecked, RefusedFar:
		return HintNothingLost
	case RefusedRestricted:
		return HintJoinParent
	case RefusedNoRoute:
		return HintAskForServer
	default:
		return HintAskForInvite
	}
}

func hintSigning(e *SigningError) HintKind {
	var unreachable *identity.UnreachableError
	links, refused := errors.AsType[*ServerError](e.Err) // of a links server
	switch {
	case refused && (links.Status == http.StatusGone || links.Status == http.StatusNotFound):
		return HintAskForInvite
	case refused && links.Status == http.StatusTooManyRequests:
		return HintTryAgain
	case errors.Is(e.Err, ErrForgotten):
		return HintForgotten
	case errors.Is(e.Err, ErrNotConfirmed):
		return HintConfirm
	case errors.As(e.Err, &unreachable), is[*UnreachableError](e.Err):
		return HintSignerUnreachable
	case errors.Is(e.Err, invite.ErrSignedForOther), errors.Is(e.Err, invite.ErrSignedOther), errors.Is(e.Err, invite.ErrSignature), errors.Is(e.Err, invite.ErrNotSigned):
		return HintCheckSender
	default:
		return HintAskSender
	}
}
