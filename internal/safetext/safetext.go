// Package safetext makes text from the network safe for a terminal.
//
// Room names, display names, server errors: strangers write them, and a
// terminal obeys what it is shown. What comes out of this package is valid
// UTF-8 that only fills cells. It holds no control characters and no escape
// sequences, nothing that reorders the line (bidirectional controls) and
// nothing that takes no room of its own (zero-width and other default-ignorable
// characters), no private use and no code point this version of Unicode does
// not know.
//
// Where something was taken out, a U+FFFD (�) is left, one for each run. It is
// the sign every terminal already draws for what it cannot show, so every font
// has it; any ASCII sign might have been in the text.
//
// Joiners, variation selectors and skin tones are taken out without a trace
// where writing systems and emoji use them: after anything that is not ASCII.
// Terminals disagree about their width, and without them a family is drawn as
// its members, in as many cells as everybody expects.
//
// Letters of right-to-left scripts stay. A terminal that reorders them by
// itself may draw a row with such a name in another order.
package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	lineLength = 512       // graphemes in a Line
	textLength = 64 * 1024 // graphemes in a Text
	tabWidth   = 4         // spaces for a tab in a Text
	maxMarks   = 4         // combining marks on one base
)

const (
	taken    = '\uFFFD' // stands for what was taken out
	ellipsis = '…'      // stands for the rest of what is too long
	circle   = '\u25CC' // carries a combining mark that came without a base
)

// Line returns s fit for one line: a name, a title, a cell of a table. Every
// run of white space, line breaks included, becomes one space, and none is left
// at either end. What is longer than 512 graphemes ends in an ellipsis.
//
// A string that is clean already is returned as it is, without allocation, so
// Line(Line(s)) == Line(s). White space alone gives "".
func Line(s string) string {
	return limit(scrub(s, false), lineLength)
}

// Text returns s fit for several lines. Line breaks of all kinds become "\n",
// with at most one empty line in a row; a tab becomes four spaces, and other
// white space a space. White space at the end of lines and empty lines around
// the text are dropped. What is longer than 65,536 graphemes ends in an
// ellipsis.
//
// Like [Line], it returns a clean string as it is, and "" for white space.
func Text(s string) string {
	return limit(scrub(s, true), textLength)
}

// scrub takes out everything that is not text, rune by rune.
func scrub(s string, breaks bool) string {
	w := writer{out: output{src: s}, breaks: breaks}
	for i := 0; i < len(s); {
		if n := plain(s[i:]); n > 0 {
			w.text(s[i:i+n], rune(s[i+n-1]))
			i += n
		} else if n := sequence(s[i:]); n > 0 {
			w.take()
			i += n
		} else {
			r, n := next(s[i:])
			if r != '\r' || !strings.HasPrefix(s[i+n:], "\n") {
				w.rune(r, s[i:i+n])
			}
			i += n
		}
	}
	return w.out.String()
}

// plain is the length of the ASCII letters, digits and signs s begins with.
func plain(s string) int {
	i := 0
	for i < len(s) && ' ' < s[i] && s[i] <= '~' {
		i++
	}
	return i
}

// next returns the first rune of s and its length. A lone byte from 0x80 to
// 0x9F is the C1 control of that number, as on an eight-bit terminal. Broken
// UTF-8 is one U+FFFD together with its continuation bytes, so that half an
// emoji does not pass for a control.
func next(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r != utf8.RuneError || n != 1:
		return r, n
	case 0x80 <= s[0] && s[0] <= 0x9F:
		return rune(s[0]), 1
	case 0xC2 <= s[0] && s[0] <= 0xF4:
		for n < 4 && n < len(s) && !utf8.RuneStart(s[n]) {
			n++
		}
	}
	return r, n
}

// writer decides about each rune by what it wrote before.
type writer struct {
	out    output
	breaks bool // line breaks stay line breaks

	last             rune // the last one written, 0 at the beginning
	marks            int  // combining marks since the last base
	newlines, spaces int  // read, but not written: something must follow
}

// rune handles one rune, spelled s.
func (w *writer) rune(r rune, s string) {
	switch {
	case r == '\n' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		w.newlines, w.spaces = w.newlines+1, 0
	case r == '\t':
		w.spaces += tabWidth
	case blank(r):
		w.spaces++
	case !shown(r):
		if !w.tacit(r) {
			w.take()
		}
	case unicode.Is(unicode.M, r):
		w.mark(r, s)
	default:
		w.text(s, r)
	}
}

// text writes s, which ends with last, a rune that can carry combining marks.
func (w *writer) text(s string, last rune) {
	w.gap()
	w.out.put(s)
	w.last, w.marks = last, 0
}

// mark writes a combining mark, unless its base carries enough already.
func (w *writer) mark(r rune, s string) {
	if w.last == 0 || w.white() {
		w.text(string(circle), circle)
	}
	if w.marks++; w.marks <= maxMarks {
		w.out.put(s)
		w.last = r
	}
}

// take notes that something was taken out here.
func (w *writer) take() {
	if w.last != taken || w.white() {
		w.text(string(taken), taken)
	}
}

// tacit reports whether r may go without a trace: it only joins or dresses
// what was written just before. Of ASCII, only the signs on keycaps are dressed.
func (w *writer) tacit(r rune) bool {
	if !dress(r) || w.last == 0 || w.white() {
		return false
	}
	return w.last >= utf8.RuneSelf || strings.ContainsRune("0123456789#*", w.last)
}

// gap writes the white space that was held back.
func (w *writer) gap() {
	first := w.last == 0
	switch {
	case w.breaks:
		for range min(w.newlines, 2) {
			if !first {
				w.out.put("\n")
			}
		}
		for range w.spaces {
			w.out.put(" ")
		}
	case w.white() && !first:
		w.out.put(" ")
	}
	w.newlines, w.spaces = 0, 0
}

// white reports whether white space is held back.
func (w *writer) white() bool { return w.newlines > 0 || w.spaces > 0 }

// blank reports whether r is drawn as nothing but takes a cell. Two symbols do
// so too: the empty pattern of Braille and the null note head.
func blank(r rune) bool {
	return unicode.Is(unicode.Zs, r) || r == '\u2800' || r == '\U0001D159'
}

// dress reports whether r changes how its neighbours are drawn and nothing else.
func dress(r rune) bool {
	const zwnj, zwj = '\u200C', '\u200D'
	return r == zwnj || r == zwj || skinTone(r) || unicode.Is(unicode.Variation_Selector, r)
}

// prepended reports whether r is one of the rare letters that join with whatever
// follows them, be it a space, an ellipsis or the next of their kind:
// https://www.unicode.org/reports/tr29/#Prepend
func prepended(r rune) bool {
	switch r {
	case 0x0D4E, 0x111C2, 0x111C3, 0x113D1, 0x1193F, 0x11941, 0x11A3A, 0x11D46, 0x11F02:
		return true
	}
	return 0x11A84 <= r && r <= 0x11A89
}

// skinTone reports whether r is an emoji modifier.
func skinTone(r rune) bool {
	return '\U0001F3FB' <= r && r <= '\U0001F3FF'
}

// shown reports whether r has a look of its own. What is left out are the
// categories C and Z and the default-ignorable code points in the others:
// https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
func shown(r rune) bool {
	return unicode.IsGraphic(r) && r != taken && !skinTone(r) && !prepended(r) &&
		!unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
