package shell

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// maxCopied is the maximum size of a copied text, in bytes. Xterm and terminals like
// it silently drop more than 74,994 bytes of base64.
const maxCopied = 74_994 / 4 * 3

// screenPart is the number of bytes that GNU screen passes through in one sequence.
// Screen truncates a sequence of more than 768 bytes.
const screenPart = 512

// Copy copies text to the clipboard of the user's terminal, and shows said. It uses
// the escape sequence OSC 52, which also works over SSH.
func (sh *Shell) Copy(text, said string) tea.Cmd {
	switch {
	case len(text) > maxCopied:
		sh.Notice = Notice{Text: "That is too long to be copied through a terminal.", Bad: true}
		return nil
	case sh.multiplexer == noClipboard:
		sh.Notice = Notice{Text: "This terminal has no clipboard.", Bad: true}
		return nil
	}
	sh.ShowSuccess("%s", said)
	osc := ansi.SetSystemClipboard(text)
	switch sh.multiplexer {
	case tmux:
		// With set-clipboard on, tmux handles OSC 52 itself; with allow-passthrough on,
		// it passes wrapped sequences to the terminal. The program cannot find out which
		// option is on, so it sends both. Copying the same text twice does no harm.
		osc += ansi.TmuxPassthrough(osc)
	case gnuScreen:
		// TERM may be "screen" in tmux as well. Each of the two ignores sequences that
		// are wrapped for the other.
		osc += ansi.ScreenPassthrough(osc, screenPart)
	default:
		return tea.SetClipboard(text)
	}
	return tea.Raw(osc)
}

// A multiplexer is a program between this one and the terminal.
type multiplexer int

const (
	direct multiplexer = iota
	tmux
	gnuScreen
	noClipboard // the Linux console would print the sequence
)

// multiplexerOf detects the multiplexer from the environment. Over SSH, only TERM is
// known.
func multiplexerOf(env tea.EnvMsg) multiplexer {
	term := env.Getenv("TERM")
	is := func(kind string) bool {
		return term == kind || strings.HasPrefix(term, kind+"-") || strings.HasPrefix(term, kind+".")
	}
	switch {
	case is("tmux"), env.Getenv("TMUX") != "":
		return tmux
	case is("screen"), env.Getenv("STY") != "":
		return gnuScreen
	case is("linux"), is("ansi"), is("dumb"), strings.HasPrefix(term, "vt"):
		return noClipboard
	}
	return direct
}
