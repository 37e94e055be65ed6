package host

import (
	"testing"

	"github.com/mxinvite/mxinvite/cli/out"
)

func TestLocaleWithoutUTF8MeansASCII(t *testing.T) {
	for name, c := range map[string]struct {
		glyphs string
		env    []string
		want   bool
	}{
		"nothing said":     {"auto", nil, false},
		"C":                {"auto", []string{"LANG=C"}, true},
		"UTF-8":            {"auto", []string{"LANG=de_DE.UTF-8"}, false},
		"utf8":             {"auto", []string{"LANG=C.utf8"}, false},
		"LC_ALL wins":      {"auto", []string{"LANG=de_DE.UTF-8", "LC_ALL=POSIX"}, true},
		"empty counts not": {"auto", []string{"LANG=de_DE.UTF-8", "LC_ALL="}, false},
		"Unicode anyway":   {"unicode", []string{"LANG=C"}, false},
		"ASCII anyway":     {"ascii", []string{"LANG=de_DE.UTF-8"}, true},
	} {
		a := NewProgram(World{Streams: out.Streams{Env: c.env}})
		a.Settings.Glyphs = c.glyphs
		if got := a.OnlyASCII(&a.Settings); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
