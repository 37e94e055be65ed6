package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A filter keeps the rows for which every term holds:
//
//	status:pending by:me room:"Reading group"   operators
//	ada navy                                    text that the row contains
//	-term                                       the opposite
type filter[R any] struct {
	tests   []func(*R) bool
	problem string // why a term is not understood; then no row is kept
}

func (f filter[R]) keeps(r *R) bool {
	for _, test := range f.tests {
		if !test(r) {
			return false
		}
	}
	return true
}

// An operator is what a filter asks about a row by a name, as in status:pending.
type operator[R any] struct {
	name, alias string // alias is another name, or empty
	example     string // a term with it
	does        string
	values      func(typed string) []string // to choose from, for what is typed of one
	// compile returns the test for a value, or why it is not understood.
	compile func(value string) (test func(*R) bool, problem string)
}

// A grammar is what filters of one kind of rows may consist of.
type grammar[R any] struct {
	operators []operator[R]
	mentions  func(r *R, lower string) bool // reports whether a row contains a text
}

func (g grammar[R]) operator(name string) (operator[R], bool) {
	n := slices.IndexFunc(g.operators, func(o operator[R]) bool { return o.name == name || o.alias != "" && o.alias == name })
	if n < 0 {
		return operator[R]{}, false
	}
	return g.operators[n], true
}

// A term is a word of a filter. Quotation marks hold a value together.
type term struct {
	at          int // where it begins
	not         bool
	name, value string // name is empty for text
}

// terms splits what was typed.
func terms(s string) (all []term) {
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

func readTerm(word string, at int) term {
	t := term{at: at}
	if rest, ok := strings.CutPrefix(word, "-"); ok && rest != "" {
		t.not, word = true, rest
	}
	if name, value, ok := strings.Cut(word, ":"); ok && isOperatorName(name) {
		t.name, word = strings.ToLower(name), value
	}
	t.value = strings.ReplaceAll(word, `"`, "")
	return t
}

// isOperatorName reports whether text before a colon is meant as an operator. Those
// of @ada:example.org and of id.example.org:8448 are not.
func isOperatorName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) < 0
}

// parse reads a filter.
func (g grammar[R]) parse(s string) filter[R] {
	var f filter[R]
	for _, t := range terms(s) {
		test, problem := g.compile(t)
		if t.value == "" && problem == "" {
			continue // it is still being typed
		}
		if problem != "" {
			f.problem = cmp.Or(f.problem, problem)
			test = func(*R) bool { return t.not } // never, also when negated
		}
		f.tests = append(f.tests, func(r *R) bool { return test(r) != t.not })
	}
	return f
}

func (g grammar[R]) compile(t term) (test func(*R) bool, problem string) {
	if t.name == "" {
		lower := strings.ToLower(t.value)
		return func(r *R) bool { return g.mentions(r, lower) }, ""
	}
	o, ok := g.operator(t.name)
	switch {
	case ok && t.value == "":
		return nil, ""
	case ok:
		return o.compile(t.value)
	}
	problem = fmt.Sprintf("no operator %q", t.name)
	if near := g.nearest(t.name); near != "" {
		problem += "; did you mean " + near + ":?"
	}
	return nil, problem
}

// nearest is the operator that may be meant by a name that none has.
func (g grammar[R]) nearest(name string) string {
	var names []string
	for _, o := range g.operators {
		names = append(names, o.name)
	}
	return nearest(name, names)
}

// nearest is the name that begins like a word or is two typing errors from it at
// most; empty if there is none.
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

// oneOf compiles a value that is one word of a list, or the beginning of some.
func oneOf[R any](what string, words []string, of func(r *R) []string) func(string) (func(*R) bool, string) {
	return func(value string) (func(*R) bool, string) {
		value = strings.ToLower(value)
		begins := func(word string) bool { return strings.HasPrefix(word, value) }
		if !slices.ContainsFunc(words, begins) {
			return nil, fmt.Sprintf("no %s begins with %q: %s", what, value, strings.Join(words, " "))
		}
		return func(r *R) bool { return slices.ContainsFunc(of(r), begins) }, ""
	}
}

// identified returns a test for the IDs and aliases that a value means: the one that
// is called exactly so, with or without its server, or else those which begin so.
func identified(value string, ids func(yield func(string) bool)) func(id string) bool {
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
