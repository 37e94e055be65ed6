package recipients_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// summary formats a list: line, address and name of each recipient, then the problems
// and the repeats.
func summary(l recipients.List) []string {
	var out []string
	for _, r := range l.Recipients {
		out = append(out, strings.TrimSpace(number(r.Line)+" "+r.String()+" "+r.Name))
	}
	for _, p := range l.Problems {
		out = append(out, number(p.Line)+" "+p.Text+": "+p.Err.Error())
	}
	for _, r := range l.Repeats {
		out = append(out, number(r.Line)+" "+r.String()+" again, as "+number(r.First))
	}
	for _, o := range l.LeftOut {
		if o.Column != "" {
			o.Reason = strings.TrimPrefix(o.Why(), "in ")
		}
		out = append(out, number(o.Line)+" "+o.Text+" left out: "+o.Reason)
	}
	return out
}

const (
	phone = "a phone number: mxinvite invites by e-mail address or Matrix ID only; ask for one of these"
	none  = "neither an e-mail address nor a Matrix ID"
)

func TestParseLists(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", " \n\n\t\n", nil},
		{"one per line", "a@x.org\nb@x.org\r\nc@x.org\rd@x.org\n", []string{"1 a@x.org", "2 b@x.org", "3 c@x.org", "4 d@x.org"}},
		{"separators", "a@x.org, b@x.org;c@x.org d@x.org\te@x.org,,;", []string{"1 a@x.org", "1 b@x.org", "1 c@x.org", "1 d@x.org", "1 e@x.org"}},
		{"brackets", "Grace Hopper <Grace@Navy.example>", []string{"1 grace@navy.example Grace Hopper"}},
		{"a comma in quotes", `"Hopper, Grace" <g@x.org>, <l@x.org>`, []string{"1 g@x.org Hopper, Grace", "1 l@x.org"}},
		{"a comma without quotes", `Hopper, Grace <g@x.org>; Torvalds, Linus <l@x.org>`, []string{"1 g@x.org Hopper, Grace", "1 l@x.org Torvalds, Linus"}},
		{"no separator after a bracket", `A <a@x.org> B <b@x.org>`, []string{"1 a@x.org A", "1 b@x.org B"}},
		{"curly quotes", `“Hopper, Grace” <g@x.org>`, []string{"1 g@x.org Hopper, Grace"}},
		{"characters that a name may not contain", `J. Doe [Acme] @ Work <j@x.org>`, []string{"1 j@x.org J. Doe [Acme] @ Work"}},
		{"the address as name", `'a@x.org' <a@x.org>`, []string{"1 a@x.org a@x.org"}},
		{"an unclosed quote", `"Doe, Jane <j@x.org>, "Roe" <r@x.org>`, []string{"1 j@x.org Doe, Jane", "1 r@x.org Roe"}},
		{"addresses before brackets", `a@x.org b@x.org <c@x.org>`, []string{"1 a@x.org", "1 b@x.org", "1 c@x.org"}},
		{"a comment", `g@x.org (Grace Hopper), <l@x.org> (Linus)`, []string{"1 g@x.org Grace Hopper", "1 l@x.org Linus"}},
		{"an encoded word", `=?utf-8?q?J=C3=B6rg?= <j@x.org>`, []string{"1 j@x.org Jörg"}},
		{"links", "mailto:a@x.org?subject=Hi%20there\n<mailto:b@x.org>\nMAILTO:c%2Bd@x.org", []string{"1 a@x.org", "2 b@x.org", "3 c+d@x.org"}},
		{"punctuation around addresses", "a@x.org.\n(b@x.org),\n'c@x.org';\n<d@x.org", []string{"1 a@x.org", "2 b@x.org", "3 c@x.org", "4 d@x.org"}},
		{"bullets", "- a@x.org\n* b@x.org\n1. c@x.org\n 2) d@x.org\n• e@x.org\n- [ ] f@x.org", []string{"1 a@x.org", "2 b@x.org", "3 c@x.org", "4 d@x.org", "5 e@x.org", "6 f@x.org"}},
		{"a number that is no bullet", "1.a@x.org\n-b@x.org", []string{"1 1.a@x.org", "2 -b@x.org"}},
		{"names without brackets", "Grace Hopper g@x.org\nLinus - l@x.org\nKen: k@x.org", []string{"1 g@x.org Grace Hopper", "2 l@x.org Linus", "3 k@x.org Ken"}},
		{"a mail's headings", "> From: A <a@x.org>\n> To: b@x.org,\n>  c@x.org\nMessage-ID: <d@x.org>\nTo: undisclosed-recipients:;", []string{
			"1 a@x.org A", "2 b@x.org", "3 c@x.org", "4 Message-ID: <d@x.org>: neither an e-mail address nor a Matrix ID", "5 undisclosed-recipients:: neither an e-mail address nor a Matrix ID",
		}},
		{"a domain in letters and in ASCII", "Ada@Bücher.example\nada@xn--bcher-kva.example\nada@bucher.example", []string{
			"1 ada@bücher.example", "3 ada@bucher.example", "2 ada@xn--bcher-kva.example again, as 1",
		}},
		{"comments", "# friends: x@x.org\na@x.org", []string{"2 a@x.org", "1 # friends: x@x.org left out: in a comment"}},
		{"odd spaces", "\ufeffa@x.org\u00a0\u200bb@x.org\u3000\u2028\u200ec@x.org\u200f", []string{"1 a@x.org", "1 b@x.org", "2 c@x.org"}},
		{"full-width punctuation", "a@x.org，b@x.org；c@x.org、d@x.org", []string{"1 a@x.org", "1 b@x.org", "1 c@x.org", "1 d@x.org"}},
		{"again", "A@x.org\nB <a@X.ORG>", []string{"1 a@x.org", "2 a@x.org again, as 1"}},
		{"mistakes", "grace\ng@\n@x.org\ng@localhost\na@b@x.org\n@grace:x.org\na@x.org", []string{
			"6 @grace:x.org", "7 a@x.org", "1 grace: neither an e-mail address nor a Matrix ID", "2 g@: not an e-mail address: nothing after the @", "3 @x.org: not a Matrix ID: add the server name, as in @grace:navy.example",
			"4 g@localhost: not an e-mail address: no dot after the @", "5 a@b@x.org: not an e-mail address: more than one @",
		}},
		{"Matrix IDs", "@ken:bell.example, Grace Hopper <@grace:navy.example>; lin@kernel.example\n- @ada:home.example:8448.\nDennis @dmr:bell.example (C)", []string{
			"1 @ken:bell.example", "1 @grace:navy.example Grace Hopper", "1 lin@kernel.example", "2 @ada:home.example:8448", "3 @dmr:bell.example Dennis",
		}},
		{"historical Matrix IDs", "@Ken!Thompson~1:Bell.example\n@=_-./+:x.org\n@ken:[2001:db8::1]:8448\n[@ken:[::1]]\n@ken:127.0.0.1", []string{
			"1 @Ken!Thompson~1:Bell.example", "2 @=_-./+:x.org", "3 @ken:[2001:db8::1]:8448", "4 @ken:[::1]", "5 @ken:127.0.0.1",
		}},
		{"invalid Matrix IDs", "@ken\n@:x.org\n@kén:x.org\n@ken:x_y.org\n@ken:x.org:port\n@" + strings.Repeat("k", 250) + ":x.org\n@ken@x.org", []string{
			"1 @ken: not a Matrix ID: add the server name, as in @grace:navy.example", "2 @:x.org: not a Matrix ID: nothing before the colon",
			"3 @kén:x.org: not a Matrix ID: it contains a character that is not allowed", "4 @ken:x_y.org: not a Matrix ID: no valid server name after the colon",
			"5 @ken:x.org:port: not a Matrix ID: no valid server name after the colon",
			"6 @" + strings.Repeat("k", 199) + ": not a Matrix ID: longer than 255 bytes", "7 @ken@x.org: not an e-mail address: more than one @",
		}},
		{"the longest Matrix ID", "@" + strings.Repeat("k", 248) + ":x.org", []string{"1 @" + strings.Repeat("k", 248) + ":x.org"}},
		{"links to users", "https://matrix.to/#/@ken:bell.example\n<https://matrix.to/#/%40grace%3Anavy.example?via=navy.example>, matrix:u/ada:home.example?action=chat\n[Lin](https://matrix.to/#/@lin:kernel.example)\nDennis matrix:user/dmr:bell.example", []string{
			"1 @ken:bell.example", "2 @grace:navy.example", "2 @ada:home.example", "3 @lin:kernel.example Lin", "4 @dmr:bell.example Dennis",
		}},
		{"links to rooms", "https://matrix.to/#/#ops:example.org\nmatrix:r/ops:example.org\nmatrix:roomid/abc:example.org?via=example.org", []string{
			"1 https://matrix.to/#/#ops:example.org: a link to a room, not to a user", "2 matrix:r/ops:example.org: a link to a room, not to a user",
			"3 matrix:roomid/abc:example.org?via=example.org: a link to a room, not to a user",
		}},
		{"a Matrix ID twice", "@ken:bell.example\nmatrix:u/ken:bell.example\n@Ken:bell.example", []string{
			"1 @ken:bell.example", "3 @Ken:bell.example", "2 @ken:bell.example again, as 1",
		}},
		{"phone numbers", "+49 30 1234567\n(030) 123 45-67\n555-867-5309, tel:+15558675309\nGrace +1 (555) 867-5309\n1. 0049/30/1234567", []string{
			"1 +49 30 1234567: " + phone, "2 (030) 123 45-67: " + phone, "3 555-867-5309: " + phone, "3 tel:+15558675309: " + phone,
			"4 Grace +1 (555) 867-5309: " + phone, "5 0049/30/1234567: " + phone,
		}},
		{"numbers that are not phone numbers", "2026-11-20\n1.2.2026\n12345\n1234567890123456", []string{
			"1 2026-11-20: " + none, "2 1.2.2026: " + none, "3 12345: " + none, "4 1234567890123456: " + none,
		}},
		{"one word as name", "a b@c.example", []string{"1 b@c.example a"}},
		{"one address among names", "bob, a@x.org, Carol", []string{"1 a@x.org", "1 bob: neither an e-mail address nor a Matrix ID", "1 Carol: neither an e-mail address nor a Matrix ID"}},
		{"words between addresses", "a@x.org and b@x.org", []string{"1 a@x.org", "1 b@x.org", "1 and: neither an e-mail address nor a Matrix ID"}},
		{"invalid addresses", "\"a b\"@x.org\n\"a,b\"@x.org\na@[127.0.0.1]", []string{
			"1 \"a b\"@x.org: not an e-mail address: a part before the @ in quotes cannot be invited",
			"2 \"a,b\"@x.org: not an e-mail address: a part before the @ in quotes cannot be invited", "3 a@[127.0.0.1]: not an e-mail address: IP addresses cannot be invited",
		}},
		{"spaces in an address", "grace @ x.org", []string{"1 grace @ x.org: not an e-mail address: nothing before the @"}},
		{"Windows-1252", "J\xf6rg <j@x.org>\nj\xf6rg@x.org", []string{"1 j@x.org Jörg", "2 jörg@x.org: the address has non-ASCII characters, and the list is not in UTF-8"}},
		{"non-ASCII address", "Jörg <jörg@müller.example>", []string{"1 jörg@müller.example Jörg"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, summary(recipients.Parse(tc.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseTables(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"a heading", "Name,E-mail\nGrace,g@x.org\nLinus,l@x.org\n", []string{"2 g@x.org Grace", "3 l@x.org Linus"}},
		{"one row", "email;name\ng@x.org;Grace", []string{"2 g@x.org Grace"}},
		{"one column", "Email\ng@x.org\nLinus <l@x.org>, k@x.org", []string{"2 g@x.org", "3 l@x.org Linus", "3 k@x.org"}},
		{"first and last", "First Name\tLast Name\tE-mail Address\nGrace\tHopper\tg@x.org\n\tTorvalds\tl@x.org", []string{"2 g@x.org Grace Hopper", "3 l@x.org Torvalds"}},
		{"Thunderbird", "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email\nGrace,Hopper,\"Hopper, Grace\",,g@x.org,g2@x.org\nL,T,,,,l2@x.org", []string{"2 g@x.org Hopper, Grace", "3 l2@x.org L T", `2 g2@x.org left out: column "Secondary Email"`}},
		{"Google", "Name,Given Name,Family Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\nGrace Hopper,Grace,H.,* Work,g@x.org ::: g3@x.org,g2@x.org", []string{"2 g@x.org Grace Hopper", "2 g3@x.org Grace Hopper", `2 g2@x.org left out: column "E-mail 2 - Value"`}},
		{"Outlook", "First Name,Last Name,Mailing Address,E-mail Address,E-mail Type,E-mail Display Name\nG,H,Main St 1,g@x.org,SMTP,x@y.org", []string{"2 g@x.org G H", `2 x@y.org left out: column "E-mail Display Name"`}},
		{"German", "Name;Vorname;Straße;E-Mail-Adresse\nHopper;Grace;Weg 1;g@x.org", []string{"2 g@x.org Grace Hopper"}},
		{"French", "Prénom,Nom,Adresse,Adresse électronique,Courriel\nGrace,Hopper,1 rue,,g@x.org", []string{"2 g@x.org Grace Hopper"}},
		{"Spanish", "Nombre,Apellidos,Correo electrónico\nGrace,Hopper,g@x.org", []string{"2 g@x.org Grace Hopper"}},
		{"only a column that may be postal addresses", "Nom,Adresse\nGrace,g@x.org", []string{"2 g@x.org Grace"}},
		{"sep", "sep=;\nName;Mail\nGrace;g@x.org", []string{"3 g@x.org Grace"}},
		{"line breaks in a cell", "Name,Note,Mail\r\nGrace,\"one\r\ntwo\",g@x.org\r\n\r\nLinus,,l@x.org\r\nKen,,\r\n", []string{"2 g@x.org Grace", "5 l@x.org Linus", "6 Ken,,: neither an e-mail address nor a Matrix ID"}},
		{"an unclosed quote", "Name,Mail\n\"Grace,g@x.org\nLinus,l@x.org\n\"Ken\",k@x.org", []string{"2 g@x.org Grace", "3 l@x.org Linus", "4 k@x.org Ken"}},
		{"a quote inside a cell", "Name,Mail\nKen \"k\" T,k@x.org\nLinus,l@x.org", []string{"2 k@x.org Ken \"k\" T", "3 l@x.org Linus"}},
		{"mistakes", "Name,Mail\nGrace,none\nLinus,l@\n,,\nKen,k@x.org\nKen,K@x.org", []string{
			"5 k@x.org Ken", "2 Grace,none: neither an e-mail address nor a Matrix ID", "3 l@: not an e-mail address: nothing after the @", "6 k@x.org again, as 5",
		}},
		{"comments before", "# people\n\nName,Mail\n# more\nGrace,g@x.org", []string{"5 g@x.org Grace"}},
		{"no heading", "Grace,Hopper,g@x.org\nLinus,Torvalds,l@x.org", []string{"1 g@x.org Grace Hopper", "2 l@x.org Linus Torvalds"}},
		{"no heading, address first", "g@x.org;Grace;7\nl@x.org;Linus;8", []string{"1 g@x.org Grace", "2 l@x.org Linus"}},
		{"output of aerc and mutt", "g@x.org\tGrace\tfriend", []string{"1 g@x.org Grace"}},
		{"a number and no name", "1,g@x.org\n2,l@x.org", []string{"1 g@x.org", "2 l@x.org"}},
		{"no heading, a row without an address", "Grace,g@x.org\nLinus,\nKen,k@x.org", []string{"1 g@x.org Grace", "3 k@x.org Ken", "2 Linus,: neither an e-mail address nor a Matrix ID"}},
		{"a column of Matrix IDs", "Name,Matrix ID\nGrace,@grace:navy.example\nKen,https://matrix.to/#/@ken:bell.example\nLin,lin\n", []string{
			"2 @grace:navy.example Grace", "3 @ken:bell.example Ken", "4 Lin,lin: " + none,
		}},
		{"Matrix IDs and addresses", "name;email;mxid\nGrace;g@x.org;@grace:navy.example\nKen;k@x.org;\nLin;;@lin:kernel.example", []string{
			"2 @grace:navy.example Grace", "3 k@x.org Ken", "4 @lin:kernel.example Lin", `2 g@x.org left out: column "email"`,
		}},
		{"a column of both", "Grace,g@x.org\nKen,@ken:bell.example\n", []string{"1 g@x.org Grace", "2 @ken:bell.example Ken"}},
		{"phone numbers", "Name,Phone,Mail\nGrace,+49 30 1234567,\nKen,030/1234567,k@x.org", []string{
			"3 k@x.org Ken", "2 Grace,+49 30 1234567,: " + phone,
		}},
		{"trailing commas", "g@x.org,\nl@x.org,\n", []string{"1 g@x.org", "2 l@x.org"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := recipients.Parse(tc.text)
			if diff := cmp.Diff(tc.want, summary(l)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTableMayEndWithAList(t *testing.T) {
	for _, early := range []string{"a@x.org\n", "A,a@x.org\n", "a@x.org\tA\n"} {
		l := recipients.Parse(strings.Repeat(early, 60) + "1. b@x.org\nMessage-ID: <c@x.org>\nd@x.org,e@x.org\n")
		l.Repeats = nil
		if len(l.Recipients) > 0 {
			l.Recipients = l.Recipients[1:]
		}
		if diff := cmp.Diff([]string{"61 b@x.org", "63 d@x.org", "63 e@x.org", "62 Message-ID: <c@x.org>: neither an e-mail address nor a Matrix ID"}, summary(l)); diff != "" {
			t.Errorf("%q: %s", early, diff)
		}
	}
}

func TestProblemsHaveAReason(t *testing.T) {
	l := recipients.Parse("@g\ng@\ng")
	if len(l.Problems) != 3 || !errors.Is(l.Problems[0].Err, recipients.ErrNotUserID) || !errors.Is(l.Problems[1].Err, threepid.ErrNotAddress) ||
		!errors.Is(l.Problems[2].Err, recipients.ErrNoAddress) {
		t.Error(summary(l))
	}
}

func TestReadDetectsEncoding(t *testing.T) {
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("Name\tMail\r\nJörg\tj@x.org\r\n")) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	for name, text := range map[string]string{
		"UTF-8":        "Name,Mail\nJörg,j@x.org",
		"a mark":       "\xef\xbb\xbfName,Mail\nJörg,j@x.org",
		"Windows-1252": "Name,Mail\nJ\xf6rg,j@x.org",
		"UTF-16":       string(utf16le),
	} {
		l, err := recipients.Read(iotest.OneByteReader(strings.NewReader(text)))
		if diff := cmp.Diff([]string{"2 j@x.org Jörg"}, summary(l)); diff != "" || err != nil {
			t.Error(name, diff, err)
		}
	}
}

func TestReadRefusesBinaryAndTooLongInput(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		r    io.Reader
		want error
	}{
		"binary":    {strings.NewReader("a@x.org\x00"), recipients.ErrNotText},
		"too long":  {strings.NewReader(strings.Repeat("a@x.org\n", 2<<20)), recipients.ErrTooLong},
		"too many":  {strings.NewReader(strings.Repeat("a@x\n", 100_001)), recipients.ErrTooMany},
		"a failure": {iotest.ErrReader(broken), broken},
	} {
		if l, err := recipients.Read(tc.r); !errors.Is(err, tc.want) || len(l.Recipients)+len(l.Problems) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseReportsTruncation(t *testing.T) {
	for text, want := range map[string]error{
		strings.Repeat("a@x.org\n", 100_001): recipients.ErrTooMany,
		strings.Repeat("\n", 9<<20):          recipients.ErrTooLong,
		strings.Repeat("a,", 100_001) + "b ": recipients.ErrTooMany,
	} {
		l := recipients.Parse(text)
		if n := len(l.Problems); n == 0 || !errors.Is(l.Problems[n-1].Err, want) {
			t.Errorf("%.10q: %d problems", text, n)
		}
	}
}

func TestParseTruncatesBetweenAddresses(t *testing.T) {
	l := recipients.Parse(strings.Repeat(" ", 8<<20-7) + "a@x.org.example")
	if len(l.Recipients) != 0 || len(l.Problems) != 1 || !errors.Is(l.Problems[0].Err, recipients.ErrTooLong) {
		t.Error(summary(l))
	}
}

func TestNamesAndProblemTextsAreTruncated(t *testing.T) {
	long := strings.Repeat("é", 1<<19)
	l := recipients.Parse(long + "\n" + long + " <a@x.org>\n" + long + "@x.org")
	if len(l.Problems) != 2 || len(l.Problems[0].Text) > 200 || len(l.Problems[1].Text) > 200 || len(l.Recipients) != 1 || len(l.Recipients[0].Name) > 200 {
		t.Errorf("%.500q", summary(l))
	}
}
