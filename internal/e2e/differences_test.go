package e2e

import (
	"slices"
	"strings"
)

// exception is where one side cannot answer as the others do.
type exception struct {
	side string
	test string
	fact string // empty: the side cannot run the test at all
	got  string // what it answers instead
	why  string
}

// exceptions are all there are. A line that is no longer true fails its test. One more thing is left out for Dendrite: the
// words of its errors, see refused.
var exceptions = slices.Concat(
	dendriteCannot("it ignores third_party_signed",
		"TestLinkOfTheMailOpensTheRoom", "TestJoiningByAliasPathCopiesTheProofIntoTheJoin", "TestLinkCanBeUsedTwice",
		"TestLinkCanBeSignedWithoutTheIdentityServer", "TestInviterMayHaveLeftBeforeTheLinkIsUsed",
		"TestRoomsThatTheLinkDoesNotOpen", "TestLinkWhileTheIdentityServerIsDown",
		"TestKeyWithoutValidityURLIsNeverChecked", "TestAccountSeesAnInviteTakenByLink"),
	dendriteCannot("pages that are filtered end before the beginning", "TestMessagesPageToTheBeginning"),
	dendriteCannot("it has no PUT /invite/{txnId}", "TestInvitingByTransactionMailsOnce"),
	dendriteCannot("nobody can refuse invites", "TestInviteOfWhoeverRefusesInvites"),
	dendriteCannot("it has no limit of its own on invites", "TestInvitesAreLimited", "TestAccountHearsOfTheLimit",
		"TestOutboxKeepsToTheLimit"),
	dendriteCannot("it takes two invites in any order, and the later member event names none it replaced",
		"TestBindingTakesAllInvitesOfAnAddress", "TestAccountSeesTwoInvitesTakenAtOnce"),

	dendriteAnswers("it knows no identity server to recommend, and writes its URL without a slash",
		"TestWellKnownNamesBothServers", "well-known", `{"m.homeserver": {"base_url": "homeserver"}}`),
	dendriteAnswers("it says less", "TestSigningIn", "members of the answer", `["access_token", "device_id", "user_id"]`),
	dendriteAnswers("it has another errcode for a user of another server", "TestSigningIn", "someone elsewhere",
		`401 M_INVALID_USERNAME`),
	dendriteAnswers("it does not know soft_logout",
		"TestTokensThatAreNone", "soft_logout of a bad token", `null`,
		"TestSignedOutTokenIsUnknown", "all it says", `["errcode", "error"]`),
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
	dendriteAnswers("version 1 of the identity API knows neither tokens nor terms, and folds addresses when looking them up",
		"TestInviteWithoutAllItsMembers", "without id_access_token", `200 without errcode`,
		"TestInviteWithoutAllItsMembers", "mails", `1`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "bad id_access_token", `200 without errcode`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "somebody else's id_access_token", `200 without errcode`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "mails", `2`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "invites", `2`,
		"TestInviteWhileTermsWait", "answer", `200 without errcode`,
		"TestInviteWhileTermsWait", "mails", `1`,
		"TestAccountFindsOutWhyTheHomeserverFailed", "it names the terms", `false`,
		"TestInviteOfABoundAddressInTheWrongCaseFails", "answer", `200 without errcode`),
	dendriteAnswers("it tells the identity server no more than the room's ID", "TestInviteIsMailed", "room name", `false`),
	dendriteAnswers("its internal errors have no errcode",
		"TestMailGoesOutBeforeThePowerLevelIsChecked", "answer", `500 without errcode`,
		"TestMailGoesOutThoughTheInviterIsNotInTheRoom", "answer", `500 without errcode`,
		"TestInviteIntoNoRoom", "by e-mail", `500 without errcode`,
		"TestInviteWhileTheIdentityServerIsDown", "answer", `500 without errcode`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "no address", `500 without errcode`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "an address with a name", `500 without errcode`,
		"TestTroubleWithTheIdentityServerIsAnInternalError", "a telephone", `500 without errcode`),
	dendriteAnswers("it asks only identity servers it trusts",
		"TestTroubleWithTheIdentityServerIsAnInternalError", "no such identity server", `400 M_SERVER_NOT_TRUSTED`),
	dendriteAnswers("it has another errcode for members that are missing",
		"TestInviteWithoutAllItsMembers", "without id_server", `400 M_BAD_JSON`,
		"TestInviteWithoutAllItsMembers", "without medium", `400 M_BAD_JSON`,
		"TestInviteWithoutAllItsMembers", "without address", `400 M_BAD_JSON`),

	dendriteAnswers("it has another errcode for inviting the banned",
		"TestMemberInvitesByUserID", "of the banned", `403 M_FORBIDDEN`,
		"TestInviteOfABoundAddressWhoseOwnerCannotCome", "banned", `403 M_FORBIDDEN`),
	dendriteAnswers("it has another level", "TestPresetDecidesWhoMayInvite", "invite level of public_chat", `0`),
	dendriteAnswers("shared history is open to strangers", "TestMessagesAreForMembers", "history", `200 without errcode`),
	dendriteAnswers("it keeps the display name in member events of others",
		"TestBindingTurnsAnInviteIntoAnOrdinaryOne", "member event", `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "invite", "displayname": "grace", "third_party_invite": {
				"display_name": "gra...@exa...",
				"signed": {"mxid": "@grace", "token": "token", "signatures": {"identity server": {"ed25519:0": "signature"}}}}}}`,
		"TestKickedSeeItInLeave", "event", `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "leave", "displayname": "grace", "reason": "tea"}}`),
	dendriteAnswers("it tells the invitee less about the room",
		"TestInviteeSeesTheInviteInSync", "room name", `null`,
		"TestOrdinaryInviteInSync", "state of the room", `[
			"m.room.create ", "m.room.join_rules ", "m.room.member @grace", "m.room.name "]`),
	dendriteAnswers("its auth rules compare neither the senders nor look at bans",
		"TestBindingTakesNoInviteThatAnotherMemberReplaced", "is invited", `true`,
		"TestBindingDoesNotLetTheBannedIn", "is invited", `true`),
	dendriteAnswers("what an event replaced is not in its state, and after a revocation nowhere",
		"TestJoinAfterAnInviteByEmail", "replaced, in state", `null`,
		"TestDeclinedInvite", "what it replaced", `false`,
		"TestRevokedInviteIsEmpty", "what it replaced", `false`,
		"TestRevokedInviteIsEmpty", "content of what it replaced, in sync", `null`,
		"TestRevokedInviteIsEmpty", "content of what it replaced, in messages", `null`),
	dendriteAnswers("it does not say why a content is empty", "TestRedactedInviteIsEmpty", "because", `null`),
	dendriteAnswers("it has another version", "TestNewRoomsHaveVersion12", "version", `"10"`),
	dendriteAnswers("it compares contents only", "TestSameStateByAnotherIsAnotherEvent", "the same event", `true`),
	dendriteAnswers("lazy loading brings members of the timeline again, as state",
		"TestFirstSyncBringsStateAndLazyMembers", "state", `[
			"m.room.create ", "m.room.member @ada", "m.room.member @rob", "m.room.name ", "m.room.power_levels "]`,
		"TestFirstSyncBringsStateAndLazyMembers", "state before three", `[
			"m.room.create ", "m.room.member @ada", "m.room.member @grace", "m.room.member @rob", "m.room.name ", "m.room.power_levels "]`),
	dendriteAnswers("a first sync tells of no room one was thrown out of", "TestKickedSeeItInLeave", "a first sync", `false`),
	dendriteAnswers("it takes an unknown filter for none", "TestSyncByFilterID", "unknown filter", `200 without errcode`),
	dendriteAnswers("it has another errcode", "TestSyncByFilterID", "bad since", `400 M_INVALID_PARAM`),
)

