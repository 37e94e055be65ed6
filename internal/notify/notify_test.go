package notify_test

import (
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/notify"
)

func TestSequences(t *testing.T) {
	for _, tc := range []struct {
		kind notify.Kind
		term string
		want string
	}{
		{notify.Off, "xterm", ""},
		{"", "xterm", ""},
		{"smoke", "xterm", ""},
		{notify.Bell, "tmux-256color", "\a"},
		{notify.OSC9, "xterm-ghostty", "\x1b]9;mxinvite: grace joined\x1b\\"},
		{notify.OSC777, "foot", "\x1b]777;notify;mxinvite;grace joined\x1b\\"},
		{notify.OSC99, "xterm-kitty", "\x1b]99;i=mxinvite:d=0:p=title;mxinvite\x1b\\\x1b]99;i=mxinvite:d=1:p=body;grace joined\x1b\\"},
		{notify.OSC9, "tmux-256color", "\x1bPtmux;\x1b\x1b]9;mxinvite: grace joined\x1b\x1b\\\x1b\\"},
		{notify.OSC9, "screen.xterm-256color", "\x1bP\x1b]9;mxinvite: grace joined\a\x1b\\"},
	} {
		if got := notify.Sequence(tc.kind, tc.term, "mxinvite", "grace joined"); got != tc.want {
			t.Errorf("%s on %s: %q, want %q", tc.kind, tc.term, got, tc.want)
		}
	}
}

func TestTextCannotEndTheSequence(t *testing.T) {
	hostile := "Ops\x1b\\\x1b]52;c;Z290Y2hh\a\u009c\x07\n\u202eevil;" + strings.Repeat("x", 1<<16)
	for _, kind := range []notify.Kind{notify.Off, notify.Bell, notify.OSC9, notify.OSC777, notify.OSC99} {
		got := notify.Sequence(kind, "xterm", hostile, hostile)
		body := strings.NewReplacer("\x1b]9;", "", "\x1b]777;", "", "\x1b]99;", "", "\x1b\\", "").Replace(got)
		if kind != notify.Bell && strings.ContainsAny(body, "\x1b\a\n\u009c\u202e") || len(got) > 2000 {
			t.Errorf("%s: %q", kind, got)
		}
	}
}
