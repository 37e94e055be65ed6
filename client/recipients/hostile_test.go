package recipients_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

func number(n int) string { return strconv.Itoa(n) }

// A parser that takes quadratic time would exceed the limit for some of these
// texts.
func TestHostileTextsParseFast(t *testing.T) {
	const size = 64 << 10
	slowest := time.Duration(0)
	for _, unit := range []string{
		",", ";", "\n", "\"", "\"\n", "\"x\n", "-\"\n", "\"\"\"\n", "x\"\n,", "(", "<", "<@", "<@>", "@", "@ ", "a ", "- ", ">", "\x00", "\xff", "\t", "(@) ",
		"=?utf-8?q?", "Doe, ", "mailto:", "#\n", "matrix:u/a", "matrix.to/#/@", "+1 ", "1-", "@a:", "[", "a@x.org,\"\n", "\"a@x.org\",\"b\n", "To: ",
	} {
		for _, prefix := range []string{"", "Name,Mail\n", "Name\tMail\n\"", "a,a@x.org\nb,b@x.org\n"} {
			start := time.Now()
			recipients.Parse(prefix + strings.Repeat(unit, size/len(unit)) + "\n\"x")
			took := time.Since(start)
			slowest = max(slowest, took)
			if took > 10*time.Second {
				t.Errorf("%q after %q: %v", unit, prefix, took)
			}
		}
	}
	t.Logf("the slowest took %v", slowest)
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"a@x.org, B <b@x.org>; \"C, D\" <c@x.org>\n# e\nf", "Name,Mail\nA,a@x.org\n\"B\nC\",b@x.org\n\"D,d@x.org", "sep=;\nMail;Vorname\n",
		"a\ta@x.org\r\nb\tb@x.org", "> To: mailto:a@x.org?x=y\n- [ ] b@x.org", "\ufeffİ@x.org\u2028ΐ@x.org\xff", "\"mailto:a\"@x.org", "g@x.org (a) <b@x.org> (c)",
		"@a:x.org, B <@b:[::1]:80>\nmatrix:u/c:x.org?action=chat https://matrix.to/#/%40d%3Ax.org matrix:u/%0a:x\n(030) 123 4567", "Name,MXID\nA,@a:x.org",
		"a@bücher.example\na@xn--bcher-kva.example, a@xn--bcher-.example\na@xn--.org a@xn--99999999999.org", "a,b@x.org\nc,d@x.org\ne@x.org,f@x.org\n\"g\nh@x.org\"\n\n\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := recipients.Parse(text)
		lines := 1
		for _, br := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029", "\x85"} {
			lines += strings.Count(text, br)
		}
		at := func(line int) {
			if line < 1 || line > lines {
				t.Errorf("line %d of %d", line, lines)
			}
		}
		first := map[recipients.Invitee]int{}
		for _, r := range l.Recipients {
			at(r.Line)
			if r.UserID != "" {
				if _, _, err := r.UserID.ParseAndValidateRelaxed(); err != nil || r.Address != (threepid.ID{}) {
					t.Errorf("%+v: %v", r, err)
				}
			} else if again, err := threepid.ParseEmail(r.Address.Address); err != nil || again != r.Address {
				t.Errorf("%q is read as %q: %v", r.Address.Address, again.Address, err)
			}
			if _, ok := first[r.Canonical()]; ok {
				t.Errorf("%q twice", r)
			}
			first[r.Canonical()] = r.Line
		}
		for _, r := range l.Repeats {
			if at(r.Line); first[r.Canonical()] != r.First || r.First > r.Line {
				t.Errorf("%+v, first in line %d", r, first[r.Canonical()])
			}
		}
		for _, p := range l.Problems {
			if at(p.Line); p.Err == nil || len(p.Text) > 200 {
				t.Errorf("%+v", p)
			}
		}
		for _, o := range l.LeftOut {
			if at(o.Line); o.Reason == "" || len(o.Text) > 200 {
				t.Errorf("%+v", o)
			}
		}
		accounted(t, text, l)
	})
}

func BenchmarkParse(b *testing.B) {
	var list, table strings.Builder
	table.WriteString("First Name,Last Name,Note,E-mail\n")
	for i := range 100_000 {
		fmt.Fprintf(&list, "Person %d <person.%d@example.org>\n", i, i)
		fmt.Fprintf(&table, "Person,%d,\"a, b\",person.%d@example.org\n", i, i)
	}
	for name, text := range map[string]string{"list": list.String(), "table": table.String()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if l := recipients.Parse(text); len(l.Recipients)+len(l.Problems) != 100_000 {
					b.Fatal(len(l.Recipients), len(l.Problems))
				}
			}
		})
	}
}
