// Package sandbox runs a Matrix homeserver, an identity server and an OAuth server in one process, for the demo and as
// the other side of all tests.
//
// The homeserver answers as Synapse 1.163.2, the identity server as a freshly started Sydent 2.6.1, the OAuth server,
// which [World.SetWays] turns on, as a Matrix Authentication Service: with the same status codes, errcodes and texts. The
// scenarios of internal/e2e run on the sandbox and on the real servers and compare the answers. Therefore the sandbox
// imports no other package of this program and no Matrix library: two sides that share code share its mistakes.
//
// A [World] is an [http.RoundTripper], in which the host of a URL selects the server and no socket is opened, and an
// [http.Handler], which serves everything at one origin to any Matrix client. It starts no goroutine and waits only on
// channels and timers, so it can be used in a testing/synctest bubble.
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
// These are the known quirks of the real servers. Each line has the file of the sandbox that has the quirk and the
// scenarios of internal/e2e that show it on the real servers. Where Dendrite differs from Synapse, the scenario is listed
// in internal/e2e/differences_test.go with the reason. To add a quirk, write the scenario, run it with the build tag e2e,
// and then change the sandbox until it gives the same answers.
//
// Synapse, sending invites:
//
//   - The mail is sent before the power level is checked: homeserver/invite.go,
//     TestMailIsSentBeforeThePowerLevelIsChecked, TestMailIsSentAlthoughTheSenderIsNotInTheRoom.
//   - Every failure of the identity server is a 500 M_UNKNOWN: homeserver/invite.go,
//     TestEveryErrorOfTheIdentityServerIsAnInternalError, TestInviteWhileTheIdentityServerIsDown, TestInviteBeforeTermsAreAccepted.
//   - The address is looked up without case folding, so an invite to a bound address in another case fails:
//     homeserver/invite.go, TestInviteOfABoundAddressInTheWrongCaseFails, TestOnlyTheIdentityServerFoldsAddresses.
//   - The access token of the identity server is in the query of hash_details: homeserver/invite.go,
//     TestHashDetailsAcceptATokenInTheQuery.
//   - The key at the top level of an invite has a validity URL of version 2, the keys in its list have URLs of version 1:
//     homeserver/invite.go, TestInviteOfAnUnboundAddressBecomesState.
//   - A request to invite is repeated safely only with a transaction ID: homeserver/send.go,
//     TestInvitingByTransactionMailsOnce, TestInvitingTwiceMakesTwoInvites.
//   - The rate limit of invites by e-mail is per sender, and the answer comes late: homeserver/invite_limit.go,
//     TestInvitesAreLimited.
//   - A user who blocks invites is not invited: homeserver/membership.go, TestInviteOfAUserWhoBlocksInvites.
//
// Synapse, accepting and revoking invites:
//
//   - Accepting an invite changes the membership of a joined user to invite: homeserver/exchange.go,
//     TestBindingAnotherAddressChangesJoinToInvite.
//   - The sender of an invite may have left: homeserver/auth_rules.go, TestLinkIsValidAfterTheSenderLeft,
//     TestInviteIsAcceptedAfterItsSenderLeft.
//   - An invite that another member has sent again cannot be accepted: homeserver/auth_rules.go,
//     TestBindingAcceptsNoInviteThatAnotherMemberReplaced.
//   - A key without a validity URL is not checked: homeserver/exchange.go, TestKeyWithoutValidityURLIsNeverChecked.
//   - The link in the mail can be used more than once: homeserver/exchange.go, TestLinkCanBeUsedTwice.
//   - POST /join/{room} copies third_party_signed into the member event: homeserver/membership.go,
//     TestJoiningByAliasPathCopiesTheProofIntoTheJoin.
//   - A member who may invite may revoke; state_default and the level of the event type do not count:
//     homeserver/auth_rules.go, TestMemberWhoMayInviteMayRevoke, TestMemberWhoMayNotInviteMayNotRevoke.
//   - The homeserver accepts any content as an invite: homeserver/invite_keys.go,
//     TestHomeserverAcceptsAnyContentOfAnInvite.
//   - State with the same content by the same sender makes no new event: homeserver/room.go, TestSameStateTwiceIsOneEvent,
//     TestSameStateByAnotherSenderIsAnotherEvent.
//   - A redaction removes the whole content of an invite: homeserver/redact.go, TestRedactedInviteIsEmpty.
//
// Synapse, reading rooms:
//
//   - A filtered timeline looks back at a limited number of events: homeserver/sync_room.go,
//     TestFilteredTimelineSkipsMessages, TestMessagesContinueBeforeTheTimeline.
//   - Lazy loading sends a member to a device once: homeserver/sync_room.go, TestFirstSyncHasStateAndLazyMembers.
//   - A user who was kicked or banned has the room in leave: homeserver/sync.go, TestKickedUserHasTheRoomInLeave,
//     TestBannedUserHasTheRoomInLeave.
//
// Sydent:
//
//   - Keys are compared as strings, and the ephemeral key is encoded in the other alphabet: identityserver/store_invite.go,
//     TestKeyInTheOtherAlphabetIsNotValid, TestEphemeralKeyIsURLSafe.
//   - Keys stay valid after the invite was accepted or revoked: identityserver/store_invite.go, TestKeysStayValid.
//   - A bad OpenID token is a 500: identityserver/account.go, TestIdentityServerRefusesABadOpenIDToken.
//   - Binding an address accepts all its invites, and the links in the mails are no longer valid: identityserver/bind.go,
//     TestBindingAcceptsAllInvitesOfAnAddress.
//   - The mail limit has no time to retry after: identityserver/limit.go, TestOutboxLearnsTheLimitOfTheIdentityServer.
//
// # Differences
//
// The sandbox differs from the real servers, to be predictable, in this:
//
//   - Synapse caches the answer to a repeated /sync for two minutes. The sandbox does not.
//   - Synapse shows prev_content also in /state while the event is in its cache. The sandbox shows it in /sync and
//     /messages only.
//   - Sydent tells the homeserver about a bound address after its answer, and retries. The sandbox does so before its
//     answer, once.
//   - A long-running Sydent sends the invites of earlier bindings again. The sandbox does not.
//   - A Matrix Authentication Service allows any number of requests for a device code. The sandbox answers slow_down, as
//     RFC 8628 says.
//   - Only what a filter or an invite needs is validated.
package sandbox
