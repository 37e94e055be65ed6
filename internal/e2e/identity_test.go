package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestIdentityServerHasAVersion(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		accepted(t, w, "v2", ask(t, w, http.MethodGet, w.IdentityServer()+"/_matrix/identity/v2", "", nil))
	})
}

func TestIdentityServerRegistersByOpenID(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		_, registered := ada.register(ada.openID())
		check(t, w, "answer", slices.Sorted(maps.Keys(registered)), `["access_token", "token"]`)
		check(t, w, "both are one", registered["token"] == registered["access_token"], `true`)
		check(t, w, "account", names{ada.ID: "@ada"}.in(ada.mustIdentity(http.MethodGet, "/account", nil)), `{"user_id": "@ada"}`)
	})
}

func TestIdentityServerRefusesABadOpenIDToken(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		register := w.IdentityServer() + "/_matrix/identity/v2/account/register"
		try := func(fact string, body object, want string) {
			t.Helper()
			refused(t, w, fact, ask(t, w, http.MethodPost, register, "", body), want)
		}
		bad := ada.openID()
		bad["access_token"] = "not-a-token"
		try("bad token", bad, "500 M_UNKNOWN: The Matrix homeserver did not include 'sub' in its response")
		nowhere := ada.openID()
		nowhere["matrix_server_name"] = "localhost:1"
		away := ask(t, w, http.MethodPost, register, "", nowhere)
		away.Body["error"], _, _ = strings.Cut(fmt.Sprint(away.Body["error"]), " (") // Sydent's response has the name of a Python class
		refused(t, w, "homeserver away", away, "500 M_UNKNOWN: Unable to contact the Matrix homeserver")
		try("nothing", object{}, "400 M_MISSING_PARAMS: Missing parameters: matrix_server_name,access_token")
		try("bad server name", object{"access_token": "x", "matrix_server_name": "not a name"},
			"400 M_INVALID_PARAM: matrix_server_name must be a valid Matrix server name (IP address or hostname)")
	})
}

func TestIdentityServerNeedsItsToken(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for _, path := range []string{"/account", "/hash_details"} {
			url := w.IdentityServer() + "/_matrix/identity/v2" + path
			refused(t, w, "none for "+path, ask(t, w, http.MethodGet, url, "", nil), "401 M_UNAUTHORIZED: Unauthorized")
			refused(t, w, "bad for "+path, ask(t, w, http.MethodGet, url, "bad", nil), "401 M_UNAUTHORIZED: Unauthorized")
		}
	})
}

func TestIdentityServerSignsOut(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		accepted(t, w, "sign out", ada.askIdentity(http.MethodPost, "/account/logout", object{}))
		refused(t, w, "token afterwards", ada.askIdentity(http.MethodGet, "/account", nil), "401 M_UNAUTHORIZED: Unauthorized")
	})
}

func TestTermsMustBeAccepted(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		terms := w.IdentityServer() + "/_matrix/identity/v2/terms"
		check(t, w, "none", ask(t, w, http.MethodGet, terms, "", nil).Body, `{"policies": {}}`)

		w.SetTerms(t, true)
		t.Cleanup(func() { w.SetTerms(t, false) })
		policies := in(ask(t, w, http.MethodGet, terms, "", nil).Body, "policies")
		if len(policies) == 0 {
			t.Fatal("there are no terms")
		}
		var urls []string
		for _, policy := range policies {
			english := in(policy.(object), "en")
			check(t, w, "a policy in English", slices.Sorted(maps.Keys(english)), `["name", "url"]`)
			urls = append(urls, english["url"].(string))
		}
		waiting := func(fact, method, path string, body any) {
			t.Helper()
			refused(t, w, fact, ada.askIdentity(method, path, body), "403 M_TERMS_NOT_SIGNED: Terms not signed")
		}
		waiting("account before", http.MethodGet, "/account", nil)
		waiting("hash_details before", http.MethodGet, "/hash_details", nil)
		waiting("lookup before", http.MethodPost, "/lookup", object{"algorithm": "sha256", "pepper": "x", "addresses": []string{}})
		waiting("store-invite before", http.MethodPost, "/store-invite", object{
			"medium": "email", "address": address("grace"), "room_id": "!room", "sender": ada.ID,
		})

		refused(t, w, "strange terms", ada.askIdentity(http.MethodPost, "/terms", object{"user_accepts": []string{"https://example.test/tea"}}),
			"400 M_UNKNOWN: Unrecognised URLs: https://example.test/tea")
		accepted(t, w, "some terms", ada.askIdentity(http.MethodPost, "/terms", object{"user_accepts": urls[:1]}))
		if len(urls) > 1 {
			waiting("account after some", http.MethodGet, "/account", nil)
		}
		accepted(t, w, "all terms", ada.askIdentity(http.MethodPost, "/terms", object{"user_accepts": urls}))
		check(t, w, "account after", ada.askIdentity(http.MethodGet, "/account", nil).Status, `200`)
	})
}

