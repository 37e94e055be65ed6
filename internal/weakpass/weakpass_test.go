package weakpass

import (
	"strings"
	"testing"
)

func TestReasonOfWeakPassphrases(t *testing.T) {
	const common, short, run, name = "most common", "fewer than 12", "repeats", "user name"
	for passphrase, want := range map[string]string{
		"":                                short,
		"horse":                           short,
		"Tr0ub4dor&3":                     short,
		"password":                        common,
		"P@ssw0rd2026!":                   common,
		"passwordpassword":                common,
		"Qwerty123456789":                 common,
		"correct horse battery staple":    common,
		"aaaaaaaaaaaaaaaa":                run,
		"abababababab":                    run,
		"123456789012345":                 run,
		"abcdefghijklmnop":                run,
		"poiuytrewqlkjhgf":                run,
		"lovelace-ada-1815":               name,
		"example.org/lovelace":            name,
		"violet kettle orbit seven":       "",
		"of the vault":                    "",
		"x7#kQ9z!mP2w":                    "",
		"gr\u00fcne Wolken \u00fcber Ulm": "",
		"\u4f60\u597d\u4e16\u754c\u548c\u5e73\u4e07\u5c81\u5929\u5730\u4eba\u548c": "",
		"lovelace and eleven owls": "",
	} {
		got := Reason(passphrase, "@lovelace:example.org", "Ada")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q %s", passphrase, got)
		}
	}
}