// dendriteCannot lists tests that make no sense on Dendrite.
func dendriteCannot(why string, tests ...string) []exception {
	var list []exception
	for _, test := range tests {
		list = append(list, exception{side: "dendrite", test: test, why: why})
	}
	return list
}

// dendriteAnswers lists tests, facts and answers of Dendrite that have one reason.
func dendriteAnswers(why string, triples ...string) []exception {
	var list []exception
	for triple := range slices.Chunk(triples, 3) {
		list = append(list, exception{side: "dendrite", test: triple[0], fact: triple[1], got: triple[2], why: why})
	}
	return list
}

// met are the exceptions that this run has met.
var met = map[exception]bool{}

// meet returns what is written about a fact, or about a whole test, of a side.
func meet(side, test, fact string) (exception, bool) {
	for _, e := range exceptions {
		if e.side == side && e.test == test && e.fact == fact {
			met[e] = true
			return e, true
		}
	}
	return exception{}, false
}

// stale are the exceptions that a run of all tests has not met: their test or their fact has another name by now.
func stale() []exception {
	return slices.DeleteFunc(slices.Clone(exceptions), func(e exception) bool {
		return met[e] || !slices.ContainsFunc(sides, func(s side) bool { return s.name == e.side })
	})
}

// testOf is the name of a test function, without its subtests.
func testOf(name string) string {
	function, _, _ := strings.Cut(name, "/")
	return function
}
