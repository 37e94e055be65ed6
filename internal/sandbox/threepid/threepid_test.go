package threepid

import "testing"

func TestHashesOfTheSpecification(t *testing.T) {
	for in, want := range map[string]string{
		"alice@example.com":   "4kenr7N9drpCJ4AfalmlGQVsOn3o2RHjkADUpXJWZUc",
		"bob@example.com":     "LJwSazmv46n0hlMlsb_iYxI0_HXEqy_yj6Jm636cdT8",
		"strauss@example.com": "Wvo9OL_UvrDZsRecvnhshdTeilXXGbhk0J5l5rX55Ok",
	} {
		if got := Hash(in, "email", "matrixrocks"); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
