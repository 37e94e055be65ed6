package recipients_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/recipients"
)

func TestTablesAsProgramsExportThem(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"a number column headed #", "#,Name,Email\r\n#1041,Grace Brewster,g@x.org\r\n#1042,Ken Plan,k@x.org\r\n", []string{"2 g@x.org Grace Brewster", "3 k@x.org Ken Plan"}},
		{"a first cell with #", "Ticket,Mail\n#7,g@x.org\n#8,\n", []string{"2 g@x.org", "3 #8,: " + none}},
		{
			"LinkedIn", "Notes:\r\n\"Some have no address, because they do not share it. Write to help@social.example\"\r\n\r\nFirst Name,Last Name,URL,Email Address,Company,Connected On\r\n" +
				"Grace,Brewster,https://www.social.example/in/gb,g@x.org,\"Navy, Inc.\",11 Mar 2024\r\nLinus,Berg,https://www.social.example/in/lb,,Kernel,02 Feb 2023\r\n",
			[]string{
				"5 g@x.org Grace Brewster", "6 Linus,Berg,https://www.social.example/in/lb,,Kernel,02 Feb 2023: " + none,
				`2 "Some have no address, because they do not share it. Write to help@social.example" left out: above the headings`,
			},
		},
		{"a report", "Members of Ops\nGenerated: 2026-11-20 10:00\nBy: admin@x.org\n\nName;Geschäftliche E-Mail;Telefon\nGrace;g@x.org;1\n", []string{"6 g@x.org Grace", "3 By: admin@x.org left out: above the headings"}},
		{"a title with separators", "Report;;\n;;\nName;E-Mail;Ort\nGrace;g@x.org;Rom\n", []string{"4 g@x.org Grace"}},
		{"Google Workspace", "First Name [Required],Last Name [Required],Email Address [Required],Recovery Email,Home Secondary Email,Work Secondary Email\nGrace,Hopper,g@x.org,r@y.org,h@y.org,w@x.org\n", []string{
			"2 g@x.org Grace Hopper", `2 r@y.org left out: column "Recovery Email"`, `2 h@y.org left out: column "Home Secondary Email"`, `2 w@x.org left out: column "Work Secondary Email"`,
		}},
		{"Outlook", "First Name,Last Name,Manager's Name,E-mail Address,E-mail 2 Address,E-mail 3 Address\nGrace,Hopper,Boss,g@x.org,g2@x.org,\nKen,P,Boss,,k2@x.org,k3@x.org\n", []string{
			"2 g@x.org Grace Hopper", "3 k2@x.org Ken P", `2 g2@x.org left out: column "E-mail 2 Address"`, `3 k3@x.org left out: column "E-mail 3 Address"`,
		}},
		{"Entra", "displayName,userPrincipalName,mail,otherMails,Manager\nGrace,g_x.org#EXT#@t.onmicrosoft.example,g@x.org,g@home.example,boss@x.org\n", []string{
			"2 g@x.org Grace", `2 g_x.org#EXT#@t.onmicrosoft.example left out: column "userPrincipalName"`, `2 g@home.example left out: column "otherMails"`, `2 boss@x.org left out: column "Manager"`,
		}},
		{"only a user principal name", "User principal name,Display name\ng@x.org,Grace\n", []string{"2 g@x.org Grace"}},
		{"a manager first", "Manager Email,Employee Name,Work Email\nboss@x.org,Grace,g@x.org\nboss@x.org,Ken,k@x.org\n", []string{
			"2 g@x.org Grace", "3 k@x.org Ken", `2 boss@x.org left out: column "Manager Email"`, `3 boss@x.org left out: column "Manager Email"`,
		}},
		{"a private address is not used instead", "Name,Personal Email,Work Email\nGrace,g@home.example,g@x.org\nKen,k@home.example,\n", []string{
			"2 g@x.org Grace", "3 Ken,k@home.example,: " + none, `2 g@home.example left out: column "Personal Email"`, `3 k@home.example left out: column "Personal Email"`,
		}},
		{"German", "E-Mail Vorgesetzte/r;Nachname;Vorname;E-Mail dienstlich;E-Mail privat\nboss@x.org;Hopper;Grace;g@x.org;g@home.example", []string{
			"2 g@x.org Grace Hopper", `2 boss@x.org left out: column "E-Mail Vorgesetzte/r"`, `2 g@home.example left out: column "E-Mail privat"`,
		}},
		{"French", "Courriel du responsable;Nom;Prénom;Courriel personnel;Courriel professionnel\nboss@x.org;Hopper;Grace;g@home.example;g@x.org", []string{
			"2 g@x.org Grace Hopper", `2 boss@x.org left out: column "Courriel du responsable"`, `2 g@home.example left out: column "Courriel personnel"`,
		}},
		{"Spanish", "Nombre,Apellidos,Correo del jefe,Correo electrónico\nGrace,Hopper,boss@x.org,g@x.org", []string{"2 g@x.org Grace Hopper", `2 boss@x.org left out: column "Correo del jefe"`}},
		{"Polish", "Imię;Nazwisko;Adres e-mail;E-mail przełożonego\nGrace;Hopper;g@x.org;boss@x.org", []string{"2 g@x.org Grace Hopper", `2 boss@x.org left out: column "E-mail przełożonego"`}},
		{"Japanese", "名前,メールアドレス\nグレース,g@x.org", []string{"2 g@x.org グレース"}},
		{"Mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME\ng@x.org,Grace,Hopper,2,2024-01-01", []string{"2 g@x.org Grace Hopper"}},
		{"an address in a note", "Name,Email,Notes\nGrace,g@x.org,ask ken@x.org first\n", []string{"2 g@x.org Grace", `2 ask ken@x.org first left out: column "Notes"`}},
		{"a user name with an @", "Handle,Email\n@grace,g@x.org\n", []string{"2 g@x.org", `2 @grace left out: column "Handle"`}},
		{"the same address twice", "Email,Confirm Email\ng@x.org,G@x.org\n", []string{"2 g@x.org", `2 G@x.org left out: column "Confirm Email"`}},
		{"unknown headings", "Wer;Kontakt\nGrace;g@x.org\nKen;k@x.org\n", []string{"2 g@x.org", "3 k@x.org"}},
		{
			"a spreadsheet", "\ufeffsep=;\r\nName;\"E-Mail\";Notiz\r\n\"Grace\r\nBrewster\";\"g@x.org\r\ng2@x.org\";\"x;y\"\r\nLinus;l@x.org\u00a0;\r\nKen;=\"k@x.org\";\r\nAda;'a@x.org;\r\nJoan;j@bletch\u2011ley.example;\r\n",
			[]string{"3 g@x.org Grace Brewster", "3 g2@x.org Grace Brewster", "6 l@x.org Linus", "7 k@x.org Ken", "8 a@x.org Ada", "9 j@bletch\u2011ley.example: not an e-mail address: it contains a character that looks like another one: NON-BREAKING HYPHEN (U+2011)"},
		},
		{"several addresses in a cell", "Name,Mail\nA,\"a@x.org, b@x.org\"\nB,c@x.org; d@x.org\nC,\"C D <e@x.org>, f@x.org\"\nD,g@x.org ::: h@x.org\n", []string{
			"2 a@x.org A", "2 b@x.org A", "3 c@x.org B", "3 d@x.org B", "4 e@x.org C D", "4 f@x.org C", "5 g@x.org D", "5 h@x.org D",
		}},
		{"bars", "Name|Mail|Boss\nGrace|g@x.org|b@x.org\n", []string{"2 g@x.org Grace", `2 b@x.org left out: column "Boss"`}},
		{"Markdown", "| Name | E-mail |\n|------|--------|\n| Grace | g@x.org |\n| Ken | k@x.org |\n", []string{"3 g@x.org Grace", "4 k@x.org Ken"}},
		{"rows of other lengths", "Name,Mail,Town\nGrace,g@x.org\nKen,k@x.org,Rome,Italy,x@x.org\nLinus\n", []string{
			"2 g@x.org Grace", "3 k@x.org Ken", "4 Linus: " + none, "3 x@x.org left out: column 5",
		}},
		{"a quote that is never closed", "Name,Mail\n\"Grace,g@x.org\nLinus,l@x.org\nKen,k@x.org\n", []string{"2 g@x.org Grace", "3 l@x.org Linus", "4 k@x.org Ken"}},
		{"a quote that another row closes", "Name,Mail\n\"Grace,g@x.org\nLinus\",l@x.org\nKen,k@x.org\n", []string{"2 l@x.org", "4 k@x.org Ken", `2 Grace,g@x.org` + "\n" + `Linus left out: column "Name"`}},
		{"old Macintosh line ends", "Name,Mail\rGrace,g@x.org\rKen,k@x.org\r", []string{"2 g@x.org Grace", "3 k@x.org Ken"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := recipients.Parse(tc.text)
			if diff := cmp.Diff(tc.want, summary(l)); diff != "" {
				t.Error(diff)
			}
			accounted(t, tc.text, l)
		})
	}
}

func TestMisleadingCharactersAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"a@x\u200b.org":                      "ZERO WIDTH SPACE (U+200B)",
		"a\u00ad@x.org":                      "SOFT HYPHEN (U+00AD)",
		"a@x.or\u2060g":                      "WORD JOINER (U+2060)",
		"a\ufeff@x.org":                      "ZERO WIDTH NO-BREAK SPACE (U+FEFF)",
		"a@\u202egro.x":                      "RIGHT-TO-LEFT OVERRIDE (U+202E)",
		"a@x\ufe0f.org":                      "VARIATION SELECTOR-16 (U+FE0F)",
		"gra\u00a0ce@x.org":                  "NO-BREAK SPACE (U+00A0)",
		"a@x\u2011y.org":                     "NON-BREAKING HYPHEN (U+2011)",
		"a@x\u2013y.org":                     "EN DASH (U+2013)",
		"a＠x.org":                            "FULLWIDTH COMMERCIAL AT (U+FF20)",
		"a@x．org":                            "FULLWIDTH FULL STOP (U+FF0E)",
		"a@x。org":                            "IDEOGRAPHIC FULL STOP (U+3002)",
		"a@ｘ.org":                            "FULLWIDTH LATIN SMALL LETTER X (U+FF58)",
		"a@\ufb01n.org":                      "LATIN SMALL LIGATURE FI (U+FB01)",
		"o\u2019hara@x.org":                  "RIGHT SINGLE QUOTATION MARK (U+2019)",
		"a@n\u0430vy.example":                "CYRILLIC SMALL LETTER A (U+0430)",
		"gr\u0430ce@x.org":                   "CYRILLIC SMALL LETTER A (U+0430)",
		"a@\u0441\u043e\u0441\u0430.example": "CYRILLIC SMALL LETTER ES (U+0441)",
		"a@g\u03bfogle.example":              "GREEK SMALL LETTER OMICRON (U+03BF)",
		"@k\u0435n:x.org":                    "CYRILLIC SMALL LETTER IE (U+0435)",
		"@ken\u200b1:x.org":                  "ZERO WIDTH SPACE (U+200B)",
	} {
		for _, list := range []string{text, "Name,Mail\nGrace," + text + "\n"} {
			l := recipients.Parse(list)
			if len(l.Recipients) > 0 || len(l.Problems) != 1 || !strings.HasSuffix(l.Problems[0].Err.Error(), want) {
				t.Errorf("%q: %q", list, summary(l))
			}
		}
	}
	for _, text := range []string{"ada@bücher.example", "ada@почта.рф", "иван@почта.рф", "ada@例え.テスト", "müller@x.org", "\u200ba@x.org\u00a0", "Grace:\u00a0a@x.org"} {
		if l := recipients.Parse(text); len(l.Recipients) != 1 || len(l.Problems) > 0 {
			t.Errorf("%q: %q", text, summary(l))
		}
	}
}

