package threepid_test

import (
	"errors"
	"testing"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		"grace@navy.example":                "grace@navy.example",
		"  Grace@Navy.Example\n":            "grace@navy.example",
		"Grace Hopper <grace@navy.example>": "grace@navy.example",
		"<grace@navy.example>":              "grace@navy.example",
		"mailto:grace@navy.example":         "grace@navy.example",
		"MAILTO:GRACE@navy.example":         "grace@navy.example",
		"Strauß@Example.com":                "strauss@example.com",
		"a+b@c.example":                     "a+b@c.example",
	} {
		got, err := threepid.ParseEmail(in)
		if err != nil || got != (threepid.ID{Medium: "email", Address: want}) {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "@", "grace", "grace@", "@navy.example", "grace@localhost", "a@b@c.example", "a b@c.example",
		"grace@navy.example, lin@kernel.example", `"a b"@c.example`, "a@[127.0.0.1]", "@grace:navy.example",
	} {
		if got, err := threepid.ParseEmail(in); !errors.Is(err, threepid.ErrNotAddress) {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}
