package dump

import (
	"strconv"
	"strings"
)

// A path is the position of a value in a file, in the syntax of jq.
type path []step

// A step leads to a member of an object, an element of an array, or the JSON value
// in a string.
type step struct {
	name  string // member; empty for an element
	index int
}

// decoded is the name of the step from a string to the JSON value in it.
const decoded = "|fromjson"

func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.name == decoded:
			b.WriteString(decoded)
		case s.index >= 0:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case isIdentifier(s.name):
			b.WriteString("." + s.name)
		default:
			b.WriteString("[" + strconv.Quote(s.name) + "]")
		}
	}
	return b.String()
}

func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// where returns the position of a value below the top-level value with this number,
// counted from 1.
func where(value int, p path) string {
	switch at := p.String(); {
	case at == "":
		return "value " + strconv.Itoa(value)
	case value > 1:
		return "value " + strconv.Itoa(value) + " " + at
	default:
		return at
	}
}
