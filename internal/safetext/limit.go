package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxCluster is how many runes one grapheme may have. The longest in real use,
// conjuncts of Indic scripts, have about a dozen. Hangul and Indic letters can
// be chained without end, and the whole chain is measured like its first letter.
const maxCluster = 16

// limit takes out graphemes that are too long, and ends s with an ellipsis
// where it has more than most of them. Graphemes are found by the library that
// also measures them on the screen.
func limit(s string, most int) string {
	var (
		out   = output{src: s}
		count int
		cut   int  // where the output may end for the ellipsis to follow
		gap   bool // the output ends with a sign for what was taken out
	)
	for len(s) > 0 {
		c := grapheme(s)
		s = s[len(c):]
		if count == most {
			return out.upTo(cut) + string(ellipsis)
		}
		cut = out.len()
		if !sound(c) {
			c = string(taken)
		}
		if more, ok := strings.CutPrefix(c, string(taken)); ok && gap {
			out.put(more) // the same run goes on
		} else {
			out.put(c)
			count++
		}
		gap = strings.HasSuffix(c, string(taken))
	}
	return out.String()
}

// sound reports whether grapheme c is one that occurs in real text. Letters of
// other scripts do not join with ASCII, and where they seem to, not even the
// terminals that know graphemes agree about the width.
func sound(c string) bool {
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

// grapheme is the first user-perceived character of s.
func grapheme(s string) string {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1]
	}
	c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return c
}

// output collects a string that may turn out to be src, or to begin like it.
// As long as it does, nothing is copied.
type output struct {
	src  string
	same int    // this much of src was put so far,
	buf  []byte // until something differed
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
