package mail

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/mxinvite/mxinvite/internal/mail/mailtest"
)

const password = "correct horse"

// sender returns an SMTP for a server on 127.0.0.1.
func sender(s *mailtest.Server, user string) *SMTP {
	return &SMTP{
		Server: Server{Host: "127.0.0.1", Port: s.Port(), User: user}, Roots: s.Roots(), Limit: 10 * time.Second,
		Password: func(context.Context) (string, error) { return password, nil },
	}
}

func TestMailIsSent(t *testing.T) {
	for name, test := range map[string]struct {
		opt       mailtest.Options
		user      string
		encrypted bool
	}{
		"without signing in": {},
		"with a password":    {mailtest.Options{User: "ada@example.org", Password: password}, "ada@example.org", false},
		"over TLS":           {mailtest.Options{User: "ada", Password: password, TLS: true}, "ada", true},
	} {
		t.Run(name, func(t *testing.T) {
			server := mailtest.Start(t, test.opt)
			s := sender(server, test.user)
			s.Server.TLS = test.opt.TLS
			if err := s.Send(t.Context(), message(t, example())); err != nil {
				t.Fatal(err)
			}
			mails := server.Mails("grace@navy.example")
			if len(mails) != 1 || mails[0].From != "ada@example.org" || mails[0].User != test.user || mails[0].Encrypted != test.encrypted {
				t.Fatalf("%+v", mails)
			}
			if want, _ := message(t, example()).Bytes(); len(mails[0].Text) != len(want) {
				t.Errorf("the server has %d bytes of %d", len(mails[0].Text), len(want))
			}
		})
	}
}

// Without TLS, only a server on this machine gets a mail and a password.
func TestStartTLSIsRequired(t *testing.T) {
	for _, offered := range []bool{true, false} {
		server := mailtest.Start(t, mailtest.Options{User: "ada", Password: password, StartTLS: offered})
		s := sender(server, "ada")
		s.Server.Host = "example.com"
		s.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Addr())
		}
		err := s.Send(t.Context(), message(t, example()))
		mails := server.Mails("")
		switch {
		case offered && (err != nil || len(mails) != 1 || !mails[0].Encrypted):
			t.Errorf("%v, %+v", err, mails)
		case !offered && (resultIn(t, err) != Unusable || len(mails) > 0 || !strings.Contains(err.Error(), "does not support STARTTLS")):
			t.Errorf("%v, %+v", err, mails)
		}
	}
}

func TestCertificateOfAnotherServerIsRefused(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{TLS: true})
	s := sender(server, "")
	s.Server.TLS, s.Server.Host = true, "localhost"
	wrongName := s.Send(t.Context(), message(t, example()))
	s.Server.Host, s.Roots = "127.0.0.1", nil
	unknown := s.Send(t.Context(), message(t, example()))
	for _, err := range []error{wrongName, unknown} {
		if resultIn(t, err) != Unusable || !strings.Contains(err.Error(), "certificate") || len(server.Mails("")) > 0 {
			t.Error(err)
		}
	}
}

func TestFaultsOfAServer(t *testing.T) {
	t.Parallel()
	const user = "ada"
	for name, test := range map[string]struct {
		fault mailtest.Fault
		want  Result
		says  string
	}{
		"refused at the beginning":   {mailtest.Fault{Step: mailtest.Hello, Code: 554, Message: "go away"}, Unusable, "go away"},
		"busy at the beginning":      {mailtest.Fault{Step: mailtest.Hello, Code: 421, Message: "too busy"}, Unavailable, "too busy"},
		"cut at the beginning":       {mailtest.Fault{Step: mailtest.Hello, Cut: true}, Unavailable, ""},
		"wrong password":             {mailtest.Fault{Step: mailtest.Auth, Code: 535, Message: "wrong password"}, Unusable, "535"},
		"password cannot be checked": {mailtest.Fault{Step: mailtest.Auth, Code: 454, Message: "later"}, Unavailable, "454"},
		"password repeated":          {mailtest.Fault{Step: mailtest.Auth, Code: 535, Message: "no " + password}, Unusable, "is not shown"},
		"sender refused":             {mailtest.Fault{Step: mailtest.From, Code: 550, Message: "not you"}, Unusable, "not you"},
		"sender later":               {mailtest.Fault{Step: mailtest.From, Code: 450, Message: "later"}, Unavailable, "later"},
		"cut at the sender":          {mailtest.Fault{Step: mailtest.From, Cut: true}, Unavailable, ""},
		"no such address":            {mailtest.Fault{Step: mailtest.Recipient, Code: 550, Message: "unknown"}, Rejected, "unknown"},
		"no relay":                   {mailtest.Fault{Step: mailtest.Recipient, Code: 554, Message: "no relay"}, Failed, "no relay"},
		"greylisted":                 {mailtest.Fault{Step: mailtest.Recipient, Code: 451, Message: "greylisted"}, Deferred, "greylisted"},
		"closing at the address":     {mailtest.Fault{Step: mailtest.Recipient, Code: 421, Message: "closing"}, Unavailable, "closing"},
		"cut at the address":         {mailtest.Fault{Step: mailtest.Recipient, Cut: true}, Unavailable, ""},
		"spam":                       {mailtest.Fault{Step: mailtest.Body, Code: 554, Message: "spam"}, Failed, "spam"},
		"message later":              {mailtest.Fault{Step: mailtest.Body, Code: 452, Message: "full"}, Deferred, "full"},
		"cut before the answer":      {mailtest.Fault{Step: mailtest.Body, Cut: true, Keep: true}, Uncertain, ""},
		"too slow":                   {mailtest.Fault{Step: mailtest.Body, Delay: 2 * time.Second, Keep: true}, Uncertain, "timeout"},
		"too slow at the sender":     {mailtest.Fault{Step: mailtest.From, Delay: 2 * time.Second}, Unavailable, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, mailtest.Options{User: user, Password: password})
			server.Inject(test.fault)
			s := sender(server, user)
			if test.fault.Delay > 0 {
				s.Limit = time.Second
			}
			err := s.Send(t.Context(), message(t, example()))
			if got := resultIn(t, err); got != test.want || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), server.Addr()) {
				t.Errorf("%d, not %d: %v", got, test.want, err)
			}
			if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "Message") {
				t.Error(err)
			}
			if got := len(server.Mails("")) == 1; got != test.fault.Keep {
				t.Errorf("accepted: %v", got)
			}
		})
	}
}

