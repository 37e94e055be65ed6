package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// maxName is the most characters of a name in a mail, and maxSubject those of a subject.
const (
	maxName    = 120
	maxSubject = 200
)

// A Writer writes messages.
type Writer struct {
	from   *mail.Address
	domain string // of from
	parts  templates
	now    func() time.Time
}

// NewWriter returns a Writer of messages from an address, which may have a name, such as
// "Ada <ada@example.org>".
func NewWriter(from string, t Templates, now func() time.Time) (*Writer, error) {
	a, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address to send mails from", safetext.Line(from))
	}
	p, err := parseTemplates(t)
	if err != nil {
		return nil, err
	}
	a.Name = oneLine(a.Name, maxName)
	return &Writer{from: a, domain: a.Address[strings.LastIndexByte(a.Address, '@')+1:], parts: p, now: now}, nil
}

// From returns the address that the messages are from, with its name.
func (w *Writer) From() string { return w.from.String() }

// A Message is a mail to one address.
type Message struct{ msg *gomail.Msg }

// Write returns the message for an invite. The same invite has the same Message-ID, so
// that mail programs show a repeated mail once.
func (w *Writer) Write(i Invite) (*Message, error) {
	to, err := mail.ParseAddress(i.Address)
	if err != nil || to.Name != "" || to.Address != i.Address {
		return nil, &Error{Result: Rejected, Err: errors.New("mails cannot be sent to this form of address")}
	}
	i.Room, i.Name, i.InviterName = oneLine(i.Room, maxName), oneLine(i.Name, maxName), oneLine(i.InviterName, maxName)
	i.Inviter, i.Expires, i.Link = safetext.Line(i.Inviter), safetext.Line(i.Expires), oneWord(i.Link)
	subject, text, html, err := w.parts.execute(i)
	if err != nil {
		return nil, &Error{Result: Unusable, Err: err}
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(w.from)
	m.ToMailAddress(to)
	// Mail programs would decode an encoded word (RFC 2047) in a name.
	m.Subject(strings.ReplaceAll(oneLine(subject, maxSubject), "=?", "= ?"))
	m.SetDateWithValue(w.now())
	m.SetMessageIDWithValue(w.messageID(i.Token))
	// No program answers it, such as with a notice of absence
	// (https://www.rfc-editor.org/rfc/rfc3834#section-5).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, text)
	if html != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	return &Message{m}, nil
}

// messageID returns the Message-ID of the mail for an invite. It does not reveal the
// token.
func (w *Writer) messageID(token string) string {
	sum := sha256.Sum256([]byte("mxinvite mail\n" + token))
	return hex.EncodeToString(sum[:16]) + "@" + w.domain
}

// Bytes returns the message in the form of RFC 5322, with CRLF.
func (m *Message) Bytes() ([]byte, error) {
	var b bytes.Buffer
	_, err := m.msg.WriteTo(&b)
	return b.Bytes(), err
}

// oneLine returns text of another user as one line of at most most characters.
func oneLine(s string, most int) string {
	r := []rune(safetext.Line(s))
	if len(r) <= most {
		return string(r)
	}
	return strings.TrimSpace(string(r[:most-1])) + "…"
}

// oneWord returns a URL without white space and control characters, which no valid URL
// contains.
func oneWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, s)
}

func isPage(link string) bool { return strings.HasPrefix(link, "https://") }
