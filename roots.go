package main

import (
	"crypto/x509"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// trustWebRoots makes TLS trust the certificate authorities that Mozilla trusts, if this
// machine has no certificates, such as a container without other files. It may be called
// once.
func trustWebRoots() {
	roots := x509.NewCertPool()
	for root := range bundle.Roots() {
		c, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			continue // a test parses all of them
		}
		if root.Constraint != nil {
			roots.AddCertWithConstraint(c, root.Constraint)
			continue
		}
		roots.AddCert(c)
	}
	x509.SetFallbackRoots(roots)
}
