// Package safetext makes text from the network safe for a terminal.
//
// Other users choose room names, display names and server errors, and a
// terminal executes the escape sequences in its output. The results of this
// package are valid UTF-8 and contain only visible characters and spaces,
// without control characters, escape sequences, bidirectional controls,
// zero-width and other default-ignorable characters, private-use characters and
// code points that are not assigned in this version of Unicode.
//
// Each run of removed characters is replaced by U+FFFD (�). Terminals draw this
// character for text that they cannot show, so all of them have a glyph for it.
// An ASCII character would look like a part of the text.
//
// Joiners, variation selectors and skin tones after a character outside of
// ASCII are removed without replacement, since writing systems and emoji use
// them. Terminals disagree about their width. Without them the width is
// certain. For example, the emoji of a family becomes one emoji for each
// member.
//
// Letters of right-to-left scripts are kept. Some terminals reorder them, and
// may then show the columns of a row with such a name in another order.
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
	replacement = '\uFFFD' // replaces removed characters
	ellipsis    = '…'      // replaces the end of a text that is too long
	circle      = '\u25CC' // base for a combining mark without one
)

// Line returns s in one safe line: for a name, a title or a cell of a table.
// Each run of white space, including line breaks, becomes one space; white
// space at both ends is removed. A line longer than 512 graphemes is cut and
// ends with an ellipsis.
//
// A safe string is returned unchanged, without allocation, so Line(Line(s)) ==
// Line(s). For a string of white space only, Line returns "".
func Line(s string) string {
	if simple(s) {
		return s
	}
	return limit(scrub(s, false), lineLength)
}

// simple reports whether s is a safe line of ASCII, as most names are. It is much faster
// than scrub and limit, and lists call Line for thousands of names.
func simple(s string) bool {
	if len(s) > lineLength {
		return false
	}
	gap := true // white space at the beginning is removed
	for i := range len(s) {
		switch c := s[i]; {
		case ' ' < c && c <= '~':
			gap = false
		case c == ' ' && !gap:
			gap = true
		default:
			return false
		}
	}
	return !gap || s == ""
}

// Text returns s as safe text of several lines. All kinds of line breaks become
// "
// ", with at most one empty line in a row. A tab becomes four spaces, other
// white space one space. White space at the end of lines and empty lines at
// both ends are removed. A text longer than 65,536 graphemes is cut and ends
// with an ellipsis.
//
// Like [Line], it returns a safe string unchanged, and "" for white space.
func Text(s string) string {
	return limit(scrub(s, true), textLength)
}

// scrub removes everything that is not text, rune by rune.
func scrub(s string, breaks bool) string {
	w := writer{out: output{src: s}, breaks: breaks}
	for i := 0; i < len(s); {
		if n := plain(s[i:]); n > 0 {
			w.text(s[i:i+n], rune(s[i+n-1]))
			i += n
		} else if n := sequence(s[i:]); n > 0 {
			w.replace()
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

// plain returns the length of the printable ASCII that s begins with.
func plain(s string) int {
	i := 0
	for i < len(s) && ' ' < s[i] && s[i] <= '~' {
		i++
	}
	return i
}

// next returns the first rune of s and its length. A single byte from 0x80 to 0x9F is
// the C1 control with that number, as on an eight-bit terminal. Invalid UTF-8 is one
// U+FFFD together with its continuation bytes, so that the rest of an incomplete emoji
// is not mistaken for a control.
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

// writer handles runes one by one, depending on what it wrote before.
type writer struct {
	out    output
	breaks bool // keep line breaks

	last             rune // the last rune written, 0 at the beginning
	marks            int  // combining marks since the last base
	newlines, spaces int  // read, but only written if text follows
}

// rune handles one rune; s is its encoding.
func (w *writer) rune(r rune, s string) {
	switch {
	case r == '\n' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		w.newlines, w.spaces = w.newlines+1, 0
	case r == '\t':
		w.spaces += tabWidth
	case blank(r):
		w.spaces++
	case !shown(r):
		if !w.removable(r) {
			w.replace()
		}
	case unicode.Is(unicode.M, r):
		w.mark(r, s)
	default:
		w.text(s, r)
	}
}

// text writes s. Its last rune can carry combining marks.
func (w *writer) text(s string, last rune) {
	w.gap()
	w.out.put(s)
	w.last, w.marks = last, 0
}

// mark writes a combining mark, unless its base has maxMarks already.
func (w *writer) mark(r rune, s string) {
	if w.last == 0 || w.white() {
		w.text(string(circle), circle)
	}
	if w.marks++; w.marks <= maxMarks {
		w.out.put(s)
		w.last = r
	}
}

// replace writes the replacement character, unless it was written last.
func (w *writer) replace() {
	if w.last != replacement || w.white() {
		w.text(string(replacement), replacement)
	}
}

// removable reports whether r may be removed without replacement: it only joins or
// modifies the character before it. In ASCII, that applies to keycaps only.
func (w *writer) removable(r rune) bool {
	if !modifier(r) || w.last == 0 || w.white() {
		return false
	}
	return w.last >= utf8.RuneSelf || strings.ContainsRune("0123456789#*", w.last)
}

// gap writes the pending white space.
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

// white reports whether white space is pending.
func (w *writer) white() bool { return w.newlines > 0 || w.spaces > 0 }

// blank reports whether r is an empty cell. Two symbols look like a space: the
// empty Braille pattern and the null note head.
func blank(r rune) bool {
	return unicode.Is(unicode.Zs, r) || r == '\u2800' || r == '\U0001D159'
}

// modifier reports whether r only changes how its neighbours are drawn.
func modifier(r rune) bool {
	const zwnj, zwj = '\u200C', '\u200D'
	return r == zwnj || r == zwj || skinTone(r) || unicode.Is(unicode.Variation_Selector, r)
}

// prepended reports whether r is one of the rare letters that join with the
// character after them, even a space or an ellipsis:
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

// shown reports whether r is visible on its own. That excludes the categories C
// and Z and the default-ignorable code points of the other categories:
// https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
func shown(r rune) bool {
	return unicode.IsGraphic(r) && r != replacement && !skinTone(r) && !prepended(r) &&
		!unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
