package recipients

import (
	"strings"
	"unicode/utf8"
)

// A reader holds the state while a text is parsed.
type reader struct {
	list    List
	first   map[Invitee]int // line number by canonical spelling
	line    int             // number of the current line
	column  string          // heading or number of the current column; empty outside of tables
	guessed bool            // the text is not UTF-8, and its encoding is a guess
	pieces  int
	err     error
}

func newReader(text string) *reader {
	return &reader{first: map[Invitee]int{}, guessed: !utf8.ValidString(text)}
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
// ID. Other addresses in the piece are left out.
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
	if n := strings.Count(piece, "@"); n > 1 && n > strings.Count(spelled, "@") {
		r.beside(piece, invitee)
	}
	if first, ok := r.first[invitee.Canonical()]; ok {
		r.list.Repeats = append(r.list.Repeats, Repeat{Invitee: invitee, Line: r.line, First: first})
		return
	}
	invitee.Address.Address = strings.Clone(invitee.Address.Address) // a substring would keep the whole text in memory
	r.first[invitee.Canonical()] = r.line
	r.list.Recipients = append(r.list.Recipients, Recipient{Invitee: invitee, Name: cut(visible(name)), Line: r.line, Column: r.column})
}

func parseInvitee(spelled string) (invitee Invitee, err error) {
	if isUserID(spelled) {
		invitee.UserID, err = parseUserID(spelled)
	} else {
		invitee.Address, err = parseAddress(spelled)
	}
	return invitee, err
}

// beside leaves out the other addresses in the piece of an invitee: in its name or in
// comments.
func (r *reader) beside(piece string, invitee Invitee) {
	for word := range strings.FieldsSeq(piece) {
		for part := range strings.FieldsFuncSeq(word, func(c rune) bool { return strings.ContainsRune(`<>()[]"`, c) }) {
			part = bare(part)
			if len(part) < 2 || !strings.Contains(part, "@") || strings.EqualFold(part, invitee.String()) {
				continue
			}
			if other, err := parseInvitee(part); err == nil && other.Canonical() == invitee.Canonical() {
				continue
			}
			r.leaveOut(part, "beside the address of this invitee: "+invitee.String())
		}
	}
}

func (r *reader) refuse(piece string, err error) {
	if r.full() {
		return
	}
	r.list.Problems = append(r.list.Problems, Problem{Line: r.line, Text: cut(piece), Err: err})
}

// leaveOut names a text that is not used, if it contains an @.
func (r *reader) leaveOut(text, reason string) {
	if !holdsAt(text) || r.err != nil {
		return
	}
	if len(r.list.LeftOut) == maxLeftOut {
		r.err = ErrTooMuch
		return
	}
	r.list.LeftOut = append(r.list.LeftOut, LeftOut{Line: r.line, Text: cutAround(text), Column: r.column, Reason: reason})
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

// cutAround cuts a long text around its first @.
func cutAround(s string) string {
	s = strings.TrimSpace(s)
	if at := strings.IndexByte(s, '@'); len(s) > maxText && at > maxText/2 {
		at -= maxText / 2
		for !utf8.RuneStart(s[at]) {
			at++
		}
		s = s[at:]
	}
	return cut(s)
}
