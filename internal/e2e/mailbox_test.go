//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// A mailbox has all mails that were sent, by address.
type mailbox struct {
	mu    sync.Mutex
	mails map[string][]mail
	bad   error // error of the first mail that could not be parsed
}

func (m *mailbox) receive(message []byte) {
	read, err := readMail(message)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.bad = fmt.Errorf("a mail came that cannot be read: %w", err)
		return
	}
	m.mails[read.To] = append(m.mails[read.To], read)
}

func (m *mailbox) to(address string) ([]mail, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mails[address], m.bad
}

// words decodes encoded words in headers. Sydent uses the charset "utf8", which is not
// a registered name.
var words = mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
	if charset != "utf8" {
		return nil, fmt.Errorf("charset %q", charset)
	}
	return input, nil
}}

var anyLink = regexp.MustCompile(`https?://\S+`)

// readMail parses a mail. The link of an invite has its parameters in the fragment:
// https://app/#/room/ROOM?email=…&signurl=…. The signurl contains the token and the
// private key.
func readMail(message []byte) (mail, error) {
	parsed, err := netmail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return mail{}, err
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		return mail{}, err
	}
	subject, err := words.DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		return mail{}, err
	}
	m := mail{To: parsed.Header.Get("To"), Subject: subject, Text: string(body), Link: anyLink.FindString(string(body))}
	link, err := url.Parse(m.Link)
	if err != nil {
		return mail{}, err
	}
	m.Token = link.Query().Get("token") // of a mail that asks to confirm an address

	path, query, invite := strings.Cut(strings.TrimPrefix(link.EscapedFragment(), "/room/"), "?")
	if !invite {
		return m, nil
	}
	if m.RoomID, err = url.PathUnescape(path); err != nil {
		return mail{}, err
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return mail{}, err
	}
	m.SignURL = values.Get("signurl")
	sign, err := url.Parse(m.SignURL)
	if err != nil {
		return mail{}, err
	}
	m.Token, m.PrivateKey = sign.Query().Get("token"), sign.Query().Get("private_key")
	return m, nil
}
