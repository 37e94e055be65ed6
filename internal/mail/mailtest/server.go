// Package mailtest is a mail server on the loopback interface for tests, with faults.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options configure a server.
type Options struct {
	User, Password string // to sign in; empty for a server without AUTH
	TLS            bool   // from the beginning of a connection
	StartTLS       bool   // offer STARTTLS
}

// A Server is a mail server.
type Server struct {
	opt      Options
	listener net.Listener
	roots    *x509.CertPool

	mu     sync.Mutex
	mails  []Mail
	faults []*Fault
}

// A Mail is a mail that the server accepted.
type Mail struct {
	From, To  string // of the envelope
	Text      []byte // with CRLF
	Encrypted bool   // it came over TLS
	User      string // who signed in
}

// A Step is a part of a connection.
type Step string

// The steps in their order.
const (
	Hello     Step = "EHLO"
	Auth      Step = "AUTH"
	From      Step = "MAIL"
	Recipient Step = "RCPT"
	Body      Step = "DATA"  // after the end of the message
	Done      Step = "reset" // after the message was accepted and confirmed
)

// A Fault changes how the server answers at a step.
type Fault struct {
	Step    Step
	To      string // only mails to this address, from Recipient on; empty for all
	Code    int    // of the answer; zero for the normal one
	Message string // of the answer
	Cut     bool   // close the connection instead of an answer
	Keep    bool   // at Body: the message was accepted all the same
	Delay   time.Duration
	Times   int // how often; zero for always
}

// Start starts a server that ends with the test.
func Start(tb testing.TB, opt Options) *Server {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{opt: opt, listener: listener, roots: x509.NewCertPool()}
	certified := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1 and example.com
	certified.Close()
	s.roots.AddCert(certified.Certificate())
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth, server.EnableSMTPUTF8 = "mail.example.com", true, true
	server.ErrorLog = quiet{}
	config := &tls.Config{Certificates: certified.TLS.Certificates}
	switch {
	case opt.TLS:
		listener = tls.NewListener(listener, config)
	case opt.StartTLS:
		server.TLSConfig = config
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with Close
	}()
	tb.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Port returns the port of the server.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Addr returns the address of the server.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Roots returns the authority of the server's certificate, which is for 127.0.0.1 and
// example.com.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Mails returns the mails that the server accepted, in their order: those to an address,
// or all if it is empty.
func (s *Server) Mails(to string) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.mails), func(m Mail) bool { return to != "" && m.To != to })
}

// Inject adds a fault.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Repair removes all faults.
func (s *Server) Repair() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns the fault at a step; nil if there is none.
func (s *Server) fault(at Step, to string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Step != at || f.To != "" && f.To != to {
			continue
		}
		found := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return &found
	}
	return nil
}

// NewSession implements [smtp.Backend].
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	session := &session{server: s, conn: c}
	return session, session.meet(Hello)
}

// A session is a connection of a client.
type session struct {
	server *Server
	conn   *smtp.Conn
	user   string
	mail   Mail
}

// meet does what the fault at a step says.
func (c *session) meet(at Step) error { return c.suffer(c.server.fault(at, c.mail.To)) }

func (c *session) suffer(f *Fault) error {
	if f == nil {
		return nil
	}
	time.Sleep(f.Delay)
	if f.Cut {
		_ = c.conn.Conn().Close()
		return errors.New("the connection is closed")
	}
	if f.Code == 0 {
		return nil
	}
	return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.NoEnhancedCode, Message: f.Message}
}

func (c *session) AuthMechanisms() []string {
	if c.server.opt.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := c.meet(Auth); err != nil {
			return err
		}
		if user != c.server.opt.User || password != c.server.opt.Password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}), nil
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if c.server.opt.User != "" && c.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	_, encrypted := c.conn.TLSConnectionState()
	c.mail = Mail{From: from, Encrypted: encrypted, User: c.user}
	return c.meet(From)
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.mail.To = to
	return c.meet(Recipient)
}

func (c *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err // without the end of the message it is not accepted
	}
	c.mail.Text = text
	f := c.server.fault(Body, c.mail.To)
	if f == nil || f.Keep || f.Code == 0 && !f.Cut {
		c.server.accept(c.mail)
	}
	return c.suffer(f)
}

func (s *Server) accept(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
}

// Reset is called after each message, and before it if a client sends RSET.
func (c *session) Reset() {
	if len(c.mail.Text) > 0 {
		_ = c.meet(Done)
	}
	c.mail = Mail{}
}

func (c *session) Logout() error { return nil }
