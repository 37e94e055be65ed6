package keycheck_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const isValidPath = "/_matrix/identity/*/pubkey/isvalid"

// invited returns a sandbox with one pending invite, and the invite's ephemeral
// key.
func invited(t *testing.T) (w *sandbox.World, ephemeral ed25519.PublicKey) {
	t.Helper()
	w = sandbox.New(sandbox.Options{Seed: 3, Now: time.Now})
	ada := w.AddUser("ada", "lovelace", "Ada")
	room := w.CreateRoom(ada, sandbox.RoomOptions{Name: "Compilers"})
	if _, err := w.InviteByEmail(room, ada, "grace@navy.example"); err != nil {
		t.Fatal(err)
	}
	seed, err := base64.RawURLEncoding.DecodeString(w.Mails("grace@navy.example")[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return w, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}

func TestAnswersOfIdentityServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, key := invited(t)
		longTerm := w.PublicKey()
		urlSafe, standard := base64.RawURLEncoding.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key)
		if urlSafe == standard {
			t.Fatal("the key is the same in both alphabets; use another seed")
		}
		v1, v2 := w.IdentityServerURL()+"/_matrix/identity/api/v1/pubkey", w.IdentityServerURL()+"/_matrix/identity/v2/pubkey"
		c := newChecker(w)
		for q, want := range map[keycheck.Question]invite.Validity{
			{URL: v2 + "/isvalid", PublicKey: longTerm}:                         invite.Valid,
			{URL: v1 + "/isvalid", PublicKey: longTerm}:                         invite.Valid,
			{URL: v1 + "/ephemeral/isvalid", PublicKey: urlSafe}:                invite.Valid,
			{URL: v2 + "/ephemeral/isvalid", PublicKey: urlSafe}:                invite.Valid,
			{URL: v1 + "/ephemeral/isvalid", PublicKey: standard}:               invite.Invalid,
			{URL: v1 + "/ephemeral/isvalid", PublicKey: urlSafe + "="}:          invite.Invalid,
			{URL: v1 + "/isvalid", PublicKey: urlSafe}:                          invite.Invalid,
			{URL: v1 + "/ephemeral/isvalid", PublicKey: longTerm}:               invite.Invalid,
			{URL: v1 + "/nowhere", PublicKey: longTerm}:                         invite.Unreachable,
			{URL: "https://nowhere.example/isvalid", PublicKey: longTerm}:       invite.Unreachable,
			{URL: v1 + "/isvalid?public_key=" + longTerm, PublicKey: "forged"}:  invite.Invalid,
			{URL: v1 + "/isvalid?public_key=" + longTerm + ";", PublicKey: "f"}: invite.Unreachable,
		} {
			if got := askOne(t.Context(), c, q); got != want {
				t.Errorf("%s about %s: %s, not %s", q.URL, q.PublicKey, got, want)
			}
		}
	})
}

func TestIdentityServerDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := invited(t)
		q := keycheck.Question{URL: w.IdentityServerURL() + "/_matrix/identity/v2/pubkey/isvalid", PublicKey: w.PublicKey()}
		c := newChecker(w)
		w.SetIdentityServerDown(true)
		if got := askOne(t.Context(), c, q); got != invite.Unreachable {
			t.Errorf("down: %s", got)
		}
		w.SetIdentityServerDown(false)
		time.Sleep(time.Minute)
		w.Inject(sandbox.Fault{Path: isValidPath, Times: 1, Delay: time.Minute})
		start := time.Now()
		if got := askOne(t.Context(), c, q); got != invite.Unreachable || time.Since(start) != 10*time.Second {
			t.Errorf("slow: %s after %s", got, time.Since(start))
		}
		time.Sleep(time.Minute)
		w.Inject(sandbox.Fault{Path: isValidPath, Times: 1, Lose: true})
		if got := askOne(t.Context(), c, q); got != invite.Unreachable {
			t.Errorf("lost: %s", got)
		}
		time.Sleep(time.Minute)
		if got := askOne(t.Context(), c, q); got != invite.Valid {
			t.Errorf("up: %s", got)
		}
	})
}
