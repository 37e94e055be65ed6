// Package wording has the words and glyphs for what is known of an invite. The
// screen and the commands both use them, so that they say the same.
package wording

// A Term is how a state is shown.
type Term struct {
	// Word is the state's name in JSON, in filters and in flags.
	Word string
	// Short is the word for a column of a table; empty if Word is short enough.
	Short string
	// Glyph stands before the word, so that no meaning is in colour alone.
	Glyph string
	Role  Role
	// Text explains the state. It goes on after the word and a colon.
	Text string
}

// String is the glyph and the word.
func (t Term) String() string { return t.Glyph + " " + t.Word }

// Column is what stands in a column of a table: the glyph and the short word.
func (t Term) Column() string { return t.Glyph + " " + t.Brief() }

// Brief is the shortest word there is.
func (t Term) Brief() string {
	if t.Short != "" {
		return t.Short
	}
	return t.Word
}

// Sentence is the word and the text that explains it.
func (t Term) Sentence() string {
	if t.Text == "" {
		return t.Word
	}
	return t.Word + ": " + t.Text
}

// Uncertain is the term of a state that could not be confirmed yet.
func (t Term) Uncertain() Term {
	t.Word += "?"
	return t
}

// A Role says how a state is to be judged. Each face has a colour for it.
type Role int

// The roles.
const (
	Plain  Role = iota
	Faint       // over, or not known and not urgent
	Accent      // going on
	Good        // as it should be
	Warn        // to be looked at
	Bad         // does not work
)
