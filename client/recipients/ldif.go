package recipients

import (
	"encoding/base64"
	"iter"
	"strings"
	"unicode/utf8"
)

func isLDIF(text string) bool {
	for line := range strings.SplitSeq(text[:min(len(text), 4<<10)], "\n") {
		line = strings.ToLower(trimInvisible(line))
		switch {
		case line == "" || line[0] == '#' || strings.HasPrefix(line, "version:"):
			continue
		case strings.HasPrefix(line, "dn:") && strings.ContainsAny(line, "=:"):
			return true
		}
		return false
	}
	return false
}

// ldifTable reads LDIF (RFC 2849) as a table that has a row for each entry and a column
// for each attribute. Several values of an attribute are lines of its cell.
//
// github.com/go-ldap/ldif is not used: it stops at the first malformed entry, does not
// say in which lines values are, opens the files that an entry names, and brings an LDAP
// client.
func ldifTable(text string) *source {
	var headings []string
	column := map[string]int{}
	for l := range ldifLines(text) {
		if _, ok := column[strings.ToLower(l.name)]; !ok {
			column[strings.ToLower(l.name)] = len(headings)
			if len(headings) < maxColumns {
				headings = append(headings, l.name)
			}
		}
	}
	return &source{headings: headings, first: 1, rows: func() iter.Seq[record] {
		return func(yield func(record) bool) {
			row, values := record{line: 1}, make([]strings.Builder, len(headings))
			next := func() bool {
				row.cells = nil
				for i := range values {
					row.cells = append(row.cells, values[i].String())
					values[i].Reset()
				}
				return yield(row)
			}
			for l := range ldifLines(text) {
				if strings.EqualFold(l.name, "dn") {
					if !next() {
						return
					}
					row = record{line: l.line, text: l.text}
				}
				cell := &values[min(column[strings.ToLower(l.name)], len(headings)-1)]
				if cell.Len() > 0 {
					cell.WriteByte('\n')
				}
				cell.WriteString(l.value)
			}
			next()
		}
	}}
}

// An ldifLine is an unfolded line of LDIF. The name is that of the attribute without
// options, or "comment" for comments and other lines.
type ldifLine struct {
	name, value string
	line        int // number of its first line
	text        string
}

func ldifLines(text string) iter.Seq[ldifLine] {
	return func(yield func(ldifLine) bool) {
		var folded []string
		first, number := 0, 0
		end := func() bool {
			if len(folded) == 0 {
				return true
			}
			l := attribute(strings.Join(folded, ""))
			l.line = first
			folded = folded[:0]
			return yield(l)
		}
		for line := range strings.SplitSeq(text, "\n") {
			number++
			if len(folded) > 0 && line != "" && line[0] == ' ' {
				folded = append(folded, line[1:])
				continue
			}
			if !end() {
				return
			}
			if strings.TrimSpace(line) != "" && line != "-" {
				folded, first = append(folded, line), number
			}
		}
		end()
	}
}

// attribute splits a line into an attribute and its value, which may be in Base64.
func attribute(text string) ldifLine {
	l := ldifLine{name: "comment", value: text, text: text}
	name, value, ok := strings.Cut(text, ":")
	if !ok || strings.HasPrefix(text, "#") {
		return l
	}
	name, _, _ = strings.Cut(name, ";")
	l.name, l.value = strings.TrimSpace(name), strings.TrimSpace(value)
	if encoded, ok := strings.CutPrefix(value, ":"); ok {
		l.value = strings.TrimSpace(encoded)
		if plain, err := base64.StdEncoding.DecodeString(l.value); err == nil && utf8.Valid(plain) {
			l.value = strings.TrimSpace(strings.NewReplacer("\r\n", " ", "\n", " ", "\x00", " ").Replace(string(plain)))
		}
	}
	for _, prefix := range []string{"SMTP:", "smtp:"} { // of proxyAddresses
		l.value = strings.TrimPrefix(l.value, prefix)
	}
	return l
}
