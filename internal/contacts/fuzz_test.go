package contacts

import (
	"testing"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

func FuzzCards(f *testing.F) {
	for _, text := range []string{
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n B\r\nitem1.EMAIL;TYPE=\"a,PREF\":a@x.org\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:M=C3=\n=BC;Z\nEMAIL;PREF;INTERNET:a@x.org\nEND:VCARD\nBEGIN:VCARD",
		"\ufeffbegin:vcard\nORG:;\nNICKNAME:a\xff\nEMAIL;PREF=1:mailto:a@x.org\nend:VCARD",
	} {
		f.Add(text, "a b")
	}
	f.Fuzz(func(t *testing.T, text, typed string) {
		entries, broken := cards(text)
		if broken < 0 || broken > len(text) {
			t.Error(broken)
		}
		q := newQuery(typed)
		for _, e := range entries {
			if id, err := threepid.ParseEmail(e.Address); err != nil || id.Address != e.Address {
				t.Errorf("%q: %v", e.Address, err)
			}
			if q.rank(e) < 0 || !utf8.ValidString(e.Name) {
				t.Errorf("%q", e.Name)
			}
		}
	})
}
