//go:build e2e

package e2e

import (
	"io"
	"net"
	"net/textproto"
	"strings"
)

// deliver is a mail server that accepts every mail and calls receive before it confirms
// the mail.
func deliver(listener net.Listener, receive func(message []byte)) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return // the listener was closed at the end of the tests
		}
		go func() {
			defer connection.Close()
			_ = converse(textproto.NewConn(connection), receive) // the sender closed the connection
		}()
	}
}

// converse implements the server side of SMTP (RFC 5321) for clients without
// extensions.
func converse(c *textproto.Conn, receive func(message []byte)) error {
	if err := c.PrintfLine("220 localhost"); err != nil {
		return err
	}
	for {
		line, err := c.ReadLine()
		if err != nil {
			return err
		}
		answer := "250 OK"
		verb, _, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "DATA":
			if err := c.PrintfLine("354 go on"); err != nil {
				return err
			}
			message, err := io.ReadAll(c.DotReader())
			if err != nil {
				return err
			}
			receive(message)
		case "QUIT":
			return c.PrintfLine("221 bye")
		case "HELO", "EHLO", "MAIL", "RCPT", "RSET", "NOOP":
		default:
			answer = "502 not here"
		}
		if err := c.PrintfLine("%s", answer); err != nil {
			return err
		}
	}
}
