package signedjson

import (
	"crypto/ed25519"
	"testing"
)

// https://spec.matrix.org/latest/appendices/#cryptographic-test-vectors
func TestSignaturesOfTheSpecification(t *testing.T) {
	seed, err := DecodeBase64("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	for in, want := range map[string]string{
		`{}`:                    "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ",
		`{"two":"Two","one":1}`: "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw",
		`{"token":"tok123","mxid":"@bob:example.test","unsigned":{"x":1}}`: "NBZ06/L5V7SR0SgFYMlzn5etfGsL1KGtH7zcGLTseuMm4bedpqgNA/HKwmRWh6lAc96jizZ8mdTT1j2DYFyWCw",
	} {
		v, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got := EncodeBase64(ed25519.Sign(key, signedBytes(v.(Object)))); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
