package shell

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestCopyThroughMultiplexers(t *testing.T) {
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
		sh := &Shell{multiplexer: multiplexerOf(tea.EnvMsg(tt.env))}
		got := ""
		if cmd := sh.Copy("abc", "Copied"); cmd != nil {
			got = fmt.Sprint(cmd().(tea.RawMsg).Msg)
		}
		if got != tt.want || sh.Notice.Bad != (tt.want == "") {
			t.Errorf("%v: %q, want %q", tt.env, got, tt.want)
		}
	}
	sh := &Shell{multiplexer: multiplexerOf(tea.EnvMsg{"TERM=xterm"})}
	if got := sh.Copy("abc", "Copied")(); fmt.Sprint(got) != fmt.Sprint(tea.SetClipboard("abc")()) {
		t.Errorf("xterm: %v", got)
	}
}

func TestLongTextIsNotCopied(t *testing.T) {
	sh := new(Shell)
	if sh.Copy(strings.Repeat("x", maxCopied), "Copied") == nil || sh.Notice.Bad {
		t.Error("what fits was not copied")
	}
	if sh.Copy(strings.Repeat("x", maxCopied+1), "Copied") != nil || !sh.Notice.Bad {
		t.Error("what does not fit was copied")
	}
}