func TestUnsureColumnsAreAskedFor(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"two equally good headings": {"Name,Billing contact e-mail address,Sales e-mail,Support e-mail\nA,,s@x.org,t@x.org\n", `3 "Sales e-mail", 4 "Support e-mail"`},
		"only other people":         {"Name,Manager Email\nGrace,boss@x.org\nKen,boss@x.org\n", `2 "Manager Email"`},
		"headings that say nothing": {"Wer;A;B\nGrace;g@x.org;b@x.org\nKen;k@x.org;b@x.org\n", `2 "A", 3 "B"`},
		"no headings":               {"Grace,g@x.org,b@x.org\nKen,k@x.org,b@x.org\n", "column 2, column 3"},
	} {
		l := recipients.Parse(tc.text)
		var unsure *recipients.ColumnError
		if err := l.Err(); len(l.Recipients) > 0 || !errors.As(err, &unsure) || !strings.HasSuffix(err.Error(), ": "+tc.want) {
			t.Errorf("%s: %v, %q", name, err, summary(l))
		}
		accounted(t, tc.text, l)
	}
}

func TestColumnIsChosenByHeadingOrNumber(t *testing.T) {
	const text = "Name,Manager Email,Work Email\nGrace,boss@x.org,g@x.org\nKen,,k@x.org\n"
	for column, want := range map[string][]string{
		"":              {"2 g@x.org Grace", "3 k@x.org Ken", `2 boss@x.org left out: column "Manager Email"`},
		"manager email": {"2 boss@x.org Grace", "3 Ken,,k@x.org: " + none, `2 g@x.org left out: column "Work Email"`, `3 k@x.org left out: column "Work Email"`},
		"2":             {"2 boss@x.org Grace", "3 Ken,,k@x.org: " + none, `2 g@x.org left out: column "Work Email"`, `3 k@x.org left out: column "Work Email"`},
		"work-email":    {"2 g@x.org Grace", "3 k@x.org Ken", `2 boss@x.org left out: column "Manager Email"`},
	} {
		l, err := recipients.ReadColumn(text, column)
		if diff := cmp.Diff(want, summary(l)); diff != "" || err != nil {
			t.Error(column, diff, err)
		}
	}
	for text, want := range map[string]string{
		text:      `the list has no column "mail" with addresses; it has: 2 "Manager Email", 3 "Work Email"`,
		"a@x.org": "the list has no columns",
	} {
		if l, err := recipients.ReadColumn(text, "mail"); err == nil || err.Error() != want || len(l.Recipients) > 0 {
			t.Error(err)
		}
	}
	l, err := recipients.ReadColumn("Grace;x y <g@x.org>;b@x.org\nKen;k@x.org;\n", "3")
	want := []string{"1 b@x.org Grace", "2 Ken;k@x.org;: " + none, "1 x y <g@x.org> left out: column 2", "2 k@x.org left out: column 2"}
	if diff := cmp.Diff(want, summary(l)); err != nil || diff != "" {
		t.Error(diff, err)
	}
}

