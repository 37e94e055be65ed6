package e2e

import (
	"slices"
	"strings"
)

// An exception is a fact for which one side responds differently from the others.
type exception struct {
	side string
	test string
	fact string // empty if the side cannot run the test
	got  string // the response of the side
	why  string
}

// exceptions returns all known differences. A line that is no longer true fails its
// test. The texts of Dendrite's errors are not compared: see refused.
var exceptions = slices.Concat(
	dendriteCannot("it ignores third_party_signed",
		"TestUserJoinsByTheLinkInTheMail", "TestJoiningByAliasPathCopiesTheProofIntoTheJoin", "TestLinkCanBeUsedTwice",
		"TestLinkCanBeSignedWithoutTheIdentityServer", "TestLinkIsValidAfterTheSenderLeft",
		"TestLinksThatAreNotValid", "TestLinkWhileTheIdentityServerIsDown",
		"TestKeyWithoutValidityURLIsNeverChecked", "TestAccountSeesAnInviteAcceptedByLink",
		"TestAccountAcceptsFromTheMail", "TestAccountAcceptsABrokenLink", "TestAccountSignsForItself",
		"TestAccountReportsWhyTheLinkIsNotValid", "TestAccountAcceptsAfterBinding", "TestOwnKeyLinkIsAcceptedByTheJoin"),
	dendriteCannot("pages that are filtered end before the beginning", "TestMessagesPageToTheBeginning"),
	dendriteCannot("it has no PUT /invite/{txnId}", "TestInvitingByTransactionMailsOnce"),
	dendriteCannot("it has no sliding sync", "TestSlidingSyncHasTheNewestRoomsFirst", "TestSlidingSyncHasTheRequiredState",
		"TestSlidingSyncHasAnInviteWithoutState", "TestSlidingSyncFromAnUnknownPosition"),
	dendriteCannot("users cannot block invites", "TestInviteOfAUserWhoBlocksInvites"),
	dendriteCannot("it has no limit of its own on invites", "TestInvitesAreLimited", "TestAccountReportsTheLimit",
		"TestOutboxKeepsToTheLimit"),
	dendriteCannot("it accepts two invites in any order, and the later member event does not name the replaced one",
		"TestBindingAcceptsAllInvitesOfAnAddress", "TestAccountSeesTwoInvitesAcceptedAtOnce"),
	dendriteCannot("it has no refresh tokens", "TestRefreshTokens", "TestAccountRenewsItsSession"),
	dendriteCannot("it has no single sign-on", "TestSingleSignOn", "TestAccountSignsInBySingleSignOn"),

	dendriteAnswers("it recommends no identity server, and its URL has no trailing slash",
		"TestWellKnownNamesBothServers", "well-known", `{"m.homeserver": {"base_url": "homeserver"}}`),
	dendriteAnswers("its answer has fewer members", "TestSigningIn", "members of the answer", `["access_token", "device_id", "user_id"]`),
	dendriteAnswers("it has another errcode for a user of another server", "TestSigningIn", "someone elsewhere",
		`401 M_INVALID_USERNAME`),
	dendriteAnswers("it has no soft_logout",
		"TestTokensThatAreNotValid", "soft_logout of a bad token", `null`,
		"TestSignedOutTokenIsUnknown", "all it says", `["errcode", "error"]`),
	dendriteAnswers("an upgrade copies the invites to the new room",
		"TestUpgradedRoomKeepsItsInvites", "invites in the new room", `1`,
		"TestAccountMovesInvitesAfterAnUpgrade", "invites in the new room", `2`),
	dendriteAnswers("the revocation does not name the event that it replaced, so a program that has not seen the invite before does not know its key",
		"TestOwnKeyLinkWorksOnce", "after the revocation, in a new session", `revoked`),
	dendriteAnswers("its expires_in is a date", "TestOpenIDToken", "token",
		`{"access_token": true, "expires_in": false, "matrix_server_name": "server", "token_type": "Bearer"}`),

	dendriteAnswers("it writes every key in the standard alphabet, so the identity server does not know the ephemeral one",
		"TestKeyInTheOtherAlphabetIsNotValid", "as written", `false`,
		"TestKeyInTheOtherAlphabetIsNotValid", "in the other alphabet", `true`,
		"TestEphemeralKeyIsURLSafe", "has + or /", `true`),
	dendriteAnswers("it speaks version 1 of the identity API", "TestInviteOfAnUnboundAddressBecomesState", "event", `{
		"type": "m.room.third_party_invite", "sender": "@ada", "room_id": "!room", "event_id": "$event",
		"content": {
			"display_name": "gra...@exa...",
			"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/isvalid",
			"public_keys": [
				{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/isvalid"},
				{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/ephemeral/isvalid"}]}}`),
	dendriteAnswers("version 1 of the identity API has neither tokens nor terms, and folds addresses in lookups",
		"TestInviteWithoutRequiredMembers", "without id_access_token", `200 without errcode`,
		"TestInviteWithoutRequiredMembers", "mails", `1`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "bad id_access_token", `200 without errcode`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "id_access_token of another user", `200 without errcode`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "mails", `2`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "invites", `2`,
		"TestInviteBeforeTermsAreAccepted", "answer", `200 without errcode`,
		"TestInviteBeforeTermsAreAccepted", "mails", `1`,
		"TestAccountReportsWhyTheHomeserverFailed", "it names the terms", `false`,
		"TestInviteOfABoundAddressInTheWrongCaseFails", "answer", `200 without errcode`),
	dendriteAnswers("it sends only the room ID to the identity server", "TestInviteIsMailed", "room name", `false`),
	dendriteAnswers("its internal errors have no errcode",
		"TestMailIsSentBeforeThePowerLevelIsChecked", "answer", `500 without errcode`,
		"TestMailIsSentAlthoughTheSenderIsNotInTheRoom", "answer", `500 without errcode`,
		"TestInviteIntoAnUnknownRoom", "by e-mail", `500 without errcode`,
		"TestInviteWhileTheIdentityServerIsDown", "answer", `500 without errcode`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "no address", `500 without errcode`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "an address with a name", `500 without errcode`,
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "a telephone", `500 without errcode`),
	dendriteAnswers("it sends requests only to trusted identity servers",
		"TestEveryErrorOfTheIdentityServerIsAnInternalError", "no such identity server", `400 M_SERVER_NOT_TRUSTED`),
	dendriteAnswers("it has another errcode for members that are missing",
		"TestInviteWithoutRequiredMembers", "without id_server", `400 M_BAD_JSON`,
		"TestInviteWithoutRequiredMembers", "without medium", `400 M_BAD_JSON`,
		"TestInviteWithoutRequiredMembers", "without address", `400 M_BAD_JSON`),

	dendriteAnswers("it has another errcode for inviting the banned",
		"TestMemberInvitesByUserID", "of the banned", `403 M_FORBIDDEN`,
		"TestInviteOfABoundAddressOfAUserWhoCannotBeInvited", "banned", `403 M_FORBIDDEN`),
	dendriteAnswers("it has another level", "TestPresetDecidesWhoMayInvite", "invite level of public_chat", `0`),
	dendriteAnswers("shared history is readable for users who are not members", "TestMessagesAreForMembersOnly", "history", `200 without errcode`),
	dendriteAnswers("it keeps the display name in member events of others",
		"TestBindingTurnsAnInviteIntoAnOrdinaryOne", "member event", `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "invite", "displayname": "grace", "third_party_invite": {
				"display_name": "gra...@exa...",
				"signed": {"mxid": "@grace", "token": "token", "signatures": {"identity server": {"ed25519:0": "signature"}}}}}}`,
		"TestKickedUserHasTheRoomInLeave", "event", `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "leave", "displayname": "grace", "reason": "tea"}}`),
	dendriteAnswers("its invite_state has less state",
		"TestInviteeSeesTheInviteInSync", "room name", `null`,
		"TestOrdinaryInviteInSync", "state of the room", `[
			"m.room.create ", "m.room.join_rules ", "m.room.member @grace", "m.room.name "]`),
	dendriteAnswers("its auth rules check neither the sender of the invite nor bans",
		"TestBindingAcceptsNoInviteThatAnotherMemberReplaced", "is invited", `true`,
		"TestBindingDoesNotInviteABannedUser", "is invited", `true`,
		"TestOwnKeyLinksThatAreNotValid", "another sender", ``,
		"TestOwnKeyLinksThatAreNotValid", "banned", ``,
		"TestOwnKeyLinksThatAreNotValid", "membership of the banned", `join`),
	dendriteAnswers("it does not ask the key_validity_url, so a signature that was made in time stays valid",
		"TestLinkOfALinksServerIsUsedOnce", "an old signature", `200`,
		"TestExpiredLinkOfALinksServer", "the signature from before", `200`,
		"TestExpiredLinkOfALinksServer", "membership", `invite`),
	dendriteAnswers("its error for an acceptance that it refuses is 500 without errcode, so the client says this as well",
		"TestOwnKeyLinkCanBeUsedUntilItIsRevoked", "revoked: and about the sender's homeserver", `true`,
		"TestOwnKeyLinkWorksOnce", "used twice: and about the sender's homeserver", `true`,
		"TestOwnKeyLinksThatAreNotValid", "another key: and about the sender's homeserver", `true`,
		"TestOwnKeyLinksThatAreNotValid", "another token: and about the sender's homeserver", `true`),
	dendriteAnswers("the replaced content is not in state, and after a revocation nowhere",
		"TestJoinAfterAnInviteByEmail", "replaced, in state", `null`,
		"TestDeclinedInvite", "what it replaced", `false`,
		"TestRevokedInviteIsEmpty", "what it replaced", `false`,
		"TestRevokedInviteIsEmpty", "content of what it replaced, in sync", `null`,
		"TestRevokedInviteIsEmpty", "content of what it replaced, in messages", `null`),
	dendriteAnswers("it has no redacted_because", "TestRedactedInviteIsEmpty", "because", `null`),
	dendriteAnswers("it has another version", "TestNewRoomsHaveVersion12", "version", `"10"`),
	dendriteAnswers("it compares contents only", "TestSameStateByAnotherSenderIsAnotherEvent", "the same event", `true`),
	dendriteAnswers("lazy loading brings members of the timeline again, as state",
		"TestFirstSyncHasStateAndLazyMembers", "state", `[
			"m.room.create ", "m.room.member @ada", "m.room.member @rob", "m.room.name ", "m.room.power_levels "]`,
		"TestFirstSyncHasStateAndLazyMembers", "state before three", `[
			"m.room.create ", "m.room.member @ada", "m.room.member @grace", "m.room.member @rob", "m.room.name ", "m.room.power_levels "]`),
	dendriteAnswers("a first sync has no rooms from which the user was kicked", "TestKickedUserHasTheRoomInLeave", "a first sync", `false`),
	dendriteAnswers("it ignores an unknown filter", "TestSyncByFilterID", "unknown filter", `200 without errcode`),
	dendriteAnswers("it has another errcode", "TestSyncByFilterID", "bad since", `400 M_INVALID_PARAM`),
)

