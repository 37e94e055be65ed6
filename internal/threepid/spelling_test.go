package threepid_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

func parsed(t *testing.T, address string) threepid.ID {
	t.Helper()
	id, err := threepid.ParseEmail(address)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSpellingsOfOneAddress(t *testing.T) {
	for _, same := range [][]string{
		{"ada@bücher.example", "Ada@BÜCHER.example", "ada@xn--bcher-kva.example", "ada@XN--BCHER-KVA.example", "ada@bu\u0308cher.example"},
		{"grace@почта.рф", "grace@xn--80a1acny.xn--p1ai", "grace@почта.xn--p1ai"},
		{"ken@例え.テスト", "ken@xn--r8jz45g.xn--zckzah"},
		{"alan@bell_labs.example"},
	} {
		want := parsed(t, same[0]).Canonical()
		for _, address := range same {
			if got := parsed(t, address).Canonical(); got != want {
				t.Errorf("%s is %s, want %s", address, got.Address, want.Address)
			}
		}
	}
}

func TestDifferentAddressesStayDifferent(t *testing.T) {
	seen := map[threepid.ID]string{}
	for _, address := range []string{
		"ada@bucher.example",
		"ada@bücher.example",
		"ada@bücher.example.org",
		"adä@bücher.example",       // the local part is compared as it is
		"ada@xn--bcher.example",    // not the encoding of its Unicode form
		"ada@xn--bcher-kv.example", // nor this
		"ada@xn--bcher-.example",   // the encoding of ASCII
		"ada@bcher.example",        // that is this one
		"ada@xn--.example",         // not an encoding
		"ada@xn--a.example",
		"ada@xn--99999999999.example", // overflows
		"ada@xn--\u00fc.example",
		"ada@xn--xn--bcher-kva-.example",
		"ada@xn--bcher-kva\u00ad.example", // a soft hyphen
		"ada@b\u00fccher\u200d.example",   // a joiner
		"ada@\u0431\u00fccher.example",    // in two scripts
		"ada@b\u202e\u00fccher.example",   // reversed
		"ada@\uff42ucher.example",         // full width
		"ada@strasse.example",
		"ada@xn--strae-oqa.example", // stra\u00dfe, which is another domain
		"ada@-b\u00fccher.example",
		"ada@b\u00fccher..example",
		"ada@xn--fa-hia.example", // fa\u00df
		"ada@fass.example",
		"ada@" + strings.Repeat("ü", 70) + ".example",
		"ada@" + strings.Repeat("ü", 71) + ".example",
	} {
		id, err := threepid.ParseEmail(address)
		if err != nil {
			id = threepid.ID{Medium: threepid.Email, Address: address} // it may be from a file
		}
		c := id.Canonical()
		if other, ok := seen[c]; ok {
			t.Errorf("%q and %q are both %q", other, address, c.Address)
		}
		seen[c] = address
	}
}

func TestSpellings(t *testing.T) {
	for address, want := range map[string][]string{
		"ada@navy.example":          {"ada@navy.example"},
		"ada@bücher.example":        {"ada@bücher.example", "ada@xn--bcher-kva.example"},
		"ada@xn--bcher-kva.example": {"ada@xn--bcher-kva.example", "ada@bücher.example"},
		"ada@xn--p1ai.bücher":       {"ada@xn--p1ai.bücher", "ada@xn--p1ai.xn--bcher-kva", "ada@рф.bücher"},
		"ada@xn--bcher-.example":    {"ada@xn--bcher-.example"},
	} {
		if got := parsed(t, address).Spellings(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", address, got)
		}
	}
}

// FuzzCanonical reads hostile addresses: there is no panic, the local part and
// ASCII domains that encode nothing do not change, and no spelling is the
// address of another person.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--.example", "ada@xn--bcher-.example", "@", "a@b@c",
		"ada@bu\u0308cher.example", "ada@\u0631\u0629.example", "ada@a.\u05d0", "ada@xn--\xff.example", "ada@xn--a-ecp.ru",
		"ada@\u3002.example", "ada@" + strings.Repeat("xn--", 60) + ".example", "ada@xn--99999999999", "ada@xn--0.pt", "ada@1.xn--zca",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id := threepid.ID{Medium: threepid.Email, Address: s}
		c := id.Canonical()
		if again := c.Canonical(); again != c {
			t.Errorf("%q is %q, which is %q", s, c.Address, again.Address)
		}
		at := strings.LastIndexByte(s, '@')
		if !strings.HasPrefix(c.Address, s[:at+1]) {
			t.Errorf("%q is %q", s, c.Address)
		}
		plain := strings.IndexFunc(s[at+1:], func(r rune) bool { return r > 0x7f }) < 0
		if plain && c.Address != s {
			t.Errorf("%q is %q", s, c.Address)
		}
		for _, other := range id.Spellings() {
			if o := (threepid.ID{Medium: threepid.Email, Address: other}); o.Canonical() != c {
				t.Errorf("%q is %q, and its spelling %q is %q", s, c.Address, other, o.Canonical().Address)
			}
		}
	})
}
