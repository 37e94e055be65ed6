package mail

import (
	"bytes"
	"errors"
	"html"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const link = "https://invite.example.org/#/room/%21r%3Aexample.org?token=abc&private_key=xyz&room_name=a%22b"

func example() Invite {
	return Invite{
		Address: "grace@navy.example", Name: "Grace", Inviter: "@ada:example.org", InviterName: "Ada", Room: "Compilers",
		Link: link, Token: "T0KEN",
	}
}

func writer(tb testing.TB, tmpl Templates) *Writer {
	tb.Helper()
	w, err := NewWriter("Ada Lovelace <ada@example.org>", tmpl, func() time.Time { return time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC) })
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func message(tb testing.TB, i Invite) *Message {
	tb.Helper()
	m, err := writer(tb, Templates{}).Write(i)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// A parsed is a message as a mail program reads it.
type parsed struct {
	header map[string][]string
	parts  map[string]string // by media type, decoded
}

// read reads a message strictly.
func read(tb testing.TB, m *Message) parsed {
	tb.Helper()
	text, err := m.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if len(line) > 1000 || !bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsRune(line[:len(line)-2], '\r') || !bytes.HasPrefix(line, []byte("To: ")) && bytes.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			tb.Errorf("line %q", line)
		}
	}
	got, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	p := parsed{got.Header, map[string]string{}}
	kind, parameters, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		tb.Fatal(err)
	}
	p.header["Content-Type"] = []string{kind} // the boundary is random
	if kind == "text/plain" {
		p.parts[kind] = decode(tb, got.Header.Get("Content-Transfer-Encoding"), got.Body)
		return p
	}
	if kind != "multipart/alternative" {
		tb.Fatal(kind)
	}
	parts := multipart.NewReader(got.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			tb.Fatal(err)
		}
		kind, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || parameters["charset"] != "UTF-8" || len(part.Header) != 2 {
			tb.Errorf("%v, %v", err, part.Header)
		}
		p.parts[kind] = decode(tb, part.Header.Get("Content-Transfer-Encoding"), part)
	}
}

