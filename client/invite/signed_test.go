package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Keys and signatures of other implementations. The first key is that of the spec's
// appendices (https://spec.matrix.org/v1.19/appendices/#json-signing). The public
// key of the second one differs between the two alphabets of base64.
const (
	specKey = "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"
	ownKey  = "UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c"
	ownURL  = "UIWqmD96kTF_LESctfwvn1YhWhr_Ab-t6lfa1MS9D7c"

	mxidToken       = `{"mxid":"@bob:example.test","token":"tok123"}`
	mxidSenderToken = `{"mxid":"@bob:example.test","sender":"@alice:example.test","token":"tok123"}`
)

var vectors = []struct{ message, key, signature string }{
	{`{}`, specKey, "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"},
	{`{"one":1,"two":"Two"}`, specKey, "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"},
	{mxidToken, specKey, "NBZ06/L5V7SR0SgFYMlzn5etfGsL1KGtH7zcGLTseuMm4bedpqgNA/HKwmRWh6lAc96jizZ8mdTT1j2DYFyWCw"},
	{mxidSenderToken, specKey, "zFoK8rFKGTzgxddws0AqHGw1+4xjcMNQsg6E7OLgjr2S7O2CFk1GCCilFMWiuEsUz1MfamhJnCewvGo0fnmFBA"},
	{mxidToken, ownKey, "KesasUiJbI9GRvQTO44omZDdVHnjftn1FQRIXvzyyS3pHQiCbP//wabEt3Xr6a0KKSCsB4UgV7+OvlZZt5w3BA"},
	{mxidSenderToken, ownURL, "oX1nwOrq/q0hihOUlz2taHnyPlZGCPnC9uIgW2+w7iHYj+lUVRfZaTnlJRuJZV+PWDGDxSxPuZaBChE2W82KCw"},
}

// withSignatures adds signatures to an object.
func withSignatures(message, signatures string) json.RawMessage {
	inner := strings.TrimSuffix(strings.TrimPrefix(message, "{"), "}")
	if inner != "" {
		inner += ","
	}
	return json.RawMessage("{" + inner + `"signatures":` + signatures + "}")
}

func keysOf(tb testing.TB, public ...string) []Key {
	tb.Helper()
	var keys []Key
	for _, p := range public {
		keys = append(keys, readKey(json.RawMessage(fmt.Sprintf("%q", p)), nil))
	}
	return keys
}

func TestVerifyTestVectors(t *testing.T) {
	for _, v := range vectors {
		signed := withSignatures(v.message, `{"is.test":{"ed25519:0":"`+v.signature+`"}}`)
		if k, proof := verify(signed, keysOf(t, "not a key", v.key)); proof != ProofVerified || k.Public != v.key {
			t.Errorf("%s by %s: %s by %q", v.message, v.key, proof, k.Public)
		}
		if _, proof := verify(signed, keysOf(t, ownKey[:42]+"A")); proof == ProofVerified {
			t.Errorf("%s: verified by another key", v.message)
		}
	}
}

func TestVerify(t *testing.T) {
	good := vectors[2].signature
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(good)
	sig := func(s string) string { return `{"is.test":{"ed25519:0":"` + s + `"}}` }
	for _, tc := range []struct {
		name   string
		signed json.RawMessage
		keys   []Key
		want   Proof
	}{
		{"unchanged", withSignatures(mxidToken, sig(good)), keysOf(t, specKey), ProofVerified},
		{"other order and spaces", json.RawMessage(`{ "token": "tok123", "signatures": ` + sig(good) + `, "mxid" : "@bob:example.test" }`), keysOf(t, specKey), ProofVerified},
		{"escaped characters", json.RawMessage(`{"token":"\u0074ok123","mxid":"@bob:example.test","signatures":` + sig(good) + `}`), keysOf(t, specKey), ProofVerified},
		{"unsigned is ignored", withSignatures(`{"unsigned":{"age":5},`+mxidToken[1:], sig(good)), keysOf(t, specKey), ProofVerified},
		{"an added member", withSignatures(`{"sender":"@alice:example.test",`+mxidToken[1:], sig(good)), keysOf(t, specKey), ProofForged},
		{"a missing member", withSignatures(mxidToken, sig(vectors[3].signature)), keysOf(t, specKey), ProofForged},
		{"url-safe and padded", withSignatures(mxidToken, sig(urlSafe+"==")), keysOf(t, specKey+"="), ProofVerified},
		{"second key, second signer", withSignatures(mxidToken, `{"a":{"ed25519:x":"AAAA"},"b":{"ed25519:1":"`+good+`"}}`), keysOf(t, ownKey, specKey), ProofVerified},
		{"other algorithm", withSignatures(mxidToken, `{"a":{"rsa:0":"`+good+`"}}`), keysOf(t, specKey), ProofForged},
		{"short signature", withSignatures(mxidToken, sig(good[:40])), keysOf(t, specKey), ProofForged},
		{"signature is a number", withSignatures(mxidToken, `{"a":{"ed25519:0":5}}`), keysOf(t, specKey), ProofForged},
		{"signatures is a list", withSignatures(mxidToken, `[]`), keysOf(t, specKey), ProofForged},
		{"no signatures", json.RawMessage(mxidToken), keysOf(t, specKey), ProofForged},
		{"mxid twice", withSignatures(`{"mxid":"@eve:example.test",`+mxidToken[1:], sig(good)), keysOf(t, specKey), ProofForged},
		{"a huge number", withSignatures(`{"n":1e400,`+mxidToken[1:], sig(good)), keysOf(t, specKey), ProofForged},
		{"a fraction", withSignatures(`{"n":0.5,`+mxidToken[1:], sig(good)), keysOf(t, specKey), ProofForged},
		{"no keys", withSignatures(mxidToken, sig(good)), nil, ProofUnverifiable},
		{"only unusable keys", withSignatures(mxidToken, sig(good)), keysOf(t, "abc123", ""), ProofUnverifiable},
		{"null", json.RawMessage(`null`), keysOf(t, specKey), ProofForged},
		{"nothing", nil, keysOf(t, specKey), ProofForged},
	} {
		if _, got := verify(tc.signed, tc.keys); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// The signature covers canonical JSON, in which few characters are escaped.
func TestVerifyUnescapedCharacters(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	for _, token := range []string{"<&>", "é", "日本", "😀", "\u2028", "\x01\x1f", `\"/`, "\x7f"} {
		canonical := func(s string) string { // canonical JSON of a string
			var b strings.Builder
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(s); err != nil {
				t.Fatal(err)
			}
			return strings.NewReplacer(`\u2028`, "\u2028", "\n", "").Replace(b.String())
		}
		message := `{"mxid":"@bob:example.test","token":` + canonical(token) + `}`
		sig := base64.RawStdEncoding.EncodeToString(ed25519.Sign(private, []byte(message)))
		signed := withSignatures(message, `{"is":{"ed25519:0":"`+sig+`"}}`)
		if _, proof := verify(signed, keysOf(t, base64.RawStdEncoding.EncodeToString(public))); proof != ProofVerified {
			t.Errorf("%q: %s", token, proof)
		}
	}
}

func FuzzSigned(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(withSignatures(v.message, `{"is.test":{"ed25519:0":"`+v.signature+`"}}`)))
	}
	f.Add([]byte(strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, signed []byte) {
		message, _, err := splitSigned(signed)
		if err == nil && !json.Valid(message) {
			t.Errorf("%q was signed as %q", signed, message)
		}
	})
}