func TestTableNamesItsColumns(t *testing.T) {
	l := recipients.Parse("Name,Manager Email,Work Email,Town\nGrace,boss@x.org,g@x.org,Rome\nKen,boss@x.org,k@x.org,\n")
	want := &recipients.Table{Columns: []recipients.Column{
		{Number: 2, Heading: "Manager Email", LeftOut: 2, Example: "boss@x.org"},
		{Number: 3, Heading: "Work Email", Used: 2, Example: "g@x.org"},
	}}
	if diff := cmp.Diff(want, l.Table); diff != "" {
		t.Error(diff)
	}
}

func TestVCardsAreRead(t *testing.T) {
	text := "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Grace Hopper\r\nEMAIL;TYPE=HOME:g@home.example\r\nEMAIL;TYPE=INTERNET,WORK,PREF:g@\r\n x.org\r\nNOTE:ask boss@x.org\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r\nEMAIL;INTERNET:j@x.org\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ken\r\nTEL:+49301234567\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Ada\r\nEMAIL:a..b@x.org\r\n"
	l := recipients.Parse(text)
	want := []string{
		"5 g@x.org Grace Hopper", "12 j@x.org Jörg Müller", "14 Ken: " + none, "21 a..b@x.org: not an e-mail address: two dots in a row",
		"4 g@home.example left out: another address of the same person", "7 NOTE:ask boss@x.org left out: not in the property EMAIL of a vCard",
	}
	if diff := cmp.Diff(want, summary(l)); diff != "" {
		t.Error(diff)
	}
}