func decode(tb testing.TB, encoding string, r io.Reader) string {
	tb.Helper()
	if encoding != "quoted-printable" {
		tb.Fatalf("encoding %q", encoding)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(r))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// decoded returns a header without RFC 2047.
func (p parsed) decoded(tb testing.TB, name string) string {
	tb.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(strings.Join(p.header[name], "\n"))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestMessage(t *testing.T) {
	p := read(t, message(t, example()))
	want := map[string][]string{
		"From": {`"Ada Lovelace" <ada@example.org>`}, "To": {"<grace@navy.example>"}, "Subject": {"Ada invites you to Compilers"},
		"Date": {"Fri, 27 Nov 2026 09:30:00 +0000"}, "Message-Id": {"<" + writer(t, Templates{}).messageID("T0KEN") + ">"},
		"Auto-Submitted": {"auto-generated"}, "Mime-Version": {"1.0"}, "Content-Type": {"multipart/alternative"},
	}
	if d := cmp.Diff(want, p.header); d != "" {
		t.Error(d)
	}
	for _, part := range []string{"text/plain", "text/html"} {
		text := html.UnescapeString(p.parts[part])
		for _, says := range []string{"Hello Grace,", "(@ada:example.org)", "Compilers", link, "mxinvite accept", "The link is a secret"} {
			if !strings.Contains(text, says) {
				t.Errorf("%s does not have %q:\n%s", part, says, text)
			}
		}
		if strings.Contains(text, "expires") {
			t.Errorf("%s expires:\n%s", part, text)
		}
	}
	if !strings.Contains(p.parts["text/html"], `<a href="https://invite.example.org/#/room/%21r%3Aexample.org?token=abc&amp;private_key=xyz&amp;room_name=a%22b">`) {
		t.Error(p.parts["text/html"])
	}
	bare := example()
	bare.Name, bare.InviterName, bare.Link, bare.Expires = "", "", "mxinvite://accept/#/room/x", "4 December 2026"
	p = read(t, message(t, bare))
	for _, part := range []string{"text/plain", "text/html"} {
		for _, says := range []string{"Hello,", "@ada:example.org invites you", "mxinvite://accept/#/room/x", "The link expires on 4 December 2026."} {
			if !strings.Contains(p.parts[part], says) {
				t.Errorf("%s does not have %q:\n%s", part, says, p.parts[part])
			}
		}
		if strings.Contains(p.parts[part], "browser") || strings.Contains(p.parts[part], "href") {
			t.Errorf("%s opens a page:\n%s", part, p.parts[part])
		}
	}
}

// Mail programs show a repeated mail once. The ID does not reveal the token.
func TestMessageID(t *testing.T) {
	w := writer(t, Templates{})
	id := w.messageID("T0KEN")
	if id != w.messageID("T0KEN") || id == w.messageID("OTHER") || !strings.HasSuffix(id, "@example.org") || strings.Contains(id, "T0KEN") {
		t.Error(id)
	}
}

// hostile are texts that would change a header or the markup, if they were not made safe.
var hostile = []string{
	"x\r\nBcc: eve@evil.example", "x\nBcc: eve@evil.example\n\nbody", "x\r\n\r\n<script>alert(1)</script>", "x\rBcc: eve@evil.example",
	`"><script>alert(1)</script>`, "<a href='https://evil.example'>", `</title><b>`, "\x00\x1b[31m", "\u202eevil\u202c", "\u2028Bcc: x", "\xff\xfe",
	"Привет", "日本語の部屋", "مرحبا", "😀", "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=", strings.Repeat("long ", 2000), strings.Repeat("ü", 3000),
	"{{.Link}}", "--boundary", ".", "\r\n.\r\n", "a, b <eve@evil.example>", "%0d%0aBcc: x", "",
}

func TestHostileTextStaysText(t *testing.T) {
	plain := read(t, message(t, example()))
	for _, text := range hostile {
		checkHostile(t, plain, text)
	}
}

func FuzzWrite(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	plain := read(f, message(f, example()))
	f.Fuzz(func(t *testing.T, text string) { checkHostile(t, plain, text) })
}

// checkHostile checks that a message whose names are text has the same headers, apart
// from the subject, and the same markup.
func checkHostile(t *testing.T, plain parsed, text string) {
	t.Helper()
	i := example()
	i.Room, i.Inviter, i.InviterName, i.Name, i.Expires = text, text, text, text, text
	p := read(t, message(t, i))
	subject := p.decoded(t, "Subject")
	if strings.ContainsFunc(subject, func(r rune) bool { return r < ' ' || r == '\u202e' }) || len([]rune(subject)) > maxSubject {
		t.Errorf("%q: subject %q", text, subject)
	}
	same := func(h map[string][]string) map[string][]string {
		h = maps.Clone(h)
		delete(h, "Subject")
		return h
	}
	if d := cmp.Diff(same(plain.header), same(p.header)); d != "" || len(p.header["Subject"]) != 1 {
		t.Errorf("%q: %s", text, d)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(p.parts)), []string{"text/html", "text/plain"}) {
		t.Fatalf("%q: %v", text, p.parts)
	}
	for _, tag := range []string{"<script", "<a href", "<b>", "</title>"} {
		if got, want := strings.Count(p.parts["text/html"], tag), strings.Count(plain.parts["text/html"], tag); got != want {
			t.Errorf("%q: %d times %s", text, got, tag)
		}
	}
	if got, want := strings.Count(p.parts["text/plain"], "\n"), strings.Count(plain.parts["text/plain"], "\n"); got != want {
		t.Errorf("%q: %d lines of %d", text, got, want)
	}
	if !strings.Contains(p.parts["text/plain"], "\n"+link+"\n") {
		t.Errorf("%q: no link in %s", text, p.parts["text/plain"])
	}
}

// A link comes from this program, but a setting has a part of it.
func TestHostileLinkIsNoMarkup(t *testing.T) {
	for _, l := range []string{"javascript:alert(1)", "https://x/\r\nBcc: eve@evil.example", `https://x/"><script>`} {
		i := example()
		i.Link = l
		p := read(t, message(t, i))
		if _, ok := p.header["Bcc"]; ok || strings.Contains(p.parts["text/html"], "<script") || strings.Contains(p.parts["text/html"], `href="javascript`) {
			t.Errorf("%q: %+v", l, p)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"grace@navy.example", "o'hara+x@navy.example", "grüße@bücher.example"} {
		i := example()
		i.Address = address
		p := read(t, message(t, i))
		to, err := new(mail.AddressParser).Parse(p.header["To"][0])
		if err != nil || to.Address != address {
			t.Errorf("%s: %v, %v", address, to, err)
		}
	}
	for _, address := range []string{"", "grace", "grace@navy.example, eve@evil.example", "Grace <grace@navy.example>", "a@b\r\nBcc: eve@evil.example", "a b@c"} {
		i := example()
		i.Address = address
		_, err := writer(t, Templates{}).Write(i)
		if e, ok := errors.AsType[*Error](err); !ok || e.Result != Rejected {
			t.Errorf("%q: %v", address, err)
		}
	}
	for _, from := range []string{"", "ada", "ada@example.org\r\nBcc: x@y", "a@b, c@d"} {
		if _, err := NewWriter(from, Templates{}, time.Now); err == nil {
			t.Errorf("from %q", from)
		}
	}
}

func TestTemplates(t *testing.T) {
	own, err := writer(t, Templates{Text: `{{define "subject"}}Come to {{.Room}}{{end}}{{.Link}} for {{.Name}} <b>`}).Write(example())
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, own)
	if p.header["Subject"][0] != "Come to Compilers" || p.parts["text/plain"] != link+" for Grace <b>\n" || len(p.parts) != 1 {
		t.Errorf("%+v", p)
	}
	both, err := writer(t, Templates{Text: `{{.Link}}`, HTML: `<p>{{.Room}}</p>`}).Write(example())
	if err != nil {
		t.Fatal(err)
	}
	if p := read(t, both); p.header["Subject"][0] != "Ada invites you to Compilers" || p.parts["text/html"] != "<p>Compilers</p>" {
		t.Errorf("%+v", p)
	}
	for name, tmpl := range map[string]Templates{
		"unknown field":         {Text: "{{.Rooom}}"},
		"unknown field in HTML": {HTML: "{{.Rooom}}"},
		"syntax":                {Text: "{{.Room"},
		"syntax in HTML":        {HTML: "<a href={{.Link"},
		"unsafe place in HTML":  {HTML: "<script>{{.Room}}</script{{if .Room}}"},
		"no text":               {Text: `{{define "subject"}}x{{end}}`},
	} {
		if _, err := NewWriter("ada@example.org", tmpl, time.Now); err == nil {
			t.Errorf("%s is a template", name)
		}
	}
}
