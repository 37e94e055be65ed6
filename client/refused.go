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

// Reasons why an invite cannot be taken, beside the types below.
var (
	ErrAlreadyJoined = errors.New("you are in this room already")
	ErrNoRoomNamed   = errors.New("the link does not say to which room it is an invite")
)

// A Refusal is why a room does not let somebody in who has an invite's link.
type Refusal string

// The refusals that can be told from each other.
const (
	RefusedRevoked    Refusal = "revoked"         // the invite was taken back
	RefusedOtherKey   Refusal = "other-key"       // the room's invite is not the link's any more
	RefusedNotInvited Refusal = "not-invited"     // one of the two, or no such invite: the room does not say
	RefusedBanned     Refusal = "banned"          // the account is
	RefusedKey        Refusal = "key-not-valid"   // the identity server no longer vouches for the key
	RefusedUnchecked  Refusal = "key-unchecked"   // it did not answer the homeserver
	RefusedRestricted Refusal = "restricted"      // the room wants membership of another
	RefusedFar        Refusal = "not-forwarded"   // the inviter's homeserver did not take the proof
	RefusedNoRoute    Refusal = "no-server-known" // no server is known that is in the room
)

// A RefusedError says that a room did not let the account in.
type RefusedError struct {
	Reason Refusal
	Err    error // what the homeserver answered; nil if it did not have to be asked
}

func (e *RefusedError) Error() string {
	switch e.Reason {
	case RefusedRevoked:
		return "the invite was taken back"
	case RefusedOtherKey:
		return "the invite in the room was made anew since the mail was sent, and the link's key does not fit it"
	case RefusedBanned:
		return "you are banned from this room"
	case RefusedKey:
		return "the identity server no longer vouches for the invite's key"
	case RefusedUnchecked:
		return "the homeserver could not ask the identity server whether the invite's key still counts"
	case RefusedRestricted:
		return "the room lets in only who is in another room or space"
	case RefusedFar:
		return "the homeserver of who invited you did not take the invite's proof"
	case RefusedNoRoute:
		return "your homeserver knows no server that is in the room"
	default:
		return "the room does not know this invite: it was taken back, or made anew since, or never was one to this room"
	}
}

func (e *RefusedError) Unwrap() error { return e.Err }

// An UncertainJoinError says that a request to join was sent, no answer came,
// and the account does not stand in the room so far.
type UncertainJoinError struct {
	RoomID id.RoomID
	Err    error // why there is no answer
}

func (e *UncertainJoinError) Error() string {
	return fmt.Sprintf("no answer came, so it is uncertain whether you joined %s: %v", e.RoomID, e.Err)
}

func (e *UncertainJoinError) Unwrap() error { return e.Err }

// explainJoin reads why a homeserver refused a join. The spec gives most of it
// no error code, so that Synapse's words have to do.
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

// hintAccept is for an invite that could not be accepted.
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
	}
	for _, h := range []struct {
		reason error
		hint   HintKind
	}{
		{ErrAlreadyJoined, HintNothing},
		{ErrNoRoomNamed, HintNameRoom},
		{ErrNobodySigns, HintNameInviter},
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
	switch {
	case errors.Is(e.Err, ErrForgotten):
		return HintForgotten
	case errors.Is(e.Err, ErrNotConfirmed):
		return HintConfirm
	case errors.As(e.Err, &unreachable):
		return HintSignerUnreachable
	case errors.Is(e.Err, invite.ErrSignedForOther), errors.Is(e.Err, invite.ErrSignedOther), errors.Is(e.Err, invite.ErrSignature), errors.Is(e.Err, invite.ErrNotSigned):
		return HintCheckSender
	default:
		return HintAskSender
	}
}
