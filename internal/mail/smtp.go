package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	// smtpLimit is how long signing in to a server may take, and sending a message after
	// that.
	smtpLimit = time.Minute
	quitLimit = 5 * time.Second // for the answer to QUIT
)

// An SMTP sends messages by way of a mail server (RFC 5321).
type SMTP struct {
	Server Server
	// Password returns the password of Server.User. It is called before each message,
	// if there is a user.
	Password func(context.Context) (string, error)
	Roots    *x509.CertPool // certificate authorities; nil for those of the system
	Limit    time.Duration  // zero for a minute

	dial gomail.DialContextFunc // of tests; nil otherwise
}

// A Server is a mail server and how it is used.
type Server struct {
	Host string
	Port int
	User string // empty to send without signing in
	TLS  bool   // from the beginning (RFC 8314); otherwise with STARTTLS
}

// ParseServer parses a URL such as smtps://user@mail.example.org or
// smtp://localhost:2525. A user with an @ is percent-encoded or not.
func ParseServer(s string) (Server, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	at := strings.LastIndexByte(rest, '@')
	user, err := url.PathUnescape(rest[:max(at, 0)])
	if !ok || err != nil || scheme != "smtp" && scheme != "smtps" || at == 0 || strings.ContainsFunc(user, isControl) {
		return Server{}, errNotServer
	}
	if strings.Contains(user, ":") {
		return Server{}, errors.New("the password is not part of the URL: store it in the vault")
	}
	u, err := url.Parse(scheme + "://" + rest[at+1:])
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Server{}, errNotServer
	}
	server := Server{Host: u.Hostname(), User: user, TLS: scheme == "smtps", Port: 587}
	if server.TLS {
		server.Port = 465
	}
	if port := u.Port(); port != "" {
		if server.Port, err = strconv.Atoi(port); err != nil || server.Port < 1 || server.Port > 65535 {
			return Server{}, errNotServer
		}
	}
	return server, nil
}

var errNotServer = errors.New("it is not a URL of a mail server such as smtps://user@mail.example.org")

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// String returns the host and the port.
func (s Server) String() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// loopback reports whether the server is on this machine, so that other machines cannot read
// the connection.
func (s Server) loopback() bool {
	ip := net.ParseIP(s.Host)
	return s.Host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send connects to the server and sends the message. The end of ctx ends connecting; a
// message that is being sent is completed, or reaches the time limit.
func (s *SMTP) Send(ctx context.Context, m *Message) error {
	password := ""
	if s.Server.User != "" {
		var err error
		if password, err = s.Password(ctx); err != nil {
			return s.fail(Unusable, err)
		}
	}
	client, err := gomail.NewClient(s.Server.Host, s.options(password)...)
	if err != nil {
		return s.fail(Unusable, err)
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return s.fail(beforeMessage(err), s.clean(err, password))
	}
	defer connection.Close()
	err = client.SendWithSMTPClient(connection, m.msg)
	delivered := m.msg.IsDelivered() // the server confirmed the message, even if a later command failed
	if result := duringMessage(err); delivered || result != Uncertain {
		// After an incomplete message QUIT would end it, and thereby send it.
		_ = connection.UpdateDeadline(quitLimit)
		_ = connection.Quit()
	}
	if err == nil || delivered {
		return nil
	}
	return s.fail(duringMessage(err), s.clean(answerOf(err), password))
}

// By returns the host and the port of the server.
func (s *SMTP) By() string { return s.Server.String() }

func (s *SMTP) fail(r Result, err error) error { return &Error{Result: r, By: s.By(), Err: err} }

func (s *SMTP) options(password string) []gomail.Option {
	limit := s.Limit
	if limit == 0 {
		limit = smtpLimit
	}
	options := []gomail.Option{
		gomail.WithPort(s.Server.Port), gomail.WithTimeout(limit), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Server.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}),
	}
	if s.dial != nil {
		options = append(options, gomail.WithDialContextFunc(s.dial))
	}
	plain, login := gomail.SMTPAuthPlain, gomail.SMTPAuthLogin
	switch {
	case s.Server.TLS:
		options = append(options, gomail.WithSSL())
	case s.Server.loopback():
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		plain, login = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Server.User != "" {
		options = append(options, gomail.WithUsername(s.Server.User), gomail.WithPassword(password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, plain, login))
	}
	return options
}

// clean returns the error as one short line. A server that repeats the password is not
// quoted.
func (s *SMTP) clean(err error, password string) error {
	if password != "" {
		encode := base64.StdEncoding.EncodeToString
		for _, secret := range []string{password, encode([]byte(password)), encode([]byte("\x00" + s.Server.User + "\x00" + password))} {
			if strings.Contains(err.Error(), secret) {
				return errors.New("the answer of the server contains the password, so it is not shown")
			}
		}
	}
	return errors.New(oneLine(err.Error(), maxShown))
}

// beforeMessage returns what an error means before the message was begun: while
// connecting or signing in.
func beforeMessage(err error) Result {
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		return byCode(answer.Code, Unavailable, Unusable)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return Unusable
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return Unusable
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Unavailable
	}
	return Unusable // the server has no STARTTLS, or no way to sign in
}

// duringMessage returns what an error means while the message was sent. Until the server
// has answered to the end of the message, it is not responsible for it
// (https://www.rfc-editor.org/rfc/rfc5321#section-4.2.5); if the answer is lost, it may be.
func duringMessage(err error) Result {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return Uncertain
	}
	code := e.ErrorCode()
	switch e.Reason {
	case gomail.ErrConnCheck:
		return Unavailable
	case gomail.ErrSMTPMailFrom:
		return byCode(code, Unavailable, Unusable)
	case gomail.ErrSMTPRcptTo:
		switch {
		case code == 421: // the server closes the connection
			return Unavailable
		case 550 <= code && code <= 553:
			return Rejected
		}
		return byCode(code, Deferred, Failed)
	case gomail.ErrSMTPData:
		return byCode(code, Deferred, Failed)
	case gomail.ErrSMTPDataClose:
		if code == 0 {
			return Uncertain
		}
		return byCode(code, Deferred, Failed)
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return Failed
	case gomail.ErrWriteContent, gomail.ErrSMTPReset, gomail.ErrAmbiguous:
	}
	return Uncertain
}

// byCode returns temporary or permanent, as the code of an answer says. Without an answer
// the connection was lost before the message was begun.
func byCode(code int, temporary, permanent Result) Result {
	switch {
	case code == 0:
		return Unavailable
	case code < 500:
		return temporary
	}
	return permanent
}

// answerOf returns the answer of the server in an error of go-mail, without the recipient
// and the Message-ID.
func answerOf(err error) error {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return err
	}
	text := strings.TrimPrefix(e.Error(), e.Reason.String()+": ")
	text, _, _ = strings.Cut(text, ", affected ")
	return errors.New(text)
}
