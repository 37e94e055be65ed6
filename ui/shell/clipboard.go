package shell

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// maxCopied is how much is put into a clipboard, in bytes: more than 74,994 of
// base64 xterm and those who follow it throw away without a word.
const maxCopied = 74_994 / 4 * 3

// screenPart is how much GNU screen passes through at once, in bytes; it cuts
// off what is longer than 768.
const screenPart = 512

// Copy puts text into the clipboard of the terminal that the person sits at,
// and says so. That goes by OSC 52, through as many machines as there are
// between.
func (sh *Shell) Copy(text, said string) tea.Cmd {
	switch {
	case len(text) > maxCopied:
		sh.Notice = Notice{Text: "That is too long to be copied through a terminal.", Bad: true}
		return nil
	case sh.multiplexer == noClipboard:
		sh.Notice = Notice{Text: "This terminal has no clipboard.", Bad: true}
		return nil
	}
	sh.Say("%s", said)
	osc := ansi.SetSystemClipboard(text)
	switch sh.multiplexer {
	case tmux:
		// It takes OSC 52 for itself if set-clipboard is on, and hands on what is
		// wrapped if allow-passthrough is. Nobody can see from here which, and what
		// arrives twice is the same.
		osc += ansi.TmuxPassthrough(osc)
	case gnuScreen:
		// Tmux may call itself screen, and ignores what is wrapped for the other.
		osc += ansi.ScreenPassthrough(osc, screenPart)
	default:
		return tea.SetClipboard(text)
	}
	return tea.Raw(osc)
}

// A multiplexer is what stands between us and the terminal.
type multiplexer int

const (
	direct multiplexer = iota
	tmux
	gnuScreen
	noClipboard // a terminal that would write on the screen what it should keep
)

// multiplexerOf is what an environment says of it. Over SSH there is nothing but
// TERM.
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
