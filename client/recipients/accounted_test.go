package recipients_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/cases"

	"github.com/mxinvite/mxinvite/client/recipients"
)

// around is an @ with the ASCII letters and digits beside it.
var around = regexp.MustCompile(`[a-z0-9]*@[a-z0-9]*`)

var links = regexp.MustCompile(`(?i)matrix(?:\.to/|:)`)

// accounted checks that each @ of a text is in a recipient, a repeat, a problem or a
// text that is left out, in its line or a line before it: a row of a table may have
// several lines. Texts that are cut may have any @.
func accounted(t *testing.T, text string, l recipients.List) {
	t.Helper()
	if slices.ContainsFunc(l.Problems, func(p recipients.Problem) bool {
		return errors.Is(p.Err, recipients.ErrTooMany) || errors.Is(p.Err, recipients.ErrTooLong) || errors.Is(p.Err, recipients.ErrTooMuch) || errors.Is(p.Err, recipients.ErrNotList)
	}) {
		return
	}
	lines := map[int]string{}
	add := func(line int, text string) {
		if len(text) > 190 {
			text += " cut"
		}
		lines[line] += " " + cases.Fold().String(text)
	}
	for _, r := range l.Recipients {
		add(r.Line, r.String()+" "+r.Name)
	}
	for _, r := range l.Repeats {
		add(r.Line, r.String())
	}
	for _, p := range l.Problems {
		add(p.Line, p.Text)
	}
	for _, o := range l.LeftOut {
		add(o.Line, o.Text)
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	entries := "" // of this line and those before it
	for n, line := range strings.Split(text, "\n") {
		entries += lines[n+1]
		if strings.Contains(entries, " cut") {
			return
		}
		if links.MatchString(line) { // they become Matrix IDs
			continue
		}
		for _, at := range around.FindAllString(cases.Fold().String(line), -1) {
			if !strings.Contains(entries, at) {
				t.Errorf("%q in line %d of %q is not named", at, n+1, text)
			}
		}
	}
}

// TestEveryCellWithAnAtIsNamed makes tables and lists of all shapes and looks for each
// cell with an @ in what was read.
func TestEveryCellWithAnAtIsNamed(t *testing.T) {
	headings := []string{"Name", "E-mail", "Work Email", "Manager Email", "Notes", "#", "Recovery Email", "Vorname", "mxid", "Phone", "E-mail 2 Address", "Kontakt"}
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
		n := 0
		value := func() string {
			n++
			return strings.ReplaceAll(pick("p%d@x.org", "p%d@x.org", "p%d@x.org", "Person %d", "", "", "@p%d:x.org", "bad%d@x", "see p%d@x.org, please", "#p%d@x.org", "a%d@x.org\nb%d@x.org",
				"a%d@x.org; b%d@x.org", "Doe, Jane <p%d@x.org>", `="p%d@x.org"`, "'p%d@x.org", "x\u00ady%d@x.org", "p%d＠x.org", `"q%d`, "# note %d"), "%d", strconv.Itoa(n))
		}
		comma := rune(pick(",", ";", "\t", "|")[0])
		var b strings.Builder
		b.WriteString(pick("", "", "\ufeff", "sep="+string(comma)+"\n", "Report\nby boss@x.org\n\n", "# made by a@x.org\n"))
		w := csv.NewWriter(&b)
		w.Comma = comma
		width := 1 + rnd.IntN(6)
		if rnd.IntN(3) > 0 {
			var row []string
			for range width {
				row = append(row, pick(headings...))
			}
			_ = w.Write(row)
		}
		for range rnd.IntN(12) {
			var row []string
			for range max(1, width+rnd.IntN(3)-1) {
				row = append(row, value())
			}
			_ = w.Write(row)
		}
		w.Flush()
		text := b.String()
		if rnd.IntN(4) == 0 { // an unclosed quote
			text = strings.Replace(text, `"`, "", 1)
		}
		l := recipients.Parse(text)
		accounted(t, text, l)
		for i := range n {
			p := fmt.Sprintf("p%d＠x.org", i)
			if strings.Contains(text, p) && !slices.ContainsFunc(l.Problems, func(q recipients.Problem) bool { return strings.Contains(q.Text, p) }) &&
				!slices.ContainsFunc(l.LeftOut, func(o recipients.LeftOut) bool { return strings.Contains(o.Text, p) }) {
				t.Errorf("%q is not named in %q", p, text)
			}
		}
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}
