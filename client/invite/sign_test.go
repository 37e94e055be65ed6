package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"
)

// ownSeed is the private key of ownKey, as in a link.
const ownSeed = "Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q"

func ownPrivate(tb testing.TB) PrivateKey {
	tb.Helper()
	k, err := ParsePrivateKey(ownSeed)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestPrivateKeyMatchesItsPublicKey(t *testing.T) {
	for _, s := range []string{ownSeed, ownSeed + "=", strings.ReplaceAll(ownSeed, "_", "/")} {
		k, err := ParsePrivateKey(s)
		if err != nil || k.Public() != ownURL {
			t.Errorf("%s: %v, %v", s, k, err)
		}
		for _, other := range keysOf(t, ownKey, ownURL) {
			if !k.Matches(other) {
				t.Errorf("%s does not match %s", s, other.Public)
			}
		}
		if k.Matches(keysOf(t, specKey)[0]) || k.Matches(keysOf(t, "nonsense")[0]) || (PrivateKey{}).Matches(keysOf(t, ownKey)[0]) {
			t.Error("matches another key")
		}
	}
	for _, s := range []string{"", "abc", ownSeed[1:], ownSeed + "AA", "!" + ownSeed[1:]} {
		if _, err := ParsePrivateKey(s); !errors.Is(err, ErrPrivateKey) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestPrivateKeyIsNeverPrinted(t *testing.T) {
	k := ownPrivate(t)
	seed, _ := decodeBase64(ownSeed)
	inBytes := fmt.Sprintf("%d %d %d", seed[0], seed[1], seed[2])
	inJSON, _ := json.Marshal(map[string]any{"key": k})
	for _, s := range []string{fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k), fmt.Sprintf("%v", struct{ K PrivateKey }{k}), string(inJSON)} {
		if strings.Contains(s, ownSeed[:10]) || strings.Contains(s, inBytes) {
			t.Error(s)
		}
	}
}

// A signature is the same, byte for byte, as that of another implementation.
func TestSignMatchesTestVector(t *testing.T) {
	signed, err := ownPrivate(t).Sign("@bob:example.test", "@alice:example.test", "tok123")
	if err != nil || !strings.Contains(string(signed), vectors[5].signature) {
		t.Errorf("%s, %v", signed, err)
	}
	sender, err := ownPrivate(t).Check(signed, "@bob:example.test", "tok123")
	if err != nil || sender != "@alice:example.test" {
		t.Errorf("%s, %v", sender, err)
	}
	if _, err := (PrivateKey{}).Sign("@a:b", "@c:d", "t"); err == nil {
		t.Error("signed without a key")
	}
}

func TestSignBindingMatchesTestVector(t *testing.T) {
	signed, err := ownPrivate(t).SignBinding("@bob:example.test", "tok123")
	if err != nil {
		t.Fatal(err)
	}
	const want = "KesasUiJbI9GRvQTO44omZDdVHnjftn1FQRIXvzyyS3pHQiCbP//wabEt3Xr6a0KKSCsB4UgV7+OvlZZt5w3BA"
	if !strings.Contains(string(signed), want) || strings.Contains(string(signed), "sender") {
		t.Errorf("%s", signed)
	}
}

func TestCheckRefusesOtherSignatures(t *testing.T) {
	other := PrivateKey{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	sign := func(k PrivateKey, user, sender, token string) string {
		signed, err := k.Sign(id.UserID(user), id.UserID(sender), token)
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	k := ownPrivate(t)
	good := sign(k, "@bob:x", "@al:x", "tok")
	zero := base64.RawStdEncoding.EncodeToString(make([]byte, 64))
	for _, tc := range []struct {
		signed string
		want   error
	}{
		{sign(k, "@eve:x", "@al:x", "tok"), ErrSignedForOther},
		{sign(k, "@bob:x", "@al:x", "kot"), ErrSignedOther},
		{sign(other, "@bob:x", "@al:x", "tok"), ErrSignature},
		{strings.Replace(good, "@al:x", "@eve:x", 1), ErrSignature},
		{`{"mxid":"@bob:x","sender":"@al:x","token":"tok","signatures":{"a":{"ed25519:0":"` + zero + `"}}}`, ErrSignature},
		{`{"mxid":"@bob:x","sender":"@al:x","token":"tok"}`, ErrSignature},
		{sign(k, "@bob:x", "al", "tok"), ErrNotSigned},
		{`{"mxid":"@bob:x","token":"tok"}`, ErrNotSigned},
		{`{"mxid":1}`, ErrNotSigned},
		{`[]`, ErrNotSigned},
		{`<html>`, ErrNotSigned},
		{``, ErrNotSigned},
	} {
		if _, err := k.Check(json.RawMessage(tc.signed), "@bob:x", "tok"); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.signed, err)
		}
	}
}
