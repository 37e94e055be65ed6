package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxCluster limits the runes of a grapheme. The longest graphemes in real
// text, conjuncts of Indic scripts, have about a dozen. Hangul and Indic
// letters can be chained without limit, and the chain is measured like its
// first letter.
const maxCluster = 16

// limit removes graphemes that are too long, and ends s with an ellipsis if it
// has more than most graphemes. Graphemes are found with the library that also
// measures them on the screen.
func limit(s string, most int) string {
	var (
		out   = output{src: s}
		count int
		cut   int  // where the output may be cut for the ellipsis
		gap   bool // the output ends with a replacement character
	)
	for len(s) > 0 {
		c := grapheme(s)
		s = s[len(c):]
		if count == most {
			return out.upTo(cut) + string(ellipsis)
		}
		cut = out.len()
		if !plausible(c) {
			c = string(replacement)
		}
		if more, ok := strings.CutPrefix(c, string(replacement)); ok && gap {
			out.put(more) // it belongs to the same run
		} else {
			out.put(c)
			count++
		}
		gap = strings.HasSuffix(c, string(replacement))
	}
	return out.String()
}

// plausible reports whether grapheme c can occur in real text. Letters of other
// scripts do not join with ASCII. Where they seem to, terminals disagree about
// the width.
func plausible(c string) bool {
	if len(c) == 1 {
		return true
	}
	var ascii, joined bool
	for _, r := range c {
		ascii = ascii || r < utf8.RuneSelf
		joined = joined || r >= utf8.RuneSelf && !unicode.In(r, unicode.Mn, unicode.Me)
	}
	return utf8.RuneCountInString(c) <= maxCluster && (!ascii || !joined)
}

// grapheme returns the first user-perceived character of s.
func grapheme(s string) string {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1]
	}
	c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return c
}

// output collects a string. As long as it is a prefix of src, nothing is
// copied.
type output struct {
	src  string
	same int    // length of the prefix of src that was put so far
	buf  []byte // the output, once it differs from src
}

func (o *output) put(s string) {
	if o.buf == nil {
		if strings.HasPrefix(o.src[o.same:], s) {
			o.same += len(s)
			return
		}
		o.buf = append(make([]byte, 0, len(o.src)+len(s)), o.src[:o.same]...)
	}
	o.buf = append(o.buf, s...)
}

func (o *output) len() int {
	if o.buf == nil {
		return o.same
	}
	return len(o.buf)
}

func (o *output) upTo(n int) string {
	if o.buf == nil {
		return o.src[:n]
	}
	return string(o.buf[:n])
}

func (o *output) String() string { return o.upTo(o.len()) }
