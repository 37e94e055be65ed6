package sandbox

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

func TestTermsAreAcceptedInAnyLanguage(t *testing.T) {
	w, _ := newWorld()
	w.SetTerms(map[string]Policy{
		"privacy": {Version: "1", Languages: map[string]Document{"en": {Name: "Privacy", URL: "https://p/en"}, "de": {Name: "Datenschutz", URL: "https://p/de"}}},
		"use":     {Version: "2", Languages: map[string]Document{"en": {Name: "Use", URL: "https://u/en"}}},
	})
	ada := signIn(t, w, "ada")
	ada.register()
	for _, path := range []string{"account", "hash_details"} {
		ada.ask("GET", path, nil).fails(t, 403, "M_TERMS_NOT_SIGNED", "Terms not signed")
	}
	guest := &caller{t: t, w: w}
	policies := guest.ask("GET", "terms", nil).ok(t)["policies"].(object)
	if policies["privacy"].(object)["de"].(object)["url"] != "https://p/de" || policies["use"].(object)["version"] != "2" {
		t.Errorf("policies: %v", policies)
	}
	ada.ask("POST", "terms", object{"user_accepts": []string{"https://x"}}).
		fails(t, 400, "M_UNKNOWN", "Unrecognised URLs: https://x")
	ada.ask("POST", "terms", object{"user_accepts": []string{"https://p/de"}}).ok(t)
	ada.ask("GET", "account", nil).fails(t, 403, "M_TERMS_NOT_SIGNED", "Terms not signed")
	ada.ask("POST", "terms", object{"user_accepts": []string{"https://u/en"}}).ok(t)
	if got := ada.ask("GET", "account", nil).ok(t)["user_id"]; got != ada.id {
		t.Errorf("user %v", got)
	}
}

func TestIdentityServerNeedsItsToken(t *testing.T) {
	w, _ := newWorld()
	c := &caller{t: t, w: w}
	c.ask("GET", "account", nil).fails(t, 401, "M_UNAUTHORIZED", "Unauthorized")
	c.is = "wrong"
	c.ask("GET", "account", nil).fails(t, 401, "M_UNAUTHORIZED", "Unauthorized")
	ada := signIn(t, w, "ada")
	ada.register()
	c.is = ""
	c.ask("GET", "account?access_token="+ada.is, nil).ok(t)
	c.ask("POST", "account/logout", object{"access_token": ada.is}).ok(t)
	ada.ask("GET", "account", nil).fails(t, 401, "M_UNAUTHORIZED", "Unauthorized")
}

func TestRegisterWithABadTokenIsAServerError(t *testing.T) {
	w, _ := newWorld()
	c := &caller{t: t, w: w}
	c.ask("POST", "account/register", object{"matrix_server_name": "example.org", "access_token": "bad"}).
		fails(t, 500, "M_UNKNOWN", "The Matrix homeserver did not include 'sub' in its response")
	c.ask("POST", "account/register", object{"matrix_server_name": "nowhere.example", "access_token": "bad"}).
		fails(t, 500, "M_UNKNOWN", "Unable to contact the Matrix homeserver (DNSLookupError)")
	c.ask("POST", "account/register", object{"matrix_server_name": "bad name", "access_token": "bad"}).
		fails(t, 400, "M_INVALID_PARAM", "matrix_server_name must be a valid Matrix server name (IP address or hostname)")
	c.ask("POST", "account/register", object{}).
		fails(t, 400, "M_MISSING_PARAMS", "Missing parameters: matrix_server_name,access_token")
}

