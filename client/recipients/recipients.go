// Package recipients parses lists of e-mail addresses and Matrix IDs from typed or
// pasted text, files and pipes: lines, mail headers, CSV and other tables, vCards and
// LDIF.
//
// Nothing is dropped silently: every text with an @ becomes a [Recipient], a [Repeat],
// a [Problem] or a [LeftOut]. A text that cannot be parsed does not affect the rest of
// the list. Names and the texts of problems are untrusted input; make them safe before
// you print them.
package recipients

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxBytes   = 8 << 20
	maxPieces  = 100_000
	maxLeftOut = 500_000
	maxText    = 200 // bytes of a name, and of the text of a problem
)

// A Recipient is an invitee in a list.
type Recipient struct {
	Invitee
	Name   string // empty if the list has none; at most 200 bytes
	Line   int    // line number, from 1
	Column string // heading or number of the column; empty outside of tables
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

// A LeftOut is a part of a list that contains an @ and that no invite is for: it is in
// a comment, above the heading of a table, or in a column that is not used.
type LeftOut struct {
	Line   int
	Text   string // at most 200 bytes
	Column string // heading or number of the column; empty outside of tables
	Reason string
}

// Why says in a few words why the text is left out.
func (o LeftOut) Why() string {
	if o.Column != "" {
		return "in " + inColumn(label(o.Column))
	}
	return o.Reason
}

// A List is the result of [Parse]. Each slice is in the order of the text. No two
// recipients have the same Matrix ID or the same address in different spellings.
type List struct {
	Recipients []Recipient
	Problems   []Problem
	Repeats    []Repeat
	LeftOut    []LeftOut
	Table      *Table // nil if the list has no columns
}

// Errors of [Read] and in [Problem].
var (
	ErrNoAddress = errors.New("neither an e-mail address nor a Matrix ID")
	ErrEncoding  = errors.New("the address has non-ASCII characters, and the list is not in UTF-8")
	ErrNotText   = errors.New("not a text file")
	ErrTooLong   = errors.New("longer than 8 MiB")
	ErrTooMany   = errors.New("more than 100,000 recipients")
	ErrTooMuch   = errors.New("more than 500,000 addresses in columns that are left out")
)

// Parse parses typed or pasted text. If the text exceeds a limit of [Read], the
// rest is ignored and the last problem is [ErrTooLong] or [ErrTooMany].
func Parse(text string) List {
	l, err := ParseColumn(text, "")
	if err != nil {
		l.Problems = append(l.Problems, Problem{Line: 1, Err: err})
	}
	return l
}

// ParseColumn is [Parse] with the column of a table that has the addresses: its
// heading, or its number from 1. An empty column is chosen by the headings. The error
// is a [*ColumnError] if the list has no such column.
func ParseColumn(text, column string) (List, error) {
	var cut error
	if len(text) > maxBytes {
		// Cut between two addresses: half of an address may be a valid address of
		// another person.
		text, cut = text[:strings.LastIndexAny(text[:maxBytes], " \t\r\n,;")+1], ErrTooLong
	}
	l, line, err := parse(text, column)
	if _, wrong := errors.AsType[*ColumnError](err); wrong {
		return l, err
	}
	if err = cmp.Or(err, cut); err != nil {
		l.Problems = append(l.Problems, Problem{Line: line, Err: err})
	}
	return l, nil
}

// Read parses a file or a pipe in UTF-8, UTF-16 or Windows-1252. It returns an error
// and no list if the input is not a list (see [ErrNotList]), longer than 8 MiB, or has
// more than 100,000 recipients.
func Read(r io.Reader) (List, error) {
	text, err := Text(r)
	if err != nil {
		return List{}, err
	}
	return ReadColumn(text, "")
}

// Text reads the text of a file or a pipe for [ReadColumn].
func Text(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		return "", err
	case len(data) > maxBytes:
		return "", fmt.Errorf("it is %w: split it into several files", ErrTooLong)
	}
	return decode(data)
}

// ReadColumn parses a text of [Text]. It is [ParseColumn], but returns an error and no
// list if the text is not a list or exceeds a limit.
func ReadColumn(text, column string) (List, error) {
	l, _, err := parse(text, column)
	if err != nil {
		return List{}, err
	}
	return l, nil
}

// parse also returns the number of the last line that was read, and an error if the
// rest of the text was not read.
func parse(text, column string) (List, int, error) {
	r := newReader(text)
	text = normalize(text)
	if err := notList(text); err != nil {
		return r.list, 1, err
	}
	switch {
	case isVCard(text):
		r.vcards(text)
	case isLDIF(text):
		r.table(ldifTable(text), column)
	default:
		if t, ok := findTable(text, column != ""); ok {
			r.above(text, t)
			r.table(t, column)
		} else {
			r.lines(text)
		}
	}
	if column != "" && r.list.Table == nil && r.err == nil {
		r.err = &ColumnError{Wanted: column}
	}
	return r.list, max(r.line, 1), r.err
}
