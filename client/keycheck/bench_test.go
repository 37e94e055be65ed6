package keycheck_test

import (
	"net/http"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// BenchmarkKnown measures the call that a list makes for each key of each invite.
func BenchmarkKnown(b *testing.B) {
	q := keycheck.Question{
		URL:       "https://id.example.org/_matrix/identity/api/v1/pubkey/ephemeral/isvalid",
		PublicKey: "UIWqmD96kTF_LESctfwvn1YhWhr_Ab-t6lfa1MS9D7c",
	}
	c := newChecker(roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, errNoConn }))
	for _, want := range []invite.Validity{invite.Unchecked, invite.Unreachable} {
		b.Run(string(want), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c.Known(q) != want {
					b.Fatal(c.Known(q))
				}
			}
		})
		askOne(b.Context(), c, q)
	}
}
