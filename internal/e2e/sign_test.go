package e2e

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"
)

// The scenarios sign without the code of the program: for objects of plain strings
// without <, > and &, encoding/json writes canonical JSON.

func privateKey(tb testing.TB, seed string) ed25519.PrivateKey {
	tb.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(seed)
	if err != nil || len(decoded) != ed25519.SeedSize {
		tb.Fatalf("not a private key: %v", err)
	}
	return ed25519.NewKeyFromSeed(decoded)
}

// publicKey returns the public key of a mailed private key, in the encoding of the
// identity server.
func publicKey(tb testing.TB, seed string) string {
	tb.Helper()
	return base64.RawURLEncoding.EncodeToString(privateKey(tb, seed).Public().(ed25519.PublicKey))
}

// sign signs an object with a mailed private key, as an identity server does.
func sign(tb testing.TB, seed, entity string, o object) object {
	tb.Helper()
	canonical, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	signature := base64.RawStdEncoding.EncodeToString(ed25519.Sign(privateKey(tb, seed), canonical))
	signed := object{"signatures": object{entity: object{"ed25519:0": signature}}}
	for name, value := range o {
		signed[name] = value
	}
	return signed
}