// What happens after the confirmation does not matter.
func TestConnectionIsCutAfterTheAnswer(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	server.Inject(mailtest.Fault{Step: mailtest.Done, Cut: true})
	if err := sender(server, "").Send(t.Context(), message(t, example())); err != nil || len(server.Mails("")) != 1 {
		t.Error(err)
	}
}

func TestServerCannotBeUsed(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	plain, signIn := sender(server, ""), sender(server, "ada")
	plain.Server.TLS = true
	if err := plain.Send(t.Context(), message(t, example())); resultIn(t, err) != Unusable {
		t.Errorf("TLS to a port without: %v", err)
	}
	if err := signIn.Send(t.Context(), message(t, example())); resultIn(t, err) != Unusable {
		t.Errorf("a server without AUTH: %v", err)
	}
	signIn.Password = func(context.Context) (string, error) { return "", errors.New("the vault is locked") }
	if err := signIn.Send(t.Context(), message(t, example())); resultIn(t, err) != Unusable || !strings.Contains(err.Error(), "the vault is locked") {
		t.Error(err)
	}
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain.Server.TLS, plain.Server.Port = false, closed.Addr().(*net.TCPAddr).Port
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := plain.Send(t.Context(), message(t, example())); resultIn(t, err) != Unavailable || !strings.Contains(err.Error(), "connection refused") {
		t.Error(err)
	}
	plain.Server.Host = "mail.invalid"
	if err := plain.Send(t.Context(), message(t, example())); resultIn(t, err) != Unavailable {
		t.Error(err)
	}
}

func resultIn(t *testing.T, err error) Result {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("no result: %v", err)
	}
	return e.Result
}

// After an incomplete message nothing is written, because it would end the message.
func TestUnknownErrorsAreUncertain(t *testing.T) {
	for _, err := range []error{errors.New("x"), &gomail.SendError{Reason: gomail.ErrWriteContent}, &gomail.SendError{Reason: gomail.ErrAmbiguous}} {
		if got := duringMessage(err); got != Uncertain {
			t.Errorf("%v: %d", err, got)
		}
	}
}

func TestParseServer(t *testing.T) {
	for s, want := range map[string]Server{
		"smtps://mail.example.org":                 {Host: "mail.example.org", Port: 465, TLS: true},
		"smtp://mail.example.org/":                 {Host: "mail.example.org", Port: 587},
		"smtp://localhost:25":                      {Host: "localhost", Port: 25},
		"smtps://ada@mail.example.org:4650":        {Host: "mail.example.org", Port: 4650, TLS: true, User: "ada"},
		"smtps://ada@example.org@mail.example.org": {Host: "mail.example.org", Port: 465, TLS: true, User: "ada@example.org"},
		"smtps://ada%40example.org@[::1]":          {Host: "::1", Port: 465, TLS: true, User: "ada@example.org"},
	} {
		if got, err := ParseServer(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", "mail.example.org", "https://mail.example.org", "smtp://", "smtp://@x", "smtp://x:0", "smtp://x:70000", "smtp://x:y",
		"smtp://x/y", "smtp://x?y", "smtp://x#y", "smtps://ada:secret@x", "smtps://a%0d%0ab@x", "smtps://%zz@x", "smtps://a\nb@x",
	} {
		got, err := ParseServer(s)
		if err == nil {
			t.Errorf("%q: %+v", s, got)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}
