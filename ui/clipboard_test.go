package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestCopyReachesTheTerminalThroughWhatIsBetween(t *testing.T) {
	const plain = "\x1b]52;c;YWJj\x07"
	for _, tt := range []struct {
		env  []string
		want string
	}{
		{[]string{"TERM=tmux-256color"}, plain + "\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\"},
		{[]string{"TERM=screen-256color", "TMUX=/tmp/x"}, plain + "\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\"},
		{[]string{"TERM=screen.xterm-256color"}, plain + "\x1bP" + plain + "\x1b\\"},
		{[]string{"TERM=linux"}, ""},
		{[]string{"TERM=vt100"}, ""},
	} {
		sh := &shell{multiplexer: multiplexerOf(tea.EnvMsg(tt.env))}
		got := ""
		if cmd := sh.copied("abc", "Copied"); cmd != nil {
			got = fmt.Sprint(cmd().(tea.RawMsg).Msg)
		}
		if got != tt.want || sh.notice.bad != (tt.want == "") {
			t.Errorf("%v: %q, want %q", tt.env, got, tt.want)
		}
	}
	sh := &shell{multiplexer: multiplexerOf(tea.EnvMsg{"TERM=xterm"})}
	if got := sh.copied("abc", "Copied")(); fmt.Sprint(got) != fmt.Sprint(tea.SetClipboard("abc")()) {
		t.Errorf("xterm: %v", got)
	}
}

func TestLongTextIsNotCopied(t *testing.T) {
	sh := new(shell)
	if sh.copied(strings.Repeat("x", maxCopied), "Copied") == nil || sh.notice.bad {
		t.Error("what fits was not copied")
	}
	if sh.copied(strings.Repeat("x", maxCopied+1), "Copied") != nil || !sh.notice.bad {
		t.Error("what does not fit was copied")
	}
}
