// Package recipients reads whom to invite out of what people type, paste, pipe
// and keep in files: lists, mail headers, tables.
//
// Nothing is dropped in silence. What is not understood becomes a [Problem]
// and spoils nothing but itself. Names and the texts of problems are what was
// read: a face cleans them before it shows them.
package recipients

import (
	"cmp"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxBytes  = 8 << 20
	maxPieces = 100_000
	maxText   = 200 // bytes of a problem's text, and of a name
)

// A Recipient is a person that a list names.
type Recipient struct {
	Invitee
	Name string // empty if the list gives none; at most 200 bytes
	Line int    // the first is 1
}

// A Problem is a piece of a list that is neither an e-mail address nor a Matrix
// ID. Err is one of this package's errors or [threepid.ErrNotAddress], or wraps
// one of them, and does not quote the text.
type Problem struct {
	Line int
	Text string // at most 200 bytes
	Err  error
}

// A Repeat is a piece of a list that names somebody again.
type Repeat struct {
	Invitee
	Line, First int
}

// A List is what was read, each part in the order of the text. No two
// recipients have the same address, however it is spelled, or the same Matrix ID.
type List struct {
	Recipients []Recipient
	Problems   []Problem
	Repeats    []Repeat
}

// Errors of problems, and of what is read.
var (
	ErrNoAddress = errors.New("neither an e-mail address nor a Matrix ID")
	ErrEncoding  = errors.New("the address is not in ASCII, and the list is not in UTF-8")
	ErrNotText   = errors.New("not a text")
	ErrTooLong   = errors.New("longer than 8 MiB")
	ErrTooMany   = errors.New("more than 100,000 people")
)

// Parse reads what somebody typed or pasted. What is beyond the limits of
// [Read] is left out, and a problem at the end says so.
func Parse(text string) List {
	var cut error
	if len(text) > maxBytes {
		// Half an address may be another one.
		text, cut = text[:strings.LastIndexAny(text[:maxBytes], " \t\r\n,;")+1], ErrTooLong
	}
	l, line, err := parse(text)
	if err = cmp.Or(err, cut); err != nil {
		l.Problems = append(l.Problems, Problem{Line: line, Err: err})
	}
	return l
}

// Read reads a file or a pipe to its end: UTF-8, UTF-16 with a byte order mark,
// or else Windows-1252. What is no text is refused, and so is what is longer
// than 8 MiB or holds more than 100,000 people; nobody is invited from half a list.
func Read(r io.Reader) (List, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		return List{}, err
	case len(data) > maxBytes:
		return List{}, ErrTooLong
	}
	text, err := decode(data)
	if err != nil {
		return List{}, err
	}
	l, _, err := parse(text)
	if err != nil {
		return List{}, err
	}
	return l, nil
}

// parse also returns the last line that was read, and [ErrTooMany] if that is
// not the text's last.
func parse(text string) (List, int, error) {
	r := &reader{first: map[Invitee]int{}, guessed: !utf8.ValidString(text)}
	text = normalize(text)
	if !r.table(text) {
		r.lines(text)
	}
	return r.list, max(r.line, 1), r.err
}

// A reader collects what a text names.
type reader struct {
	list    List
	first   map[Invitee]int // line, by the canonical spelling
	line    int             // where the reading is
	guessed bool            // the text's encoding is anybody's guess
	pieces  int
	err     error
}

// full reports whether there is no room for another piece, and remembers it.
func (r *reader) full() bool {
	if r.pieces++; r.pieces > maxPieces {
		r.err = ErrTooMany
	}
	return r.err != nil
}

// add takes an address or a Matrix ID, spelled bare, or the reason why it is none.
func (r *reader) add(spelled, name, piece string) {
	if r.guessed && !ascii(spelled) {
		r.refuse(piece, ErrEncoding)
		return
	}
	who, err := parseInvitee(spelled)
	if err != nil {
		r.refuse(piece, err)
		return
	}
	if r.full() {
		return
	}
	if first, ok := r.first[who.Canonical()]; ok {
		r.list.Repeats = append(r.list.Repeats, Repeat{Invitee: who, Line: r.line, First: first})
		return
	}
	who.Address.Address = strings.Clone(who.Address.Address) // else it may keep the whole text
	r.first[who.Canonical()] = r.line
	r.list.Recipients = append(r.list.Recipients, Recipient{Invitee: who, Name: cut(name), Line: r.line})
}

func parseInvitee(spelled string) (who Invitee, err error) {
	if isUserID(spelled) {
		who.UserID, err = parseUserID(spelled)
	} else {
		who.Address, err = parseAddress(spelled)
	}
	return who, err
}

func (r *reader) refuse(piece string, err error) {
	if r.full() {
		return
	}
	r.list.Problems = append(r.list.Problems, Problem{Line: r.line, Text: cut(piece), Err: err})
}

// cut copies the beginning of s, whole runes of it.
func cut(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		end := maxText
		for end > maxText-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return strings.Clone(s)
}
