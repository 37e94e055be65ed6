package linkkey_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/linkkey"
)

const token = "2TOZQBZTVWIXHNVEVJBZYJRTIM"

func sample() linkkey.Capsule {
	return linkkey.Capsule{
		Seed:   [32]byte{1, 2, 3, 31: 9},
		Terms:  linkkey.Terms{Expires: time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC), Uses: 3},
		RoomID: "!ops:example.org", Sender: "@ada:example.org", RoomName: "Compiler Club",
	}
}

func TestCapsuleCanBeOpened(t *testing.T) {
	k := linkkey.New()
	never, long := sample(), sample()
	never.Expires, never.RoomName = time.Time{}, ""
	long.RoomID, long.Sender = id.RoomID("!"+strings.Repeat("r", 254)), id.UserID("@a:"+strings.Repeat("s", 252))
	for _, want := range []linkkey.Capsule{sample(), never, long} {
		text := k.Seal(token, want)
		if !linkkey.IsCapsule(text) {
			t.Errorf("%q is not a capsule", text)
		}
		got, err := k.Open(token, text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

// A link stays short enough for a QR code that is printed in a letter.
func TestCapsuleIsShort(t *testing.T) {
	if n := len(linkkey.New().Seal(token, sample())); n > 180 {
		t.Errorf("%d characters", n)
	}
}

func TestCapsuleNeedsTheSameKeyAndToken(t *testing.T) {
	k := linkkey.New()
	text := k.Seal(token, sample())
	if _, err := k.Open(token+"A", text); !errors.Is(err, linkkey.ErrCapsule) {
		t.Error("another token:", err)
	}
	if _, err := linkkey.New().Open(token, text); !errors.Is(err, linkkey.ErrCapsule) {
		t.Error("another key:", err)
	}
	for n := range text {
		changed := []byte(text)
		changed[n] ^= 1
		if _, err := k.Open(token, string(changed)); !errors.Is(err, linkkey.ErrCapsule) {
			t.Errorf("character %d changed: %v", n, err)
		}
		if _, err := k.Open(token, text[:n]); !errors.Is(err, linkkey.ErrCapsule) {
			t.Errorf("cut to %d characters: %v", n, err)
		}
	}
}

func TestCapsuleWithWrongValuesIsRefused(t *testing.T) {
	k := linkkey.New()
	for name, change := range map[string]func(*linkkey.Capsule){
		"no uses":       func(c *linkkey.Capsule) { c.Uses = 0 },
		"too many uses": func(c *linkkey.Capsule) { c.Uses = linkkey.MaxUses + 1 },
		"no room":       func(c *linkkey.Capsule) { c.RoomID = "" },
		"no sender":     func(c *linkkey.Capsule) { c.Sender = "" },
		"a long room":   func(c *linkkey.Capsule) { c.RoomID = id.RoomID("!" + strings.Repeat("r", 255)) },
		"a far expiry":  func(c *linkkey.Capsule) { c.Expires = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		c := sample()
		change(&c)
		if _, err := k.Open(token, k.Seal(token, c)); !errors.Is(err, linkkey.ErrCapsule) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLongNameIsCutAtACharacter(t *testing.T) {
	k, c := linkkey.New(), sample()
	c.RoomName = strings.Repeat("ä€", 1000) + "\xff"
	got, err := k.Open(token, k.Seal(token, c))
	if err != nil {
		t.Fatal(err)
	}
	if n := got.RoomName; len(n) > linkkey.MaxName || len(n) < linkkey.MaxName-5 || !strings.HasSuffix(n, "…") || strings.ContainsRune(n, '\uFFFD') {
		t.Errorf("%q", n)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k, c := linkkey.New(), sample()
	key, _ := k.MarshalText()
	for _, secret := range []string{string(key), fmt.Sprint(c.Seed), "1, 2, 3"} {
		if s := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", k, k, k, k, c, c, c); strings.Contains(s, secret) {
			t.Error(s)
		}
	}
}

func TestValidityURL(t *testing.T) {
	k := linkkey.New()
	public := publicKey(7)
	for _, terms := range []linkkey.Terms{sample().Terms, {Uses: 1}, {Uses: linkkey.MaxUses}} {
		url := k.ValidityURL("https://invite.example.org/", public, terms)
		parameter, ok := strings.CutPrefix(url, "https://invite.example.org/valid/")
		parameter, ok2 := strings.CutSuffix(parameter, "/isvalid")
		if !ok || !ok2 || strings.ContainsAny(parameter, "/?#%") {
			t.Fatal(url)
		}
		got, ok := k.Verify(parameter, public)
		if d := cmp.Diff(terms, got); !ok || d != "" {
			t.Errorf("%v %s", ok, d)
		}
		if _, ok := k.Verify(parameter, publicKey(8)); ok {
			t.Error("another public key is accepted")
		}
		if _, ok := linkkey.New().Verify(parameter, public); ok {
			t.Error("another links key is accepted")
		}
		for n := range parameter {
			changed := []byte(parameter)
			changed[n] ^= 1
			if _, ok := k.Verify(string(changed), public); ok {
				t.Errorf("changed at %d: accepted", n)
			}
		}
		for _, other := range []string{"0" + parameter, "+" + parameter, parameter + ".", parameter[:len(parameter)-1], ""} {
			if _, ok := k.Verify(other, public); ok {
				t.Errorf("%q: accepted", other)
			}
		}
	}
}

func TestExpired(t *testing.T) {
	terms := sample().Terms
	for at, want := range map[time.Time]bool{terms.Expires.Add(-time.Second): false, terms.Expires: true, terms.Expires.Add(time.Hour): true} {
		if terms.Expired(at) != want {
			t.Error(at)
		}
	}
	if (linkkey.Terms{Uses: 1}).Expired(terms.Expires) {
		t.Error("an invite without expiry expires")
	}
}

func TestParsePublicKey(t *testing.T) {
	want := publicKey(7)
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		got, ok := linkkey.ParsePublicKey(encoding.EncodeToString(want))
		if !ok || !got.Equal(want) {
			t.Error(encoding.EncodeToString(want))
		}
	}
	for _, bad := range []string{"", "AAAA", "*", base64.StdEncoding.EncodeToString(make([]byte, 33))} {
		if _, ok := linkkey.ParsePublicKey(bad); ok {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func publicKey(n byte) ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 31), n)).Public().(ed25519.PublicKey)
}

func FuzzOpen(f *testing.F) {
	k := linkkey.New()
	f.Add(token, k.Seal(token, sample()))
	f.Add("", "mx1.")
	f.Fuzz(func(t *testing.T, token, text string) {
		c, err := k.Open(token, text)
		if err == nil && !linkkey.IsCapsule(text) {
			t.Errorf("%q opens as %v and is not a capsule", text, c)
		}
	})
}

func FuzzVerify(f *testing.F) {
	k, public := linkkey.New(), publicKey(1)
	f.Add("1798135200.3.AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, parameter string) {
		if terms, ok := k.Verify(parameter, public); ok && k.ValidityURL("", public, terms) != "/valid/"+parameter+"/isvalid" {
			t.Errorf("%q is accepted as %v", parameter, terms)
		}
	})
}