func TestLookup(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		bound := address("grace")
		w.Bind(t, bound, grace.ID, grace.token)

		details := ada.mustIdentity(http.MethodGet, "/hash_details", nil)
		check(t, w, "algorithms", details["algorithms"], `["sha256", "none"]`)
		pepper := details["lookup_pepper"].(string)
		sum := sha256.Sum256([]byte(bound + " email " + pepper))
		hash := base64.RawURLEncoding.EncodeToString(sum[:])
		known := names{hash: "hash", grace.ID: "@grace", bound + " email": "address"}
		lookup := func(algorithm, pepper string, addresses ...string) answer {
			t.Helper()
			return ada.askIdentity(http.MethodPost, "/lookup", object{"algorithm": algorithm, "pepper": pepper, "addresses": addresses})
		}
		check(t, w, "by hash", known.in(lookup("sha256", pepper, hash, "another").Body), `{"mappings": {"hash": "@grace"}}`)
		check(t, w, "in the clear", known.in(lookup("none", pepper, bound+" email").Body), `{"mappings": {"address": "@grace"}}`)
		check(t, w, "nobody", lookup("sha256", pepper, "another").Body, `{"mappings": {}}`)

		wrong := lookup("sha256", "salt", hash)
		refused(t, w, "wrong pepper", wrong, "400 M_INVALID_PEPPER: pepper does not match '"+pepper+"'")
		check(t, w, "the right pepper comes with it", wrong.Body["lookup_pepper"] == pepper && wrong.Body["algorithm"] == "sha256", `true`)
		refused(t, w, "bad algorithm", lookup("md5", pepper, hash), "400 M_INVALID_PARAM: algorithm is not supported")
		refused(t, w, "no addresses", ada.askIdentity(http.MethodPost, "/lookup", object{"algorithm": "none", "pepper": pepper}),
			"400 M_MISSING_PARAMS: Missing parameters: addresses")
	})
}

// Synapse sends the token in the query of this request.
func TestHashDetailsAcceptATokenInTheQuery(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		url := w.IdentityServer() + "/_matrix/identity/v2/hash_details?access_token=" + ada.atIdentityServer()
		check(t, w, "answer", ask(t, w, http.MethodGet, url, "", nil).Status, `200`)
	})
}

func TestStoreInvite(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("Grace")
		body := func(change object) object {
			b := object{"medium": "email", "address": to, "room_id": "!room:" + w.ServerName(), "sender": ada.ID}
			maps.Copy(b, change)
			return b
		}
		store := func(change object) answer { return ada.askIdentity(http.MethodPost, "/store-invite", body(change)) }

		stored := store(object{}).Body
		token, _ := stored["token"].(string)
		check(t, w, "answer", names{w.IdentityServer(): "https://is", token: "token"}.in(stored), `{
			"token": "token", "display_name": "Gra...@exa...", "public_key": "key", "public_keys": [
				{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/isvalid"},
				{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/ephemeral/isvalid"}]}`)
		refused(t, w, "another sender", store(object{"sender": grace.ID}), "403 M_UNAUTHORIZED: 'sender' doesn't match")
		refused(t, w, "a telephone", store(object{"medium": "msisdn", "address": "18005552067"}),
			"400 M_UNRECOGNIZED: Didn't understand medium 'msisdn'")
		refused(t, w, "no address at all", store(object{"address": "nonsense"}), "500 M_UNKNOWN: Internal Server Error")
		refused(t, w, "an address with a name", store(object{"address": "Grace <grace@example.test>"}),
			"400 M_INVALID_EMAIL: Invalid email address")
		refused(t, w, "an empty address", store(object{"address": ""}), "400 M_INVALID_PARAM: Invalid email provided")
		refused(t, w, "nothing", ada.askIdentity(http.MethodPost, "/store-invite", object{"medium": "email"}),
			"400 M_MISSING_PARAMS: Missing parameters: address,room_id,sender")

		bound := address("bound")
		w.Bind(t, bound, grace.ID, grace.token)
		inUse := store(object{"address": bound})
		refused(t, w, "bound meanwhile", inUse, "400 M_THREEPID_IN_USE: Binding already known")
		check(t, w, "who has it", inUse.Body["mxid"] == grace.ID, `true`)
	})
}
