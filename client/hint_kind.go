package client

import "time"

// A HintKind says what a user can do about an error. The package wording has the
// texts, which name keys on the screen, and commands and flags elsewhere.
type HintKind string

// The kinds of hints.
const (
	HintLiftBan             HintKind = "lift-ban"
	HintNothingLost         HintKind = "nothing-lost"
	HintJoinParent          HintKind = "join-parent"
	HintAskForServer        HintKind = "ask-for-server"
	HintAskForInvite        HintKind = "ask-for-invite"
	HintForgotten           HintKind = "forgotten"
	HintConfirm             HintKind = "confirm"
	HintSignerUnreachable   HintKind = "signer-unreachable"
	HintCheckSender         HintKind = "check-sender"
	HintAskSender           HintKind = "ask-sender"
	HintCheckRooms          HintKind = "check-rooms"
	HintNothing             HintKind = "nothing"
	HintNameRoom            HintKind = "name-room"
	HintNameInviter         HintKind = "name-inviter"
	HintWithoutBind         HintKind = "without-bind"
	HintOtherIdentityServer HintKind = "other-identity-server"
	HintCopyCode            HintKind = "copy-code"
	HintCopyLink            HintKind = "copy-link"
	HintCopyWholeLink       HintKind = "copy-whole-link"
	HintLongLink            HintKind = "long-link"
	HintOtherProgram        HintKind = "other-program"
	HintPassword            HintKind = "password"
	HintToken               HintKind = "token"
	HintLoginToken          HintKind = "login-token"
	HintOtherWay            HintKind = "other-way"
	HintApprove             HintKind = "approve"
	HintNewCode             HintKind = "new-code"
	HintCopyAddress         HintKind = "copy-address"
	HintNewAddress          HintKind = "new-address"
	HintMixUp               HintKind = "mix-up"
	HintNoPassword          HintKind = "no-password"
	HintServerName          HintKind = "server-name"
	HintNotJoined           HintKind = "not-joined"
	HintSetIdentityServer   HintKind = "set-identity-server"
	HintIdentityServerOff   HintKind = "identity-server-off"
	HintListInvites         HintKind = "list-invites"
	HintStore               HintKind = "store"
	HintOutbox              HintKind = "outbox"
	HintAddress             HintKind = "address"
	HintPhone               HintKind = "phone"
	HintOtherUser           HintKind = "other-user"
	HintDisk                HintKind = "disk"
	HintSignInLater         HintKind = "sign-in-later"
	HintWayRefused          HintKind = "way-refused"
	HintGrant               HintKind = "grant"
	HintTryAgain            HintKind = "try-again"
	HintSignInRefused       HintKind = "sign-in-refused"
	HintSpelling            HintKind = "spelling"
	HintLoopback            HintKind = "loopback"
	HintSignIn              HintKind = "sign-in"
	HintEndSession          HintKind = "end-session"
	HintAccountLocked       HintKind = "account-locked"
	HintWait                HintKind = "wait"
	HintPower               HintKind = "power"
	HintPending             HintKind = "pending"
	HintReplaced            HintKind = "room-replaced"
	HintInviteUserID        HintKind = "invite-user-id"
	HintJoinSuccessor       HintKind = "join-successor"
	HintTerms               HintKind = "terms"
	HintUncertain           HintKind = "uncertain"
	HintConnection          HintKind = "connection"
	HintForbidden           HintKind = "forbidden"
	HintIdentityLater       HintKind = "identity-later"
	HintIdentityRefused     HintKind = "identity-refused"
	HintIdentityBusy        HintKind = "identity-busy"
	HintTrust               HintKind = "trust"
	HintBlocked             HintKind = "blocked"
	HintUnclear             HintKind = "unclear"
	HintTriedAgain          HintKind = "tried-again"
	HintOpenID              HintKind = "openid"
	HintMailSettings        HintKind = "mail-settings"
	HintMailFailed          HintKind = "mail-failed"
	HintMailDeferred        HintKind = "mail-deferred"
	HintMailUncertain       HintKind = "mail-uncertain"
)

// HintKinds returns all kinds of hints.
func HintKinds() []HintKind {
	return []HintKind{
		HintLiftBan, HintNothingLost, HintJoinParent, HintAskForServer, HintAskForInvite,
		HintForgotten, HintConfirm, HintSignerUnreachable, HintCheckSender, HintAskSender,
		HintCheckRooms, HintNothing, HintNameRoom, HintNameInviter, HintWithoutBind,
		HintOtherIdentityServer, HintCopyCode, HintCopyLink, HintCopyWholeLink, HintLongLink,
		HintOtherProgram, HintPassword, HintToken, HintLoginToken, HintOtherWay, HintApprove,
		HintNewCode, HintCopyAddress, HintNewAddress, HintMixUp, HintNoPassword, HintServerName,
		HintNotJoined, HintSetIdentityServer, HintIdentityServerOff, HintListInvites, HintStore,
		HintOutbox, HintAddress, HintPhone, HintOtherUser, HintDisk, HintSignInLater, HintWayRefused,
		HintGrant, HintTryAgain, HintSignInRefused, HintSpelling, HintLoopback, HintSignIn, HintEndSession,
		HintAccountLocked, HintWait, HintPower, HintPending, HintReplaced, HintInviteUserID, HintJoinSuccessor, HintTerms, HintUncertain, HintConnection,
		HintForbidden, HintIdentityLater, HintIdentityRefused, HintIdentityBusy, HintTrust,
		HintBlocked, HintUnclear, HintTriedAgain, HintOpenID,
		HintMailSettings, HintMailFailed, HintMailDeferred, HintMailUncertain,
	}
}

// HintValues are the values in the text of a hint.
type HintValues struct {
	User       string        `json:"user,omitempty"`       // a Matrix ID
	Homeserver string        `json:"homeserver,omitempty"` // its base URL
	Room       string        `json:"room,omitempty"`       // its name
	Level      int           `json:"level,omitempty"`      // a power level
	Wait       time.Duration `json:"wait,omitempty"`
	Host       string        `json:"host,omitempty"`
	HTTP       bool          `json:"http,omitempty"`    // the host is asked over HTTP
	Private    bool          `json:"private,omitempty"` // the host is in a private network
	Where      string        `json:"where,omitempty"`   // a sentence that says where the user can end a session
}

// Advice is a hint with its values. It is zero if there is no hint.
type Advice struct {
	Kind   HintKind   `json:"kind,omitempty"`
	Values HintValues `json:"values,omitzero"`
}

// Hint returns the kind of hint for an error; empty for none.
func Hint(err error) HintKind { return Advise(err).Kind }
