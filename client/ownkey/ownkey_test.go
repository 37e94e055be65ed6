package ownkey_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/ownkey"
)

const (
	ada  = id.UserID("@ada:example.org")
	bob  = id.UserID("@bob:example.test")
	room = id.RoomID("!ops:example.org")
)

// event returns an event of the room.
func event(t *testing.T, n int, kind, stateKey string, sender id.UserID, content any) invite.Event {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"event_id": fmt.Sprintf("$%d", n), "type": kind, "state_key": stateKey, "sender": sender, "origin_server_ts": n, "content": content,
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := invite.ParseEvent(raw)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// An acceptance that is signed with the key of a new invite is verified, with and
// without the sender in the signed object.
func TestSignaturesAreVerified(t *testing.T) {
	for _, url := range []string{"", "https://invite.example.org/isvalid"} {
		issued := ownkey.New()
		content, err := issued.Content("gra...@nav...", url)
		if err != nil {
			t.Fatal(err)
		}
		key, err := issued.Key()
		if err != nil {
			t.Fatal(err)
		}
		bySender, err := key.Sign(bob, ada, issued.Token)
		if err != nil {
			t.Fatal(err)
		}
		byBinding, err := key.SignBinding(bob, issued.Token)
		if err != nil {
			t.Fatal(err)
		}
		for _, signed := range []json.RawMessage{bySender, byBinding} {
			member := map[string]any{"membership": "invite", "third_party_invite": map[string]any{"display_name": "x", "signed": signed}}
			found := invite.Fold(room, []invite.Event{
				event(t, 1, invite.TypeThirdPartyInvite, issued.Token, ada, content),
				event(t, 2, "m.room.member", string(bob), ada, member),
			}, nil)
			if len(found) != 1 || found[0].Status != invite.Invited || found[0].Acceptance.Proof != invite.ProofVerified {
				t.Fatalf("%s: %+v", signed, found)
			}
			if i := found[0]; i.DisplayName != "gra...@nav..." || len(i.Keys) != 1 || !i.Keys[0].Usable() || i.Keys[0].ValidityURL != url {
				t.Errorf("%+v", i)
			}
		}
	}
}

func TestContent(t *testing.T) {
	i := ownkey.Invite{Token: "t", PrivateKey: "Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q"}
	for url, want := range map[string]string{
		"": `{"display_name":"link 1","public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c","public_keys":[{"public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c"}]}`,
		"https://a.example": `{"display_name":"link 1","public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c","public_keys":[{"public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c",` +
			`"key_validity_url":"https://a.example"}],"key_validity_url":"https://a.example"}`,
	} {
		c, err := i.Content("link 1", url)
		got, _ := json.Marshal(c)
		if err != nil || string(got) != want {
			t.Errorf("%v\n%s", err, got)
		}
	}
	if _, err := (ownkey.Invite{}).Content("x", ""); err == nil {
		t.Error("an invite without a key has content")
	}
}

func TestInvitesAreDifferentAndNeverPrinted(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		i := ownkey.New()
		if seen[i.Token] || seen[i.PrivateKey] {
			t.Fatal("repeated")
		}
		seen[i.Token], seen[i.PrivateKey] = true, true
		// 26 characters of an alphabet of 32 are 130 bits.
		if len(i.Token) < 26 || strings.Trim(i.Token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			t.Errorf("token %q", i.Token)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", i, i, i, i); strings.Contains(s, i.PrivateKey) {
			t.Error(s)
		}
	}
}

func TestRedact(t *testing.T) {
	for address, want := range map[string]string{
		"grace@navy.example": "gra...@nav...",
		"bob@a.b":            "b...@a...",
		"ab@example.org":     "a...@exa...",
		"a@b":                "...@...",
		"äöüß@example.org":   "äöü...@exa...",
		"no address":         "no ...",
		"x@y@example.org":    "x...@exa...",
		"":                   "...",
	} {
		got := ownkey.Redact(address)
		if got != want {
			t.Errorf("%q: %q", address, got)
		}
		if strings.Contains(address, "@") && !invite.Matches(got, address) {
			t.Errorf("%q does not match %q", got, address)
		}
	}
}
