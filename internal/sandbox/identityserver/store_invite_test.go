package identityserver

import "testing"

func TestDisplayNamesAreRedactedAsInSydent(t *testing.T) {
	for address, want := range map[string]string{
		"alice@example.com": "ali...@exa...", "bob@ex.io": "b...@ex....", "al@a.b": "a...@a...", "1@1.com": "...@1.c...",
		"1234567890@1234567890.com": "123...@123...",
	} {
		if got, _ := redactAddress(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
