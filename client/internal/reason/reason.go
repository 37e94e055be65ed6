// Package reason says in few words why no answer came from a server.
package reason

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
)

// missing is a host that there is not.
type missing struct{ *net.DNSError }

func (m *missing) Error() string { return "no host is called " + m.Name }
func (m *missing) Unwrap() error { return m.DNSError }

// Of returns what is at the bottom of a failed request, for people to read. It
// leaves out URLs: they may hold what is nobody's business.
func Of(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return &missing{dns}
	}
	var unknown x509.UnknownAuthorityError
	var cert *tls.CertificateVerificationError
	if errors.As(err, &unknown) {
		return errors.New("its certificate is signed by nobody this machine knows")
	}
	if errors.As(err, &cert) {
		return fmt.Errorf("its certificate is not good: %w", cert.Err)
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err // such as "connection refused"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
