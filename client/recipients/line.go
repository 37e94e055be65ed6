package recipients

import (
	"net/mail"
	"regexp"
	"strings"
)

// lines reads a text that is no table, line by line.
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
	// Quotes of mails, and bullets. A number is one if a space follows.
	leading = regexp.MustCompile(`^(?:[\s>]*>\s*)?(?:(?:[-*+•‣◦–—]|\[[ xX]?\]|\(?\d{1,6}[.)])\s+)*`)
	// Headings of mails. Those that hold an @ and name nobody are told apart: a
	// Message-ID looks like an address.
	heading = regexp.MustCompile(`^(?i:to|cc|bcc|from|reply-to|sender|resent-to|an|von|e-?mail)\s*:\s*`)
	talk    = regexp.MustCompile(`^(?i:message-id|in-reply-to|references|received|content-[a-z]+|list-[a-z-]+|dkim-[a-z-]+|arc-[a-z-]+|x-[a-z-]+)\s*:`)
)

// readLine reads a line of a list: a comment, a mail's heading, or people.
func (r *reader) readLine(line string) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "(") && isPhone(line) { // or (030) would be taken for a bullet
		r.refuse(line, ErrPhone)
		return
	}
	line = line[len(leading.FindString(start(line))):]
	switch {
	case line == "" || line[0] == '#':
		return
	case talk.MatchString(start(line)):
		r.refuse(line, ErrNoAddress)
		return
	}
	r.people(line[len(heading.FindString(start(line))):], "")
}

// start is as much of a line as bullets and headings take.
func start(line string) string { return line[:min(len(line), maxText)] }

// people reads pieces that commas, semicolons and closed angle brackets part.
// A name in the list counts more than the one given.
func (r *reader) people(line, name string) {
	held := "" // Doe, of Doe, Jane <j@x>
	for line != "" && r.err == nil {
		end, comma := split(line)
		piece := line[:end]
		if line = line[end:]; comma != 0 {
			line = line[1:]
		}
		if held != "" {
			if bracket := strings.IndexByte(piece, '<'); bracket > 0 && lettered(piece[:bracket]) {
				piece = held + "," + piece
			} else {
				r.piece(held, name)
			}
			held = ""
		}
		if comma == ',' && lettered(piece) && len(piece) < maxText && !strings.Contains(piece, "@") {
			held = piece
			continue
		}
		r.piece(piece, name)
	}
	r.piece(held, name)
}

// split returns the length of the piece that s begins with, and the separator
// after it, if there is one. Separators in quotes, brackets and comments do
// not count, if those are closed.
func split(s string) (int, byte) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',', ';':
			return i, s[i]
		case '"':
			if n := closing(s[i:], '"'); !strings.Contains(s[i:i+n], "<") { // a quote is missing
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

// closing is where the bracket that s begins with is closed; 0 if it is not,
// or not where anybody would look for it.
func closing(s string, bracket byte) int {
	return strings.IndexByte(s[1:min(len(s), maxAddress)], bracket) + 1
}

// comment is the length of the comment that s begins with.
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

// piece reads what should be one person, or bare addresses with spaces between.
func (r *reader) piece(piece, name string) {
	piece = strings.TrimSpace(piece)
	switch {
	case !lettered(piece):
		if strings.Contains(piece, "@") {
			r.refuse(piece, reason("@"))
		}
		return
	case !strings.Contains(piece, "@"):
		r.refuse(piece, unreadable(piece))
		return
	case !strings.ContainsAny(piece, " \t\"<("):
		r.add(bare(piece), name, piece)
		return
	}
	address, around := bracketed(piece)
	if len(piece) <= 2*maxAddress {
		if a, err := mail.ParseAddress(piece); err == nil {
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

// words reads what has no brackets. Beside a single address words are its name.
func (r *reader) words(piece, name string) {
	addresses := 0
	for word := range strings.FieldsSeq(piece) {
		if strings.Contains(word, "@") {
			addresses++
		}
	}
	for word := range strings.FieldsSeq(piece) {
		switch {
		case r.err != nil:
			return
		case !strings.Contains(word, "@"):
			if addresses > 1 && lettered(word) {
				r.refuse(word, ErrNoAddress)
			}
		case addresses == 1:
			before, after, _ := strings.Cut(piece, word)
			r.add(bare(word), or(tidy(before), tidy(after), name), piece)
		default:
			r.add(bare(word), name, word)
		}
	}
}

// bracketed finds <a@b>, and the name before or after it. A name may be an
// address; two are people.
func bracketed(piece string) (address, name string) {
	end := strings.LastIndexByte(piece, '>')
	start := strings.LastIndexByte(piece[:max(end, 0)], '<')
	if start < 0 || !strings.Contains(piece[start:end], "@") || strings.Count(piece[:start], "@") > 1 {
		return "", ""
	}
	return strings.TrimSpace(piece[start+1 : end]), or(tidy(piece[:start]), tidy(piece[end+1:]))
}

// tidy takes off a name what stood between it and an address.
func tidy(name string) string {
	return strings.Trim(name, " \t\"'-–—:|()[]<>,;=")
}

// or is the first name that says something.
func or(names ...string) string {
	for _, name := range names {
		if lettered(name) {
			return name
		}
	}
	return ""
}
