// Package recipients parses lists of e-mail addresses and Matrix IDs from typed or
// pasted text, files and pipes: lines, mail headers, CSV and other tables.
//
// Nothing is dropped silently: a text that cannot be parsed becomes a [Problem] and
// does not affect the rest of the list. Names and the texts of problems are
// untrusted input; make them safe before you print them.
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
	maxText   = 200 // bytes of a name, and of the text of a problem
)

// A Recipient is an invitee in a list.
type Recipient struct {
	Invitee
	Name string // empty if the list has none; at most 200 bytes
	Line int    // line number, from 1
}

// A Problem is a part of a list that is neither an e-mail address nor a Matrix ID.
// Err is or wraps one of the errors of this package or [threepid.ErrNotAddress]. It
// does not quote the text.
type Problem struct {
	Line int
	Text string // at most 200 bytes
	Err  error
}

// A Repeat is a later occurrence of an invitee that is already in the list. Line is
// the line number of this occurrence, First that of the first one.
type Repeat struct {
	Invitee
	Line, First int
}

// A List is the result of [Parse]. Each slice is in the order of the text. No two
// recipients have the same Matrix ID or the same address in different spellings.
type List struct {
	Recipients []Recipient
	Problems   []Problem
	Repeats    []Repeat
}

// Errors of [Read] and in [Problem].
var (
	ErrNoAddress = errors.New("neither an e-mail address nor a Matrix ID")
	ErrEncoding  = errors.New("the address has non-ASCII characters, and the list is not in UTF-8")
	ErrNotText   = errors.New("not a text file")
	ErrTooLong   = errors.New("longer than 8 MiB")
	ErrTooMany   = errors.New("more than 100,000 recipients")
)

// Parse parses typed or pasted text. If the text exceeds a limit of [Read], the
// rest is ignored and the last problem is [ErrTooLong] or [ErrTooMany].
func Parse(text string) List {
	var cut error
	if len(text) > maxBytes {
		// Cut between two addresses: half of an address may be a valid address of
		// another person.
		text, cut = text[:strings.LastIndexAny(text[:maxBytes], " \t\r\n,;")+1], ErrTooLong
	}
	l, line, err := parse(text)
	if err = cmp.Or(err, cut); err != nil {
		l.Problems = append(l.Problems, Problem{Line: line, Err: err})
	}
	return l
}

// Read parses a file or a pipe in UTF-8, UTF-16 with a byte order mark, or
// Windows-1252. It returns an error and no list if the input is binary, longer than
// 8 MiB, or has more than 100,000 recipients.
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

// parse also returns the number of the last line that was read, and [ErrTooMany] if
// the rest of the text was not read.
func parse(text string) (List, int, error) {
	r := &reader{first: map[Invitee]int{}, guessed: !utf8.ValidString(text)}
	text = normalize(text)
	if !r.table(text) {
		r.lines(text)
	}
	return r.list, max(r.line, 1), r.err
}

// A reader holds the state while a text is parsed.
type reader struct {
	list    List
	first   map[Invitee]int // line number by canonical spelling
	line    int             // number of the current line
	guessed bool            // the text is not UTF-8, and its encoding is a guess
	pieces  int
	err     error
}

// full counts a piece and reports whether the limit is reached or was reached
// before.
func (r *reader) full() bool {
	if r.pieces++; r.pieces > maxPieces {
		r.err = ErrTooMany
	}
	return r.err != nil
}

// add adds a recipient, or a problem if spelled is not a valid address or Matrix
// ID.
func (r *reader) add(spelled, name, piece string) {
	if r.guessed && !ascii(spelled) {
		r.refuse(piece, ErrEncoding)
		return
	}
	invitee, err := parseInvitee(spelled)
	if err != nil {
		r.refuse(piece, err)
		return
	}
	if r.full() {
		return
	}
	if first, ok := r.first[invitee.Canonical()]; ok {
		r.list.Repeats = append(r.list.Repeats, Repeat{Invitee: invitee, Line: r.line, First: first})
		return
	}
	invitee.Address.Address = strings.Clone(invitee.Address.Address) // a substring would keep the whole text in memory
	r.first[invitee.Canonical()] = r.line
	r.list.Recipients = append(r.list.Recipients, Recipient{Invitee: invitee, Name: cut(name), Line: r.line})
}

func parseInvitee(spelled string) (invitee Invitee, err error) {
	if isUserID(spelled) {
		invitee.UserID, err = parseUserID(spelled)
	} else {
		invitee.Address, err = parseAddress(spelled)
	}
	return invitee, err
}

func (r *reader) refuse(piece string, err error) {
	if r.full() {
		return
	}
	r.list.Problems = append(r.list.Problems, Problem{Line: r.line, Text: cut(piece), Err: err})
}

// cut returns a copy of the first maxText bytes of s, without a partial rune.
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
