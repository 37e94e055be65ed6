package sandbox

import (
	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/homeserver"
	"github.com/mxinvite/mxinvite/internal/sandbox/identityserver"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

type (
	// Fault is [network.Fault].
	Fault = network.Fault
	// Request is [network.Request].
	Request = network.Request
	// RoomOptions is [homeserver.RoomOptions].
	RoomOptions = homeserver.RoomOptions
	// Ways is [account.Ways].
	Ways = account.Ways
	// Provider is [account.Provider].
	Provider = account.Provider
	// Policy is [identityserver.Policy].
	Policy = identityserver.Policy
	// Document is [identityserver.Document].
	Document = identityserver.Document
	// Mail is [identityserver.Mail].
	Mail = identityserver.Mail
)

// The limits of a stock Synapse and a stock Sydent: see [World.LimitInvites], [World.LimitUserInvites], [World.LimitEvents] and
// [World.LimitMails].
const (
	StockInvitesPerSecond     = homeserver.StockInvitesPerSecond
	StockInviteBurst          = homeserver.StockInviteBurst
	StockUserInvitesPerSecond = homeserver.StockUserInvitesPerSecond
	StockUserInviteBurst      = homeserver.StockUserInviteBurst
	StockEventsPerSecond      = homeserver.StockEventsPerSecond
	StockEventBurst           = homeserver.StockEventBurst
	StockRecipientPerSecond   = homeserver.StockRecipientPerSecond
	StockRecipientBurst       = homeserver.StockRecipientBurst
	StockMailsPerSecond       = identityserver.StockMailsPerSecond
	StockMailBurst            = identityserver.StockMailBurst
)
