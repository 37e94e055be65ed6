package vcard

import (
	"iter"
	"strings"
)

// A line is an unfolded line of a vCard.
type line struct {
	text   string
	number int // of its first line in the file, from 1
	length int // number of lines in the file
}

// lines yields the unfolded lines of a vCard, folded as in vCard 3 and 4 or as
// quoted-printable in vCard 2.1. The vCard library copies a line once for each
// fold, which is slow for photos; here a line is cut at maxLine.
func lines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		var unfolded []byte
		first, number := 1, 0
		soft := false // the line continues, as quoted-printable
		for next := range strings.SplitSeq(text, "\n") {
			number++
			next = strings.TrimSuffix(next, "\r")
			switch {
			case soft:
				unfolded = unfolded[:len(unfolded)-1]
			case next != "" && (next[0] == ' ' || next[0] == '\t'):
				next = next[1:]
			default:
				if len(unfolded) > 0 && !yield(line{string(unfolded), first, number - first}) {
					return
				}
				unfolded, first = unfolded[:0], number
			}
			unfolded = append(unfolded, next[:min(len(next), maxLine-len(unfolded))]...)
			soft = len(unfolded) < maxLine && strings.HasSuffix(next, "=") && quotedPrintable(string(unfolded))
		}
		if len(unfolded) > 0 {
			yield(line{string(unfolded), first, number + 1 - first})
		}
	}
}

func quotedPrintable(line string) bool {
	head, _ := cutHead(line)
	return strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// property returns the name of a line's property, without its group, and the
// value.
func property(line string) (name, value string) {
	head, value := cutHead(line)
	name, _, _ = strings.Cut(head, ";")
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		name = name[dot+1:]
	}
	return strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(value)
}

// cutHead splits a line at the first colon outside of quotes.
func cutHead(line string) (head, value string) {
	quotes := false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quotes = !quotes
		case ':':
			if !quotes {
				return line[:i], line[i+1:]
			}
		}
	}
	head, value, _ = strings.Cut(line, ":") // the quotes are not closed
	return head, value
}

// spell converts parameters from vCard 2.1, which omits their names, to vCard
// 3.
func spell(line string) string {
	head, value := cutHead(line)
	if strings.Contains(head, `"`) {
		return line // not 2.1
	}
	params := strings.Split(head, ";")
	for i, p := range params {
		switch {
		case i == 0 || p == "" || strings.Contains(p, "="):
		case strings.EqualFold(p, "QUOTED-PRINTABLE") || strings.EqualFold(p, "BASE64"):
			params[i] = "ENCODING=" + p
		default:
			params[i] = "TYPE=" + p
		}
	}
	return strings.Join(params, ";") + ":" + value
}
