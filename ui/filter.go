package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A filter keeps the invites that a person typed for. Every term has to hold:
//
//	status:pending by:@ada room:#ops older:30d warn:duplicate key:invalid
//	text           the words of a name, a room or a person, or letters of a name in their order
//	-term          the opposite
type filter []term

type term struct {
	field, value string // field is empty for text
	not          bool
}

// parseFilter reads what was typed. What makes no sense as a field is text.
func parseFilter(s string) filter {
	var f filter
	for word := range strings.FieldsSeq(strings.ToLower(s)) {
		t := term{value: word}
		if rest, ok := strings.CutPrefix(word, "-"); ok && rest != "" {
			t.not, t.value = true, rest
		}
		if field, value, ok := strings.Cut(t.value, ":"); ok && slices.Contains(fields(), field) {
			t.field, t.value = field, value
		}
		if t.value != "" {
			f = append(f, t)
		}
	}
	return f
}

func fields() []string { return []string{"status", "by", "room", "older", "newer", "warn", "key"} }

// keeps reports whether every term of the filter holds for a row.
func (f filter) keeps(r *row, now time.Time) bool {
	for _, t := range f {
		if t.holds(r, now) == t.not {
			return false
		}
	}
	return true
}

func (t term) holds(r *row, now time.Time) bool {
	i := r.invite
	switch t.field {
	case "status":
		return strings.HasPrefix(string(i.Status), t.value)
	case "by":
		return containsFold(inviter(i), strings.TrimPrefix(t.value, "@"))
	case "room":
		return containsFold(r.room.Name, t.value) || containsFold(string(r.room.Alias), t.value) || strings.EqualFold(string(i.RoomID), t.value)
	case "older", "newer":
		d, ok := parseAge(t.value)
		return ok && !i.At().IsZero() && (now.Sub(i.At()) > d) == (t.field == "older")
	case "warn":
		return slices.ContainsFunc(r.warnings, func(w invite.Warning) bool { return strings.HasPrefix(string(w), t.value) })
	case "key":
		return strings.HasPrefix(r.standing(), t.value)
	default:
		return r.mentions(t.value)
	}
}

// mentions reports whether text stands anywhere in a row as it is seen, or its
// letters in the name in their order.
func (r *row) mentions(text string) bool {
	for _, s := range []string{r.address, nameOf(r.invite), r.room.Name, string(r.room.Alias), inviter(r.invite), r.taker()} {
		if containsFold(s, text) {
			return true
		}
	}
	return inOrder(strings.ToLower(safetext.Line(nameOf(r.invite))), text)
}

func containsFold(s, lower string) bool {
	return strings.Contains(strings.ToLower(safetext.Line(s)), lower)
}

// inOrder reports whether s holds the letters of text in their order.
func inOrder(s, text string) bool {
	for _, letter := range text {
		n := strings.IndexRune(s, letter)
		if n < 0 {
			return false
		}
		s = s[n+len(string(letter)):]
	}
	return true
}

// parseAge reads an age as people write it: 30m, 12h, 30d, 2w.
func parseAge(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}
	unit, ok := units[s[len(s)-1]]
	n, err := strconv.Atoi(s[:len(s)-1])
	return time.Duration(n) * unit, ok && err == nil && n >= 0 && n < 10000
}
