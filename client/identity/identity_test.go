package identity_test

import (
	"testing"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Test vectors of the spec and two more
// (https://spec.matrix.org/v1.19/identity-service-api/#sha256).
func TestHash(t *testing.T) {
	for _, tc := range []struct{ address, medium, pepper, want string }{
		{"alice@example.com", "email", "matrixrocks", "4kenr7N9drpCJ4AfalmlGQVsOn3o2RHjkADUpXJWZUc"},
		{"bob@example.com", "email", "matrixrocks", "LJwSazmv46n0hlMlsb_iYxI0_HXEqy_yj6Jm636cdT8"},
		{"18005552067", "msisdn", "matrixrocks", "nlo35_T5fzSGZzJApqu8lgIudJvmOQtDaHtr-I4rU7I"},
		{"strauss@example.com", "email", "matrixrocks", "Wvo9OL_UvrDZsRecvnhshdTeilXXGbhk0J5l5rX55Ok"},
		{"carol@example.test", "email", "pepper1", "dyw3FKrWknpxD0lkKF3iI_RMazLa1EeBuZcNQsvejdQ"},
	} {
		if got := identity.Hash(threepid.ID{Medium: tc.medium, Address: tc.address}, tc.pepper); got != tc.want {
			t.Errorf("%s %s %s: %s", tc.address, tc.medium, tc.pepper, got)
		}
	}
}

func TestNewValidatesBaseURL(t *testing.T) {
	for _, u := range []string{"", "vector.im", "ftp://vector.im", "https://", "https://user:pw@vector.im", "https://vector.im?x", "https://vector.im?", "https://vector.im/#", "https://vector.im#x", "https://:8448", "%"} {
		if _, err := identity.New(u, nil); err == nil {
			t.Errorf("%q was accepted", u)
		}
	}
	s, err := identity.New("https://vector.im:8090/", nil)
	if err != nil || s.Name() != "vector.im:8090" || s.URL() != "https://vector.im:8090" {
		t.Errorf("%v, %v", s, err)
	}
}
