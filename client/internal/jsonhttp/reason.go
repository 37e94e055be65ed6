package jsonhttp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
)

// missing is the error of a host that does not exist.
type missing struct{ *net.DNSError }

func (m *missing) Error() string { return "no such host: " + m.Name }
func (m *missing) Unwrap() error { return m.DNSError }

// reason returns the innermost cause of a failed request, without URLs, which may
// contain secrets.
func reason(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return &missing{dns}
	}
	var unknown x509.UnknownAuthorityError
	var cert *tls.CertificateVerificationError
	if errors.As(err, &unknown) {
		return errors.New("its certificate is signed by an unknown authority")
	}
	if errors.As(err, &cert) {
		return fmt.Errorf("its certificate is not valid: %w", cert.Err)
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
