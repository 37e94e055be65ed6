package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check fails unless got is what the scenario wants, written as JSON, or the exception
// for this side in differences_test.go. fact is a name for what is checked, unique in
// its test.
func check(tb testing.TB, w world, fact string, got any, want string) {
	tb.Helper()
	got = plainJSON(tb, got)
	if e, ok := findException(w.Name(), testOf(tb.Name()), fact); ok {
		if cmp.Equal(got, written(want)) {
			tb.Errorf("%s: %s now answers like the others: its line in differences_test.go can go", fact, w.Name())
			return
		}
		want = e.got
	}
	if diff := cmp.Diff(written(want), got); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", fact, diff)
	}
}

// refused checks a refusal: its status, its errcode and, where the side has the texts of Synapse and Sydent, its text.
func refused(tb testing.TB, w world, fact string, a answer, want string) {
	tb.Helper()
	got := fmt.Sprintf("%d %v: %v", a.Status, a.Body["errcode"], a.Body["error"])
	if a.Body["errcode"] == nil {
		got = fmt.Sprintf("%d without errcode: %s", a.Status, a.Text)
	}
	if w.Name() == "dendrite" { // its texts are different, and programs should not depend on them
		got, _, _ = strings.Cut(got, ":")
		want, _, _ = strings.Cut(want, ":")
	}
	check(tb, w, fact, got, want)
}

// accepted checks that the response to a request is an empty object.
func accepted(tb testing.TB, w world, fact string, a answer) {
	tb.Helper()
	check(tb, w, fact, fmt.Sprintf("%d %s", a.Status, a.Text), "200 {}")
}

// written parses the expected value of a scenario. A text that is not JSON is a string,
// so most strings need no quotation marks.
func written(want string) any {
	var v any
	if json.Unmarshal([]byte(want), &v) != nil {
		return want
	}
	return v
}

// plainJSON converts a value to the form that written returns.
func plainJSON(tb testing.TB, got any) any {
	tb.Helper()
	if text, ok := got.(string); ok {
		return text
	}
	return written(string(encode(tb, got)))
}

// names are placeholders for values that differ from run to run, such as "@ada" for "@ada-7:localhost:40123".
type names map[string]string

// in returns v with placeholders for the known values and for every event ID, key and
// signature.
func (n names) in(v any) any {
	switch v := v.(type) {
	case object:
		renamed := object{}
		for key, value := range v {
			renamed[n.word(key)] = n.in(value)
		}
		return renamed
	case []any:
		renamed := make([]any, len(v))
		for i := range v {
			renamed[i] = n.in(v[i])
		}
		return renamed
	case string:
		return n.word(v)
	default:
		return v
	}
}

func (n names) word(s string) string {
	if word, ok := n[s]; ok {
		return word
	}
	for value, word := range n {
		if strings.HasPrefix(value, "https://") { // only these values may be the beginning of a longer one
			s = strings.Replace(s, value, word, 1)
		}
	}
	for word, shape := range shapes {
		if shape.MatchString(s) {
			return word
		}
	}
	return s
}

var shapes = map[string]*regexp.Regexp{
	"$event":    regexp.MustCompile(`^\$.+`),
	"key":       regexp.MustCompile(`^[A-Za-z0-9+/_-]{43}$`),
	"signature": regexp.MustCompile(`^[A-Za-z0-9+/]{86}$`),
}

// pick returns an object with only some of the members.
func pick(o object, members ...string) object {
	picked := object{}
	for _, name := range members {
		if value, ok := o[name]; ok {
			picked[name] = value
		}
	}
	return picked
}
