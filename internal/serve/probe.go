package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// software is the name of the server in its SSH identification string.
const software = "mxinvite"

// maxIdentification is the longest identification string in bytes:
// https://www.rfc-editor.org/rfc/rfc4253#section-4.2
const maxIdentification = 255

// errOtherServer is the error of [Probe] if another SSH server answers.
var errOtherServer = errors.New("the server is not mxinvite serve")

// Probe connects to an SSH server at an address such as ":2222", which the server
// listens at on this machine, and returns an error if no mxinvite answers. It does not
// log in.
func Probe(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })() // ends the read
	line, err := bufio.NewReader(io.LimitReader(conn, maxIdentification)).ReadString('\n')
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the identification of the server: %w", ctx.Err())
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the identification of the server: %w", err)
	}
	switch strings.TrimRight(line, "\r\n") {
	case "SSH-2.0-" + software:
		return nil
	case "":
		return errors.New("the server closed the connection")
	}
	return errOtherServer
}
