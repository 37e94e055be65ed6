// Package wording has the words and glyphs that describe an invite and its
// state. The screen and the commands use the same ones.
package wording

// A Term says how a state is shown: its words, its glyph and its role.
type Term struct {
	// Word is the state's name in JSON, in filters and in flags.
	Word string
	// Short is a shorter word for a column of a table. It is empty if Word is
	// short enough.
	Short string
	// Glyph is shown before the word, so that users who see no colours miss
	// nothing.
	Glyph string
	Role  Role
	// Text explains the state. It is shown after the word and a colon.
	Text string
}

// String returns the glyph and the word.
func (t Term) String() string { return t.Glyph + " " + t.Word }

// Column returns the text for a column of a table: the glyph and the short
// word.
func (t Term) Column() string { return t.Glyph + " " + t.Brief() }

// Brief returns Short or, if it is empty, Word.
func (t Term) Brief() string {
	if t.Short != "" {
		return t.Short
	}
	return t.Word
}

// Sentence returns the word and the text that explains it.
func (t Term) Sentence() string {
	if t.Text == "" {
		return t.Word
	}
	return t.Word + ": " + t.Text
}

// Uncertain returns the term for the same state if it is not confirmed yet.
func (t Term) Uncertain() Term {
	t.Word += "?"
	return t
}

// A Role says whether a state is good or bad. The screen and the commands show
// each role in a colour.
type Role int

// The roles.
const (
	Plain  Role = iota
	Faint       // finished, or unknown and not urgent
	Accent      // in progress
	Good        // no problem
	Warn        // the user should look at it
	Bad         // a failure
)
