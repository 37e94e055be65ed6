// Package notify makes what a terminal writes to its person's desktop out of a
// title and a text.
package notify

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Kind is a way to be told of news while one looks elsewhere.
type Kind string

// Terminals know different ways; all of them know the bell.
const (
	Off    Kind = "off"
	Bell   Kind = "bell"
	OSC9   Kind = "osc9"   // iTerm2, Ghostty, WezTerm, Windows Terminal
	OSC777 Kind = "osc777" // foot, urxvt, Ghostty, WezTerm
	OSC99  Kind = "osc99"  // kitty
)

// maxText is as much as a desktop shows.
const maxText = 200

// Sequence is what to write to a terminal that is called term, as TERM has it,
// to notify its person; empty if nobody wants that. Title and text may be
// anybody's: they are cleaned, and what would end the sequence is taken out.
func Sequence(kind Kind, term, title, text string) string {
	title, text = clean(title), clean(text)
	var seq string
	switch kind {
	case Bell:
		return "\a"
	case OSC9:
		seq = "\x1b]9;" + join(title, text) + "\x1b\\"
	case OSC777:
		seq = "\x1b]777;notify;" + strings.ReplaceAll(title, ";", ",") + ";" + strings.ReplaceAll(text, ";", ",") + "\x1b\\"
	case OSC99:
		// https://sw.kovidgoyal.net/kitty/desktop-notifications/
		seq = "\x1b]99;i=mxinvite:d=0:p=title;" + title + "\x1b\\" + "\x1b]99;i=mxinvite:d=1:p=body;" + text + "\x1b\\"
	default:
		return ""
	}
	return passThrough(term, seq)
}

func join(title, text string) string {
	if title == "" {
		return text
	}
	return title + ": " + text
}

func clean(s string) string {
	runes := []rune(safetext.Line(s))
	if len(runes) > maxText {
		runes = append(runes[:maxText-1], '…')
	}
	return string(runes)
}

// passThrough wraps a sequence for multiplexers, which keep what they do not
// know to themselves (tmux: set -g allow-passthrough on).
func passThrough(term, seq string) string {
	switch {
	case strings.HasPrefix(term, "tmux"):
		return fmt.Sprintf("\x1bPtmux;%s\x1b\\", strings.ReplaceAll(seq, "\x1b", "\x1b\x1b"))
	case strings.HasPrefix(term, "screen"):
		// GNU screen ends its own string at the first ST, so each goes by itself.
		var b strings.Builder
		for part := range strings.SplitSeq(strings.TrimSuffix(seq, "\x1b\\"), "\x1b\\") {
			b.WriteString("\x1bP" + part + "\a" + "\x1b\\")
		}
		return b.String()
	}
	return seq
}
