// Package notify makes the escape sequences for desktop notifications of
// terminals.
package notify

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Kind is a kind of notification.
type Kind string

// The kinds of notification. Every terminal supports the bell.
const (
	Off    Kind = "off"
	Bell   Kind = "bell"
	OSC9   Kind = "osc9"   // iTerm2, Ghostty, WezTerm, Windows Terminal
	OSC777 Kind = "osc777" // foot, urxvt, Ghostty, WezTerm
	OSC99  Kind = "osc99"  // kitty
)

// maxText limits title and text, in runes.
const maxText = 200

// Sequence returns the output that makes a terminal show a notification; term
// is its TERM. It is empty for Off. Title and text may be hostile: control
// characters and terminators are removed.
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

// passThrough wraps a sequence for terminal multiplexers, which otherwise
// discard unknown sequences (tmux: set -g allow-passthrough on).
func passThrough(term, seq string) string {
	switch {
	case strings.HasPrefix(term, "tmux"):
		return fmt.Sprintf("\x1bPtmux;%s\x1b\\", strings.ReplaceAll(seq, "\x1b", "\x1b\x1b"))
	case strings.HasPrefix(term, "screen"):
		// GNU screen ends its string at the first ST, so each sequence is
		// wrapped separately.
		var b strings.Builder
		for part := range strings.SplitSeq(strings.TrimSuffix(seq, "\x1b\\"), "\x1b\\") {
			b.WriteString("\x1bP" + part + "\a" + "\x1b\\")
		}
		return b.String()
	}
	return seq
}
