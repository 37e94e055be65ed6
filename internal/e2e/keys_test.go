package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// keysOf returns the public_keys of an invite's event: the key of the identity server,
// then the ephemeral key of the invite.
func keysOf(event object) []object {
	list, _ := content(event)["public_keys"].([]any)
	keys := make([]object, 0, len(list))
	for _, key := range list {
		keys = append(keys, key.(object))
	}
	return keys
}

// valid asks a key_validity_url whether a key is valid.
func valid(tb testing.TB, w world, validityURL, key any) any {
	tb.Helper()
	_, body := call(tb, w, http.MethodGet, validityURL.(string)+"?public_key="+url.QueryEscape(key.(string)), nil)
	return body["valid"]
}

// otherAlphabet converts a key to the other alphabet of base64.
func otherAlphabet(key string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune("+/-_", r); i >= 0 {
			return rune("-_+/"[i])
		}
		return r
	}, key)
}

func TestKeysOfAnInviteAreValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		event := ada.createRoom().inviteByEmail(address("grace"))
		keys := keysOf(event)
		if len(keys) != 2 {
			t.Fatalf("%d keys, not 2", len(keys))
		}
		longTerm, ephemeral := keys[0], keys[1]
		check(t, w, "the key on top", valid(t, w, content(event)["key_validity_url"], content(event)["public_key"]), `true`)
		check(t, w, "the key on top is the first", content(event)["public_key"] == longTerm["public_key"], `true`)
		check(t, w, "long-term", valid(t, w, longTerm["key_validity_url"], longTerm["public_key"]), `true`)
		check(t, w, "long-term as ephemeral", valid(t, w, ephemeral["key_validity_url"], longTerm["public_key"]), `false`)
		check(t, w, "ephemeral as long-term", valid(t, w, longTerm["key_validity_url"], ephemeral["public_key"]), `false`)
		check(t, w, "no key", valid(t, w, ephemeral["key_validity_url"], "nonsense"), `false`)

		v2 := strings.Replace(longTerm["key_validity_url"].(string), "/api/v1/", "/v2/", 1)
		check(t, w, "long-term by v2", valid(t, w, v2, longTerm["public_key"]), `true`)
		v2 = strings.Replace(ephemeral["key_validity_url"].(string), "/api/v1/", "/v2/", 1)
		check(t, w, "another ephemeral by v2", valid(t, w, v2, longTerm["public_key"]), `false`)
		refused(t, w, "no question", ask(t, w, http.MethodGet, v2, "", nil), "400 M_MISSING_PARAMS: Missing parameters: public_key")
	})
}

// The identity server compares strings, so the request must have the key exactly as in the event.
func TestKeyInTheOtherAlphabetIsNotValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		// Not all keys differ between the two alphabets.
		for range 20 {
			ephemeral := keysOf(room.inviteByEmail(address("grace")))[1]
			key := ephemeral["public_key"].(string)
			if other := otherAlphabet(key); other != key {
				check(t, w, "as written", valid(t, w, ephemeral["key_validity_url"], key), `true`)
				check(t, w, "in the other alphabet", valid(t, w, ephemeral["key_validity_url"], other), `false`)
				return
			}
		}
		t.Fatal("no key of twenty has a character that differs")
	})
}

func TestEphemeralKeyIsURLSafe(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		for range 20 {
			key := keysOf(room.inviteByEmail(address("grace")))[1]["public_key"].(string)
			if other := otherAlphabet(key); other != key {
				check(t, w, "has + or /", strings.ContainsAny(key, "+/"), `false`)
				return
			}
		}
		t.Fatal("no key of twenty has a character that differs")
	})
}

func TestPublicKeyByID(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		event := newPerson(t, w, "ada").createRoom().inviteByEmail(address("grace"))
		for _, base := range []string{"/_matrix/identity/v2", "/_matrix/identity/api/v1"} {
			_, key := call(t, w, http.MethodGet, w.IdentityServer()+base+"/pubkey/ed25519:0", nil)
			check(t, w, "the invite's key by "+base, key["public_key"] == content(event)["public_key"], `true`)
			unknown := ask(t, w, http.MethodGet, w.IdentityServer()+base+"/pubkey/ed25519:9", "", nil)
			check(t, w, "an unknown key by "+base, unknown.Status, `404`)
		}
	})
}

// Accepting or revoking an invite does not make its keys invalid.
func TestKeysStayValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		event := room.inviteByEmail(to)
		key := keysOf(event)[0]
		w.Bind(t, to, grace.ID, grace.token)
		room.awaitMembership(grace.ID, "invite")
		check(t, w, "after redemption", valid(t, w, key["key_validity_url"], key["public_key"]), `true`)
		room.setState(inviteEvent, event["state_key"].(string), object{})
		check(t, w, "after revocation", valid(t, w, key["key_validity_url"], key["public_key"]), `true`)
	})
}

func TestSigningAtTheIdentityServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		room.inviteByEmail(to)
		m := w.Mails(t, to, 1)[0]
		known := names{ada.ID: "@ada", grace.ID: "@grace", m.Token: "token", idServer(w): "identity server"}
		signed := `{"mxid": "@grace", "sender": "@ada", "token": "token", "signatures": {"identity server": {"ed25519:0": "signature"}}}`

		byLink := ask(t, w, http.MethodPost, m.SignURL+"&mxid="+url.QueryEscape(grace.ID), "", nil)
		check(t, w, "by the link of the mail", known.in(byLink.Body), signed)
		body := object{"mxid": grace.ID, "token": m.Token, "private_key": m.PrivateKey}
		check(t, w, "by v2", known.in(grace.mustIdentity(http.MethodPost, "/sign-ed25519", body)), signed)

		v1, v2 := w.IdentityServer()+"/_matrix/identity/api/v1/sign-ed25519", w.IdentityServer()+"/_matrix/identity/v2/sign-ed25519"
		refused(t, w, "v2 without a token", ask(t, w, http.MethodPost, v2, "", body), "401 M_UNAUTHORIZED: Unauthorized")
		body["token"] = "unknown"
		refused(t, w, "unknown token by v2", grace.askIdentity(http.MethodPost, "/sign-ed25519", body), "404 M_UNRECOGNIZED: Didn't recognize token")
		unknown := url.Values{"mxid": {grace.ID}, "token": {"unknown"}, "private_key": {m.PrivateKey}}
		refused(t, w, "unknown token by v1", ask(t, w, http.MethodPost, v1+"?"+unknown.Encode(), "", nil), "404 M_UNRECOGNIZED: Didn't recognize token")
		refused(t, w, "nothing by v1", ask(t, w, http.MethodPost, v1, "", nil), "400 M_MISSING_PARAMS: Missing parameters: private_key,token,mxid")
		refused(t, w, "a link without mxid", ask(t, w, http.MethodPost, m.SignURL, "", nil), "400 M_MISSING_PARAMS: Missing parameters: mxid")
	})
}
