package completion

import "testing"

func TestWordsWithShellSyntaxAreNotOffered(t *testing.T) {
	for _, word := range []string{"#ops:example.org", "!wG_m-T/c:example.org:8448", "@ada.b=c+d/e:example.org", "pending,revoked", "Прага", "東京"} {
		if !safeInShells(word) {
			t.Errorf("%q is safe", word)
		}
	}
	for _, word := range []string{
		"", "-rf", "=ls", "a b", "a\tb", "a\nb", "$(id)", "`id`", "$HOME", "a;b", "a&b", "a|b", "a>b", "a<b", `a\b`, "a'b", `a"b`, "a*", "a?", "{a,b}", "[a]",
		"~root", "a%b", "(a)", "a^b", "\x1b[2J", "a\u202eb", "a\u200bb", "a\x00b", "a\u00a0b", "\xff",
	} {
		if safeInShells(word) {
			t.Errorf("%q is offered", word)
		}
	}
}
