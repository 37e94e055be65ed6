package widget

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A filter keeps the rows for which every term holds:
//
//	status:pending by:me room:"Reading group"   operators
//	ada navy                                    text that the row contains
//	-term                                       the opposite
type filter[R any] struct {
	tests   []func(*R) bool
	problem string // why a term is invalid; then the filter keeps no row
}

func (f filter[R]) keeps(r *R) bool {
	for _, test := range f.tests {
		if !test(r) {
			return false
		}
	}
	return true
}

// An Operator is a named test of a row in a filter, such as status in
// status:pending.
type Operator[R any] struct {
	Name, Alias string // alias is another name, or empty
	Example     string // an example of a term
	Does        string
	Values      func(typed string) []string // returns the suggested values for the typed text
	// Compile returns the test for a value, or an error if the value is invalid.
	Compile func(value string) (test func(*R) bool, problem string)
}

// A Grammar defines the terms that filters of one kind of rows support.
type Grammar[R any] struct {
	Operators []Operator[R]
	Mentions  func(r *R, lower string) bool // reports whether a row contains a text
}

func (g Grammar[R]) operator(name string) (Operator[R], bool) {
	n := slices.IndexFunc(g.Operators, func(o Operator[R]) bool { return o.Name == name || o.Alias != "" && o.Alias == name })
	if n < 0 {
		return Operator[R]{}, false
	}
	return g.Operators[n], true
}

// A Term is one term of a filter. A value in quotation marks may contain spaces.
type Term struct {
	at          int // byte offset in the filter
	Not         bool
	Name, Value string // empty for plain text
}

// Terms splits the text of a filter into its terms.
func Terms(s string) (all []Term) {
	for at := 0; at < len(s); {
		if s[at] == ' ' {
			at++
			continue
		}
		end, quoted := at, false
		for ; end < len(s) && (quoted || s[end] != ' '); end++ {
			quoted = quoted != (s[end] == '"')
		}
		all = append(all, readTerm(s[at:end], at))
		at = end
	}
	return all
}

func readTerm(word string, at int) Term {
	t := Term{at: at}
	if rest, ok := strings.CutPrefix(word, "-"); ok && rest != "" {
		t.Not, word = true, rest
	}
	if name, value, ok := strings.Cut(word, ":"); ok && isOperatorName(name) {
		t.Name, word = strings.ToLower(name), value
	}
	t.Value = strings.ReplaceAll(word, `"`, "")
	return t
}

// isOperatorName reports whether the text before a colon is an operator name. It is
// not in @ada:example.org and id.example.org:8448.
func isOperatorName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) < 0
}

// parse parses a filter.
func (g Grammar[R]) parse(s string) filter[R] {
	var f filter[R]
	for _, t := range Terms(s) {
		test, problem := g.Compile(t)
		if t.Value == "" && problem == "" {
			continue // the user is still typing it
		}
		if problem != "" {
			f.problem = cmp.Or(f.problem, problem)
			test = func(*R) bool { return t.Not } // no row matches, also when negated
		}
		f.tests = append(f.tests, func(r *R) bool { return test(r) != t.Not })
	}
	return f
}

// Compile returns the test for a term, or an error if the term is invalid.
func (g Grammar[R]) Compile(t Term) (test func(*R) bool, problem string) {
	if t.Name == "" {
		lower := strings.ToLower(t.Value)
		return func(r *R) bool { return g.Mentions(r, lower) }, ""
	}
	o, ok := g.operator(t.Name)
	switch {
	case ok && t.Value == "":
		return nil, ""
	case ok:
		return o.Compile(t.Value)
	}
	problem = fmt.Sprintf("no operator %q", t.Name)
	if near := g.nearest(t.Name); near != "" {
		problem += "; did you mean " + near + ":?"
	}
	return nil, problem
}

// nearest returns the operator whose name is most similar to an unknown name.
func (g Grammar[R]) nearest(name string) string {
	var names []string
	for _, o := range g.Operators {
		names = append(names, o.Name)
	}
	return nearest(name, names)
}

// nearest returns the name that has word as its beginning or differs from it by at
// most two typing errors; empty if there is none.
func nearest(word string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if strings.HasPrefix(name, word) || strings.HasPrefix(word, name) {
			return name
		}
		if d := editDistance(word, name); d < least && d < len(name) {
			best, least = name, d
		}
	}
	return best
}

// OneOf compiles a value that must be a word of a list, or the beginning of one or
// more words.
func OneOf[R any](what string, words []string, of func(r *R) []string) func(string) (func(*R) bool, string) {
	return func(value string) (func(*R) bool, string) {
		value = strings.ToLower(value)
		begins := func(word string) bool { return strings.HasPrefix(word, value) }
		if !slices.ContainsFunc(words, begins) {
			return nil, fmt.Sprintf("no %s begins with %q: %s", what, value, strings.Join(words, " "))
		}
		return func(r *R) bool { return slices.ContainsFunc(of(r), begins) }, ""
	}
}

// MatchID returns a test for the IDs and aliases that match a value. If one is
// equal to the value, with or without its server, only equal ones match. Otherwise all
// that begin with the value match.
func MatchID(value string, ids func(yield func(string) bool)) func(id string) bool {
	value = strings.ToLower(value)
	local := func(id string) string { s, _, _ := strings.Cut(id, ":"); return s }
	exact := func(id string) bool { id = strings.ToLower(id); return id == value || local(id) == value }
	for id := range ids {
		if exact(id) {
			return exact
		}
	}
	return func(id string) bool { return strings.HasPrefix(strings.ToLower(id), value) }
}

// help returns the lines of the help: each operator of a filter, and plain text.
func (g Grammar[R]) help() [][2]string {
	lines := [][2]string{{"ada navy", "rows that contain both words"}}
	for _, o := range g.Operators {
		lines = append(lines, [2]string{o.Example, o.Does})
	}
	return append(lines, [2]string{"-status:revoked", "does not match the term"}, [2]string{`"two words"`, "a text with spaces"})
}

// Always returns a function that suggests the same values for every text.
func Always(values []string) func(string) []string {
	return func(string) []string { return values }
}

// ContainsFold reports whether s, made safe for a terminal, contains a lower-case
// text. It ignores the case of s.
func ContainsFold(s, lower string) bool {
	return strings.Contains(strings.ToLower(safetext.Line(s)), lower)
}

// ContainsInOrder reports whether s contains the letters of text in the same order.
func ContainsInOrder(s, text string) bool {
	for _, letter := range text {
		n := strings.IndexRune(s, letter)
		if n < 0 {
			return false
		}
		s = s[n+len(string(letter)):]
	}
	return true
}
