package config

import (
	"errors"
	"testing"
)

func TestHomeIsWherePeopleExpectIt(t *testing.T) {
	for _, tt := range []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"linux", "linux", map[string]string{"HOME": "/home/ada"}, "/home/ada/.config/mxinvite"},
		{"xdg", "linux", map[string]string{"HOME": "/home/ada", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/mxinvite"},
		{"relative xdg is ignored", "linux", map[string]string{"HOME": "/home/ada", "XDG_CONFIG_HOME": "cfg"}, "/home/ada/.config/mxinvite"},
		{"macOS", "darwin", map[string]string{"HOME": "/Users/ada"}, "/Users/ada/Library/Application Support/mxinvite"},
		{"macOS with xdg", "darwin", map[string]string{"HOME": "/Users/ada", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/mxinvite"},
		{"Windows", "windows", map[string]string{"AppData": "/ada/AppData/Roaming"}, "/ada/AppData/Roaming/mxinvite"},
		{"ours comes first", "darwin", map[string]string{"HOME": "/Users/ada", "XDG_CONFIG_HOME": "/cfg", "MXINVITE_HOME": "/mine"}, "/mine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := FindHome(func(k string) string { return tt.env[k] }, tt.goos)
			if err != nil || h.Dir() != tt.want {
				t.Errorf("got %q, %v; want %q", h.Dir(), err, tt.want)
			}
		})
	}
}

func TestNoHomeIsAnError(t *testing.T) {
	if _, err := FindHome(func(string) string { return "" }, "linux"); !errors.Is(err, ErrNoHome) {
		t.Errorf("got %v", err)
	}
}
