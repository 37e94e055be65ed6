package recipients

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// lines reads a text that is not a table, line by line.
func (r *reader) lines(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		r.line++
		if line == "" {
			continue
		}
		if r.readLine(line); r.err != nil {
			return
		}
	}
}

var (
	// Quotation marks of replies (">") and list bullets. A number is a bullet only
	// if a space follows it.
	leading = regexp.MustCompile(`^(?:[\s>]*>\s*)?(?:(?:[-*+•‣◦–—]|\[[ xX]?\]|\(?\d{1,6}[.)])\s+)*`)
	// Mail header fields. Fields that contain an @ but no recipient are matched
	// separately: a Message-ID looks like an address.
	header = regexp.MustCompile(`^(?i:to|cc|bcc|from|reply-to|sender|resent-to|an|von|e-?mail)\s*:\s*`)
	noise  = regexp.MustCompile(`^(?i:message-id|in-reply-to|references|received|content-[a-z]+|list-[a-z-]+|dkim-[a-z-]+|arc-[a-z-]+|x-[a-z-]+)\s*:`)
)

// readLine reads a line of a list: a comment, a mail header field, or recipients.
func (r *reader) readLine(line string) {
	line = trimInvisible(line)
	if strings.HasPrefix(line, "(") && isPhone(line) { // otherwise (030) would be read as a bullet
		r.refuse(line, ErrPhone)
		return
	}
	line = line[len(leading.FindString(start(line))):]
	switch {
	case line == "":
		return
	case line[0] == '#':
		r.leaveOut(line, "in a comment")
		return
	case noise.MatchString(start(line)):
		r.refuse(line, ErrNoAddress)
		return
	}
	r.people(line[len(header.FindString(start(line))):], "")
}

// start returns the part of a line in which bullets and header names are searched.
func start(line string) string { return line[:min(len(line), maxText)] }

// people reads recipients that are separated by commas, semicolons or closing angle
// brackets. A name in the text is preferred to the argument name.
func (r *reader) people(line, name string) {
	held := "" // for "Doe, Jane <j@x>": Doe
	for line != "" && r.err == nil {
		end, comma := split(line)
		piece := line[:end]
		if line = line[end:]; comma != 0 {
			line = line[1:]
		}
		if held != "" {
			if bracket := strings.IndexByte(piece, '<'); bracket > 0 && hasLetter(piece[:bracket]) && !holdsAt(piece[:bracket]) {
				piece = held + "," + piece
			} else {
				r.piece(held, name)
			}
			held = ""
		}
		if comma == ',' && hasLetter(piece) && len(piece) < maxText && !holdsAt(piece) {
			held = piece
			continue
		}
		r.piece(piece, name)
	}
	r.piece(held, name)
}

// split returns the length of the first piece of s and the separator after it, or 0
// if there is none. Separators inside quotes, brackets and comments are ignored if
// these are closed.
func split(s string) (int, byte) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',', ';':
			return i, s[i]
		case '"':
			if n := closing(s[i:], '"'); !strings.Contains(s[i:i+n], "<") { // the closing quote is missing
				i += n
			}
		case '(':
			i += closing(s[i:], ')')
		case '<':
			if n := closing(s[i:], '>'); n > 0 {
				return i + n + 1 + comment(s[i+n+1:]), 0
			}
		}
	}
	return len(s), 0
}

// closing returns the index of the bracket that closes the first one of s. It
// returns 0 if there is none within maxAddress bytes.
func closing(s string, bracket byte) int {
	return strings.IndexByte(s[1:min(len(s), maxAddress)], bracket) + 1
}

// comment returns the length of the comment at the start of s, or 0.
func comment(s string) int {
	rest := strings.TrimLeft(s, " \t")
	if !strings.HasPrefix(rest, "(") {
		return 0
	}
	n := closing(rest, ')')
	if n == 0 {
		return 0
	}
	return len(s) - len(rest) + n + 1
}

// piece reads one recipient, or several bare addresses separated by spaces.
func (r *reader) piece(piece, name string) {
	piece = trimInvisible(piece)
	switch {
	case !hasLetter(piece):
		if holdsAt(piece) {
			r.refuse(piece, threepid.Check("@"))
		}
		return
	case !holdsAt(piece):
		r.refuse(piece, notInvitee(piece))
		return
	case !strings.ContainsFunc(piece, unicode.IsSpace) && !strings.ContainsAny(piece, `"<(`):
		r.add(bare(piece), name, piece)
		return
	}
	address, around := bracketed(piece)
	if len(piece) <= 2*maxAddress {
		if a, err := mail.ParseAddress(piece); err == nil {
			if strings.Contains(piece, `"@`) && threepid.Check(a.Address) != nil {
				r.refuse(piece, threepid.Check(piece))
				return
			}
			r.add(a.Address, or(a.Name, around, name), piece)
			return
		}
	}
	if address != "" {
		r.add(bare(address), or(around, name), piece)
		return
	}
	r.words(piece, name)
}

// words reads a piece without brackets. If it has only one address, the other words
// are its name.
func (r *reader) words(piece, name string) {
	addresses := 0
	for word := range strings.FieldsSeq(piece) {
		if holdsAt(word) {
			addresses++
		}
	}
	for word := range strings.FieldsSeq(piece) {
		switch {
		case r.err != nil:
			return
		case !holdsAt(word):
			if addresses > 1 && hasLetter(word) {
				r.refuse(word, ErrNoAddress)
			}
		case addresses == 1 && brokenBySpace(piece, word):
			r.refuse(piece, fmt.Errorf("%w: it contains a space: %s", threepid.ErrNotAddress, nameOf(noBreak)))
		case addresses == 1:
			before, after, _ := strings.Cut(piece, word)
			r.add(bare(word), or(tidy(before), tidy(after), name), piece)
		default:
			r.add(bare(word), name, word)
		}
	}
}

// brokenBySpace reports whether a no-break space stands where the word may continue:
// the word is possibly a part of an address only.
func brokenBySpace(piece, word string) bool {
	before, after, _ := strings.Cut(piece, word)
	before, left := strings.CutSuffix(before, string(noBreak))
	after, right := strings.CutPrefix(after, string(noBreak))
	first, _ := utf8.DecodeRuneInString(after)
	last, _ := utf8.DecodeLastRuneInString(before)
	part := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+", r) }
	return left && part(last) || right && part(first)
}

// bracketed finds the address in <a@b> and the name before or after it. The name
// may itself be an address; two addresses before the bracket are two recipients.
func bracketed(piece string) (address, name string) {
	end := strings.LastIndexByte(piece, '>')
	start := strings.LastIndexByte(piece[:max(end, 0)], '<')
	if start < 0 || !strings.Contains(piece[start:end], "@") || strings.Count(piece[:start], "@") > 1 {
		return "", ""
	}
	return strings.TrimSpace(piece[start+1 : end]), or(tidy(piece[:start]), tidy(piece[end+1:]))
}

// tidy removes separators between a name and an address from the name.
func tidy(name string) string {
	return strings.Trim(visible(name), " \t\"'-–—:|()[]<>,;=")
}

// or returns the first name that contains a letter or a digit.
func or(names ...string) string {
	for _, name := range names {
		if hasLetter(name) {
			return name
		}
	}
	return ""
}
