package identity_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// registered returns a client of the sandbox's identity server with an access token
// for the user.
func registered(t *testing.T, w *sandbox.World, user string) *identity.Server {
	t.Helper()
	var login struct {
		AccessToken string `json:"access_token"`
	}
	post(t, w, "/_matrix/client/v3/login", "", `{"type":"m.login.password","identifier":{"type":"m.id.user","user":"ada"},"password":"lovelace"}`, &login)
	var openID json.RawMessage
	post(t, w, "/_matrix/client/v3/user/"+user+"/openid/request_token", login.AccessToken, `{}`, &openID)
	s, err := identity.New(w.IdentityServerURL(), w)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Register(t.Context(), openID); err != nil {
		t.Fatal(err)
	}
	return s
}

func post(t *testing.T, w *sandbox.World, path, token, body string, reply any) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.HomeserverURL()+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := w.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(reply); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
}

func TestKeysAndSign(t *testing.T) {
	w := sandbox.New(sandbox.Options{Seed: 3})
	ada := w.AddUser("ada", "lovelace", "Ada")
	room := w.CreateRoom(ada, sandbox.RoomOptions{Name: "Compilers"})
	token, err := w.InviteByEmail(room, ada, "grace@navy.example")
	if err != nil {
		t.Fatal(err)
	}
	s := registered(t, w, ada)
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}

	public, err := s.PublicKey(t.Context(), "ed25519:0")
	if err != nil || public != w.PublicKey() {
		t.Errorf("%q, %v", public, err)
	}
	for key, want := range map[string]bool{public: true, "nonsense": false, public + "=": false} {
		if got, err := s.KeyValid(t.Context(), key); err != nil || got != want {
			t.Errorf("long-term %q: %v, %v", key, got, err)
		}
	}
	if got, err := s.EphemeralKeyValid(t.Context(), public); err != nil || got {
		t.Errorf("a long-term key as an ephemeral one: %v, %v", got, err)
	}

	mail := w.Mails("grace@navy.example")[0]
	signed, err := s.Sign(t.Context(), "@grace:example.org", token, mail.PrivateKey)
	var members map[string]any
	if err != nil || json.Unmarshal(signed, &members) != nil || members["sender"] != ada || members["signatures"] == nil {
		t.Errorf("%s, %v", signed, err)
	}
	if _, err := s.Sign(t.Context(), "@grace:example.org", "unknown", mail.PrivateKey); !identity.HasCode(err, "M_UNRECOGNIZED") {
		t.Errorf("%v", err)
	}
	if err := s.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.CheckAccount(t.Context()); !identity.HasCode(err, "M_UNAUTHORIZED") {
		t.Errorf("after logging out: %v", err)
	}
}

func TestPolicyIn(t *testing.T) {
	p := identity.Policy{Texts: map[string]identity.PolicyText{"en": {Name: "E"}, "fr": {Name: "F"}}}
	for lang, want := range map[string]string{"fr": "F", "en": "E", "de": "E"} {
		if got := p.In(lang).Name; got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
	if got := (identity.Policy{}).In("en"); got != (identity.PolicyText{}) {
		t.Errorf("%+v", got)
	}
}