func TestLDIFIsRead(t *testing.T) {
	text := "version: 1\n# exported by root@x.org\ndn: cn=Grace Hopper,ou=people\nobjectClass: person\ncn: Grace Hopper\nmail: g@\n x.org\nmozillaSecondEmail: g2@home.example\nmanager: mail=boss@x.org,ou=people\n\n" +
		"dn:: Y249SsO2cmc=\ncn:: SsO2cmc=\nmail:: akB4Lm9yZw==\nmail: j2@x.org\n\ndn: cn=Ken\ncn: Ken\n"
	l := recipients.Parse(text)
	want := []string{
		"3 g@x.org Grace Hopper", "11 j@x.org Jörg", "11 j2@x.org Jörg", "16 dn: cn=Ken: " + none,
		`1 # exported by root@x.org left out: column "comment"`, `3 g2@home.example left out: column "mozillaSecondEmail"`, `3 mail=boss@x.org,ou=people left out: column "manager"`,
	}
	if diff := cmp.Diff(want, summary(l)); diff != "" {
		t.Error(diff)
	}
}

func TestOtherFilesSayWhatToDo(t *testing.T) {
	for start, want := range map[string]string{
		`{"room_name":"Ops","exported_by":"@a:x.org","messages":[{"sender":"@b:x.org"}]}`: "a chat export of Element",
		"<!DOCTYPE html>\n<html><body class=\"mx_MatrixChat\">@a:x.org":                   "a chat export of Element",
		"<html><body>a@x.org":                                              "a web page",
		`[{"email":"a@x.org"}]`:                                            "JSON",
		`{"email":"a@x.org"}` + "\n" + `{"email":`:                         "JSON",
		"<?xml version=\"1.0\"?><a>a@x.org</a>":                            "XML",
		"%PDF-1.7\n\x00":                                                   "a PDF",
		"PK\x03\x04\x14\x00xl/workbook.xml":                                "an Excel workbook (.xlsx); save the sheet as CSV",
		"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet": "(.ods); save the sheet as CSV",
		"PK\x03\x04word/document.xml":                                      "(.docx)",
		"PK\x03\x04a.txt":                                                  "a ZIP archive; unpack it",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00":                             "(.xls",
		"\x1f\x8b\x08":                                                     "gzip",
		"{\\rtf1 a@x.org}":                                                 "RTF",
	} {
		if l, err := recipients.Read(strings.NewReader(start)); !errors.Is(err, recipients.ErrNotList) || !strings.Contains(err.Error(), want) || len(l.Recipients) > 0 {
			t.Errorf("%.20q: %v", start, err)
		}
	}
	for _, text := range []string{`["a@x.org", "b@x.org"]`, "[Lin](https://matrix.to/#/@lin:x.org), b@x.org", "{a@x.org}\nb@x.org", "<a@x.org>\nb@x.org"} {
		if l, err := recipients.Read(strings.NewReader(text)); err != nil || len(l.Recipients) != 2 && !strings.HasPrefix(text, "{") {
			t.Errorf("%q: %v %q", text, err, summary(l))
		}
	}
}

func TestUTF16WithoutAMarkIsRead(t *testing.T) {
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		var data []byte
		for _, r := range "Name\tMail\r\nJörg\tj@x.org\r\n" {
			var two [2]byte
			two[order[0]], two[order[1]] = byte(r), byte(r>>8)
			data = append(data, two[:]...)
		}
		l, err := recipients.Read(strings.NewReader(string(data)))
		if diff := cmp.Diff([]string{"2 j@x.org Jörg"}, summary(l)); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}