func TestLookupByHashAndPlain(t *testing.T) {
	w, _ := newWorld()
	if err := w.Bind("Strauß@Example.com", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	ada := signIn(t, w, "ada")
	ada.register()
	pepper := ada.ask("GET", "hash_details", nil).ok(t)["lookup_pepper"].(string)
	known, unknown := threepid.Hash("strauss@example.com", "email", pepper), threepid.Hash("dave@example.org", "email", pepper)
	ask := func(algorithm, pepper string, addresses ...string) response {
		return ada.ask("POST", "lookup", object{"algorithm": algorithm, "pepper": pepper, "addresses": addresses})
	}
	if m := ask("sha256", pepper, known, unknown).ok(t)["mappings"].(object); len(m) != 1 || m[known] != "@ken:example.org" {
		t.Errorf("mappings: %v", m)
	}
	if m := ask("none", pepper, "strauss@example.com email").ok(t)["mappings"].(object); m["strauss@example.com email"] == nil {
		t.Errorf("mappings: %v", m)
	}
	ask("none", pepper, "a b c").fails(t, 400, "M_UNKNOWN", `Invalid "address medium" pair: "a b c"`)
	ask("md5", pepper, known).fails(t, 400, "M_INVALID_PARAM", "algorithm is not supported")
	fresh := w.RotatePepper()
	a := ask("sha256", pepper, known)
	a.fails(t, 400, "M_INVALID_PEPPER", "pepper does not match '"+fresh+"'")
	if a.body["lookup_pepper"] != fresh || a.body["algorithm"] != "sha256" {
		t.Errorf("body: %s", a.raw)
	}
}

// Sydent compares keys as strings: the same key in the other alphabet is not valid.
func TestKeysAreComparedAsStrings(t *testing.T) {
	// A seed whose first ephemeral key differs between the alphabets.
	for seed := uint64(0); ; seed++ {
		w := New(Options{Seed: seed})
		w.AddUser("ada", "ada", "Ada")
		room := w.CreateRoom("@ada:example.org", RoomOptions{})
		mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
		ada := signIn(t, w, "ada")
		keys := ada.invites(room)[0]["content"].(object)["public_keys"].([]any)
		longTerm, ephemeral := signedjson.String(keys[0].(object)["public_key"]), signedjson.String(keys[1].(object)["public_key"])
		other := strings.NewReplacer("-", "+", "_", "/").Replace(ephemeral)
		if other == ephemeral {
			continue
		}
		valid := func(path, key string) any {
			return ada.ask("GET", path+"?public_key="+url.QueryEscape(key), nil).ok(t)["valid"]
		}
		for _, x := range []struct {
			path, key string
			want      bool
		}{
			{"pubkey/isvalid", longTerm, true},
			{"pubkey/isvalid", ephemeral, false},
			{"pubkey/ephemeral/isvalid", ephemeral, true},
			{"pubkey/ephemeral/isvalid", other, false},
			{"pubkey/ephemeral/isvalid", longTerm, false},
		} {
			if got := valid(x.path, x.key); got != x.want {
				t.Errorf("%s %s: %v", x.path, x.key, got)
			}
		}
		if got := ada.ask("GET", "pubkey/ed25519:0", nil).ok(t)["public_key"]; got != longTerm {
			t.Errorf("public key %v", got)
		}
		if a := ada.ask("GET", "pubkey/ed25519:1", nil); a.status != 404 || !strings.Contains(string(a.raw), "No Such Resource") {
			t.Errorf("%d %s", a.status, a.raw)
		}
		w.RotateKey()
		if valid("pubkey/isvalid", longTerm) != false {
			t.Error("an old long-term key is still valid")
		}
		return
	}
}

func TestStoreInviteRefusals(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	ask := func(change object) response {
		body := object{"medium": "email", "address": "dave@example.org", "room_id": room, "sender": ada.id}
		for k, v := range change {
			body[k] = v
		}
		return ada.ask("POST", "store-invite", body)
	}
	ada.ask("POST", "store-invite", object{"medium": "email"}).
		fails(t, 400, "M_MISSING_PARAMS", "Missing parameters: address,room_id,sender")
	ask(object{"sender": "@ken:example.org"}).fails(t, 403, "M_UNAUTHORIZED", "'sender' doesn't match")
	ask(object{"medium": "msisdn"}).fails(t, 400, "M_UNRECOGNIZED", "Didn't understand medium 'msisdn'")
	ask(object{"address": ""}).fails(t, 400, "M_INVALID_PARAM", "Invalid email provided")
	ask(object{"address": "dave"}).fails(t, 500, "M_UNKNOWN", "Internal Server Error")
	if n := len(w.Mails("dave")); n != 1 {
		t.Errorf("%d mails to what has no @", n)
	}
	ask(object{"address": "Dave <dave@example.org>"}).fails(t, 400, "M_INVALID_EMAIL", "Invalid email address")
	if err := w.Bind("dave@example.org", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	a := ask(nil)
	a.fails(t, 400, "M_THREEPID_IN_USE", "Binding already known")
	if a.body["mxid"] != "@ken:example.org" {
		t.Errorf("body: %s", a.raw)
	}
	w.LimitMails(1, 1)
	ask(object{"address": "x@y.z"}).ok(t)
	ask(object{"address": "x@y.z"}).fails(t, 429, "M_UNKNOWN", "Limit exceeded for this sender")
}

func TestAddressIsConfirmedAndBound(t *testing.T) {
	w, room := newWorld()
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	grace := signIn(t, w, "grace")
	grace.register()
	sid := grace.ask("POST", "validate/email/requestToken",
		object{"email": "dave@example.org", "client_secret": "s3cret", "send_attempt": 1}).ok(t)["sid"]
	bind := object{"sid": sid, "client_secret": "s3cret", "mxid": grace.id}
	grace.ask("POST", "3pid/bind", bind).
		fails(t, 400, "M_SESSION_NOT_VALIDATED", "This validation session has not yet been completed")
	mails := w.Mails("dave@example.org")
	code := mails[len(mails)-1].Code
	if a := grace.ask("POST", "validate/email/submitToken",
		object{"sid": sid, "client_secret": "s3cret", "token": "wrong"}).ok(t); a["success"] != false {
		t.Errorf("submitToken: %v", a)
	}
	if a := grace.ask("POST", "validate/email/submitToken",
		object{"sid": sid, "client_secret": "s3cret", "token": code}).ok(t); a["success"] != true {
		t.Errorf("submitToken: %v", a)
	}
	assoc := grace.ask("POST", "3pid/bind", bind).ok(t)
	if assoc["mxid"] != grace.id || len(assoc["invites"].([]any)) != 1 {
		t.Errorf("association: %v", assoc)
	}
	if got := w.Membership(room, grace.id); got != "invite" {
		t.Errorf("membership %q", got)
	}
}

func TestSignInByBoundAddress(t *testing.T) {
	w, _ := newWorld()
	c := &caller{t: t, w: w}
	login := object{
		"type": "m.login.password", "password": "ken",
		"identifier": object{"type": "m.id.thirdparty", "medium": "email", "address": "Ken@bell.example"},
	}
	c.hs("POST", "login", login).fails(t, 403, "M_FORBIDDEN", "Invalid username or password")
	if err := w.Bind("ken@bell.example", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	if got := c.hs("POST", "login", login).ok(t)["user_id"]; got != "@ken:example.org" {
		t.Errorf("user %v", got)
	}
}

// Dendrite uses version 1: forms, no token, signed associations.
func TestVersion1NeedsNoToken(t *testing.T) {
	w, room := newWorld()
	c := &caller{t: t, w: w}
	v1 := w.IdentityServerURL() + "/_matrix/identity/api/v1/"
	form := url.Values{"medium": {"email"}, "address": {"dave@example.org"}, "room_id": {room}, "sender": {"@ada:example.org"}}
	if a := c.send("POST", v1+"store-invite?"+form.Encode(), "", nil).ok(t); a["display_name"] != "dav...@exa..." {
		t.Errorf("stored: %v", a)
	}
	if a := c.send("GET", v1+"lookup?medium=email&address=ken@bell.example", "", nil).ok(t); len(a) != 0 {
		t.Errorf("lookup: %v", a)
	}
	if err := w.Bind("ken@bell.example", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	a := c.send("GET", v1+"lookup?medium=email&address=ken@bell.example", "", nil)
	v, err := signedjson.Parse(a.raw)
	if err != nil {
		t.Fatal(err)
	}
	assoc := v.(object)
	key, _ := signedjson.DecodeKey(w.PublicKey())
	if !signedjson.Verify(assoc, assoc["signatures"].(object)["id.example.org"].(object)["ed25519:0"], key) {
		t.Errorf("association: %s", a.raw)
	}
}
