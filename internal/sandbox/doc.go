// Package sandbox runs a Matrix homeserver, an identity server and an OAuth server in one process, for the demo and for all tests.
//
// The homeserver answers as Synapse 1.163.2, the identity server as a freshly started Sydent 2.6.1, the OAuth server, which
// [World.SetWays] turns on, as a Matrix Authentication Service: with the same status codes, errcodes and texts. The scenarios of
// internal/e2e run on the sandbox and on the real servers and compare the answers. The sandbox imports no other package of this
// program and no Matrix library. If client and server shared code, they would share its mistakes, and no test would find them.
//
// A [World] is an [http.RoundTripper], in which the host of a URL selects the server and no socket is opened, and an
// [http.Handler], which serves all servers at one origin, for any Matrix client. It starts no goroutine and waits only on channels
// and timers, so it can be used in a testing/synctest bubble.
//
// # Packages
//
//   - homeserver, identityserver, oauthserver: the servers. They do not import each other and talk over the network.
//   - account: users, sessions and tokens, which the homeserver shares with the OAuth server.
//   - network: the requests in memory with the faults that a test injects, the clock, the lock, the random numbers.
//   - api: routes, replies, errors and rate limits. signedjson: JSON and signatures. threepid: e-mail addresses.
//
// The methods of these types are methods of World.
//
// # Quirks
//
// These are the known quirks of the real servers. Each line has the file of the sandbox that has the quirk and the scenarios of
// internal/e2e that show it on the real servers. Scenarios in which Dendrite differs from Synapse are listed in
// internal/e2e/differences_test.go, with the reason. To add a quirk, write the scenario, run it with the build tag e2e, and then
// change the sandbox until it gives the same answers.
//
// Synapse, sending invites:
//
//   - The mail is sent before the power level is checked: homeserver/invite.go,
//     TestMailIsSentBeforeThePowerLevelIsChecked, TestMailIsSentAlthoughTheSenderIsNotInTheRoom.
//   - If the identity server fails in any way, the response is 500 M_UNKNOWN: homeserver/invite.go,
//     TestEveryErrorOfTheIdentityServerIsAnInternalError, TestInviteWhileTheIdentityServerIsDown, TestInviteBeforeTermsAreAccepted.
//   - The address is looked up without case folding. An invite to a bound address fails if its case differs: homeserver/invite.go,
//     TestInviteOfABoundAddressInTheWrongCaseFails, TestOnlyTheIdentityServerFoldsAddresses.
//   - The access token for the identity server is sent in the query of GET /hash_details: homeserver/invite.go,
//     TestHashDetailsAcceptATokenInTheQuery.
//   - The public_key of an invite has a validity URL of API version 2; the entries of public_keys have URLs of version 1:
//     homeserver/invite.go, TestInviteOfAnUnboundAddressBecomesState.
//   - Repeating a request to invite sends a second invite, unless it has the same transaction ID: homeserver/send.go,
//     TestInvitingByTransactionMailsOnce, TestInvitingTwiceMakesTwoInvites.
//   - The rate limit of invites by e-mail is per sender, and the 429 response is delayed: homeserver/invite_limit.go,
//     TestInvitesAreLimited.
//   - A user who blocks invites is not invited: homeserver/membership.go, TestInviteOfAUserWhoBlocksInvites.
//
// Synapse, accepting and revoking invites:
//
//   - Accepting an invite changes the membership of a joined user to invite: homeserver/exchange.go,
//     TestBindingAnotherAddressChangesJoinToInvite.
//   - An invite can be accepted after its sender has left the room: homeserver/auth_rules.go, TestLinkIsValidAfterTheSenderLeft,
//     TestInviteIsAcceptedAfterItsSenderLeft.
//   - An invite that another member has overwritten cannot be accepted: homeserver/auth_rules.go,
//     TestBindingAcceptsNoInviteThatAnotherMemberReplaced.
//   - A key without a validity URL is not checked: homeserver/exchange.go, TestKeyWithoutValidityURLIsNeverChecked.
//   - A link can be used more than once: homeserver/exchange.go, TestLinkCanBeUsedTwice,
//     TestOwnKeyLinkCanBeUsedUntilItIsRevoked.
//   - An acceptance by onbind needs no authentication and no address: homeserver/exchange.go,
//     TestOwnKeyLinkNeedsNoIdentityServer.
//   - POST /join/{room} copies third_party_signed into the member event: homeserver/membership.go,
//     TestJoiningByAliasPathCopiesTheProofIntoTheJoin.
//   - A member who may invite may revoke; state_default and the level of the event type do not count:
//     homeserver/auth_rules.go, TestMemberWhoMayInviteMayRevoke, TestMemberWhoMayNotInviteMayNotRevoke.
//   - An upgrade of a room does not copy its invites by e-mail to the new room: homeserver/upgrade.go,
//     TestUpgradedRoomKeepsItsInvites, TestAccountMovesInvitesAfterAnUpgrade.
//   - The homeserver accepts any content as an invite: homeserver/invite_keys.go,
//     TestHomeserverAcceptsAnyContentOfAnInvite.
//   - Sending the same state again, as the same sender, makes no new event: homeserver/room.go, TestSameStateTwiceIsOneEvent,
//     TestSameStateByAnotherSenderIsAnotherEvent.
//   - A redaction removes the whole content of an invite: homeserver/redact.go, TestRedactedInviteIsEmpty.
//
// Synapse, reading rooms:
//
//   - With a filter, a timeline is selected from a limited number of recent events: homeserver/sync_room.go,
//     TestFilteredTimelineSkipsMessages, TestMessagesContinueBeforeTheTimeline.
//   - With lazy loading, each member event is sent to a device only once: homeserver/sync_room.go,
//     TestFirstSyncHasStateAndLazyMembers.
//   - For a user who was kicked or banned, /sync returns the room in leave: homeserver/sync.go, TestKickedUserHasTheRoomInLeave,
//     TestBannedUserHasTheRoomInLeave.
//   - Sliding sync lists and counts rooms from which the user was kicked or banned, and rooms that the user is invited to, unless
//     they are filtered: homeserver/sliding_sync.go, TestSlidingSyncHasTheNewestRoomsFirst.
//   - A room subscription also returns a room that the user has left, with its state at that time: homeserver/sliding_sync.go,
//     TestSlidingSyncHasTheRequiredState.
//   - The heroes of a room are in the order in which they joined: homeserver/sync_room.go, TestSlidingSyncHasTheRequiredState,
//     TestAccountReadsTheSameInWindows.
//
// Sydent:
//
//   - Keys are compared as encoded strings, and the ephemeral key is in URL-safe base64: identityserver/store_invite.go,
//     TestKeyInTheOtherAlphabetIsNotValid, TestEphemeralKeyIsURLSafe.
//   - Keys stay valid after the invite was accepted or revoked: identityserver/store_invite.go, TestKeysStayValid.
//   - An invalid OpenID token gives a 500 response: identityserver/account.go, TestIdentityServerRefusesABadOpenIDToken.
//   - Binding an address accepts all its invites, and the links in the mails are no longer valid: identityserver/bind.go,
//     TestBindingAcceptsAllInvitesOfAnAddress.
//   - A response about the mail limit does not say when to retry: identityserver/limit.go,
//     TestOutboxLearnsTheLimitOfTheIdentityServer.
//
// # Differences
//
// To be predictable, the sandbox differs from the real servers in these points:
//
//   - Synapse caches the answer to a repeated /sync for two minutes. The sandbox does not.
//   - The sandbox answers sliding sync without timelines, extensions and is_dm. It keeps no connections, so a position is never
//     known.
//   - In /state, Synapse includes prev_content while the event is in its cache. The sandbox shows it in /sync and /messages only.
//   - Sydent notifies the homeserver of a bound address after it has responded to the client, and retries. The sandbox notifies it
//     once, before it responds.
//   - A long-running Sydent notifies the homeserver again of the invites of earlier bindings. The sandbox does not.
//   - A Matrix Authentication Service allows any number of requests for a device code. The sandbox answers slow_down, as
//     RFC 8628 says.
//   - Only what a filter or an invite needs is validated.
package sandbox