// dendriteCannot returns exceptions for tests that cannot run on Dendrite.
func dendriteCannot(why string, tests ...string) []exception {
	var list []exception
	for _, test := range tests {
		list = append(list, exception{side: "dendrite", test: test, why: why})
	}
	return list
}

// dendriteAnswers returns exceptions with the same reason, from triples of test, fact
// and response.
func dendriteAnswers(why string, triples ...string) []exception {
	var list []exception
	for triple := range slices.Chunk(triples, 3) {
		list = append(list, exception{side: "dendrite", test: triple[0], fact: triple[1], got: triple[2], why: why})
	}
	return list
}

// usedExceptions has the exceptions that were used in this run.
var usedExceptions = map[exception]bool{}

// findException returns the exception of a side for a fact and records that it was used. If fact
// is empty, it is the exception for the whole test.
func findException(side, test, fact string) (exception, bool) {
	for _, e := range exceptions {
		if e.side == side && e.test == test && e.fact == fact {
			usedExceptions[e] = true
			return e, true
		}
	}
	return exception{}, false
}

// stale returns the exceptions that a run of all tests did not use: their test or fact was renamed or removed.
func stale() []exception {
	return slices.DeleteFunc(slices.Clone(exceptions), func(e exception) bool {
		return usedExceptions[e] || !slices.ContainsFunc(sides, func(s side) bool { return s.name == e.side })
	})
}

// testOf returns the name of a test function, without its subtests.
func testOf(name string) string {
	function, _, _ := strings.Cut(name, "/")
	return function
}
