package invite_test

import (
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

func TestIsNamed(t *testing.T) {
	const ada id.UserID = "@ada:example.org"
	for name, want := range map[string]bool{
		"ada": true, "@ada": true, "@Ada:Example.org": true, "ada:example.org": true,
		"": false, "@": false, "ad": false, "adal": false, "@ada:example": false, "example.org": false, "me": false,
	} {
		if got := invite.IsNamed(ada, name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if invite.IsNamed("", "") || invite.IsNamed("", "@") {
		t.Error("an unknown user has a name")
	}
}

func TestOlderThanAndBy(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	sent := invite.Invite{Sender: "@ada:hs", SentAt: now.Add(-time.Hour)}
	revoked := invite.Invite{Revocation: &invite.Revocation{Sender: "@ken:hs", At: now.Add(-time.Hour)}}
	for _, i := range []invite.Invite{sent, revoked} {
		if i.OlderThan(time.Hour, now) || !i.OlderThan(time.Hour-1, now) {
			t.Errorf("%v is older than an hour, or not older than less", i)
		}
	}
	if (invite.Invite{}).OlderThan(0, now) {
		t.Error("an invite without a time has an age")
	}
	if sent.By() != "@ada:hs" || revoked.By() != "@ken:hs" {
		t.Error(sent.By(), revoked.By())
	}
}
